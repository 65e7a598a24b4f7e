//! slog with its drains.
use slog::{crit, debug, error, info, o, warn, Drain, Logger};
use std::io::stdout;
use std::sync::Mutex;

pub fn run(kind: &str) {
    match kind {
        "json" => emit(&root(slog_json::Json::default(stdout()))),
        "bunyan" => emit(&root(slog_bunyan::default(stdout()))),
        "term" => {
            let decorator = slog_term::PlainSyncDecorator::new(stdout());
            emit(&root(
                slog_term::FullFormat::new(decorator)
                    .use_utc_timestamp()
                    .build(),
            ));
        }
        _ => panic!("{kind}"),
    }
}

fn root<D>(drain: D) -> Logger
where
    D: Drain + Send + 'static,
    D::Err: std::fmt::Debug,
{
    Logger::root(Mutex::new(drain).map(slog::Fuse), o!())
}

fn emit(logger: &Logger) {
    debug!(logger, "zoo-1");
    info!(logger, "zoo-2");
    warn!(logger, "zoo-3");
    error!(logger, "zoo-4");
    crit!(logger, "zoo-5");
    error!(logger, "zoo-6"; "err" => crate::FAILURE);
    info!(logger, "zoo-7"; "trace_id" => crate::TRACE);
    info!(logger, "zoo-8"; "ratio" => f64::NAN, "bytes" => u64::MAX, "level" => "high");
    info!(logger, "{}", crate::TEXT);
}
