//! The crate log with those who write for it.
use log::{debug, error, info, warn, LevelFilter};

pub fn run(name: &str) {
    match name {
        "env-logger" => env_logger::Builder::new()
            .filter_level(LevelFilter::Debug)
            .init(),
        "env-logger-millis" => env_logger::Builder::new()
            .filter_level(LevelFilter::Debug)
            .format_timestamp_millis()
            .init(),
        "fern" => fern(),
        "simplelog" => {
            let config = simplelog::ConfigBuilder::new()
                .set_time_format_rfc3339()
                .build();
            simplelog::WriteLogger::init(LevelFilter::Debug, config, std::io::stdout()).unwrap();
        }
        "stderrlog" => stderrlog::new()
            .verbosity(3)
            .timestamp(stderrlog::Timestamp::Millisecond)
            .init()
            .unwrap(),
        "log4rs-pattern" => log4rs(Box::new(log4rs::encode::pattern::PatternEncoder::default())),
        "log4rs-json" => log4rs(Box::new(log4rs::encode::json::JsonEncoder::new())),
        "flexi-default" => flexi(flexi_logger::default_format),
        "flexi-detailed" => flexi(flexi_logger::detailed_format),
        "flexi-json" => flexi(flexi_logger::json_format),
        "ecs-logger" => ecs(),
        "structured-logger" => structured_logger::Builder::with_level("debug").init(),
        _ => panic!("{name}"),
    }
    emit();
}

/// As the crate's documentation begins.
fn fern() {
    fern::Dispatch::new()
        .format(|out, message, record| {
            out.finish(format_args!(
                "[{} {} {}] {}",
                chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                record.level(),
                record.target(),
                message
            ))
        })
        .level(LevelFilter::Debug)
        .chain(std::io::stdout())
        .apply()
        .unwrap();
}

fn log4rs(encoder: Box<dyn log4rs::encode::Encode>) {
    use log4rs::append::console::ConsoleAppender;
    use log4rs::config::{Appender, Config, Root};
    let appender = ConsoleAppender::builder().encoder(encoder).build();
    let root = Root::builder().appender("out").build(LevelFilter::Debug);
    let config = Config::builder()
        .appender(Appender::builder().build("out", Box::new(appender)))
        .build(root);
    log4rs::init_config(config.unwrap()).unwrap();
}

fn flexi(format: flexi_logger::FormatFunction) {
    let handle = flexi_logger::Logger::try_with_str("debug")
        .unwrap()
        .format(format)
        .log_to_stdout()
        .start()
        .unwrap();
    std::mem::forget(handle);
}

fn ecs() {
    env_logger::Builder::new()
        .filter_level(LevelFilter::Debug)
        .format(ecs_logger::format)
        .init();
}

fn emit() {
    debug!("zoo-1");
    info!("zoo-2");
    warn!("zoo-3");
    error!("zoo-4");
    error!(error = crate::FAILURE; "zoo-6");
    info!(trace_id = crate::TRACE; "zoo-7");
    info!(ratio = f64::NAN, bytes = 1_u128 << 70, level = "high"; "zoo-8");
    info!("{}", crate::TEXT);
    log::logger().flush();
}
