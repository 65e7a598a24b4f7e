//! tracing, with the subscribers of several crates.
use tracing::{debug, error, info, warn};
use tracing_bunyan_formatter::{BunyanFormattingLayer, JsonStorageLayer};
use tracing_subscriber::fmt::time::{ChronoLocal, SystemTime};
use tracing_subscriber::{fmt, prelude::*, registry};

pub fn run(kind: &str) {
    let level = tracing_subscriber::filter::LevelFilter::DEBUG;
    let out = std::io::stdout;
    match kind {
        "text" => fmt().with_max_level(level).with_ansi(false).init(),
        "colours" => fmt().with_max_level(level).with_ansi(true).init(),
        "compact" => fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_timer(SystemTime)
            .compact()
            .init(),
        "pretty" => fmt().with_max_level(level).with_ansi(false).pretty().init(),
        "local" => fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_timer(ChronoLocal::rfc_3339())
            .init(),
        "json" => fmt().with_max_level(level).json().init(),
        "flat" => fmt()
            .with_max_level(level)
            .json()
            .flatten_event(true)
            .init(),
        "logfmt" => registry().with(level).with(tracing_logfmt::layer()).init(),
        "bunyan" => registry()
            .with(level)
            .with(JsonStorageLayer)
            .with(BunyanFormattingLayer::new("app".into(), out))
            .init(),
        "json-subscriber" => json_subscriber::fmt().with_max_level(level).init(),
        _ => panic!("{kind}"),
    }
    emit();
}

fn emit() {
    debug!("zoo-1");
    info!("zoo-2");
    warn!("zoo-3");
    error!("zoo-4");
    error!(error = crate::FAILURE, "zoo-6");
    info!(trace_id = crate::TRACE, "zoo-7");
    info!(
        ratio = f64::NAN,
        bytes = 1_u128 << 70,
        level = "high",
        "zoo-8"
    );
    info!("{}", crate::TEXT);
}
