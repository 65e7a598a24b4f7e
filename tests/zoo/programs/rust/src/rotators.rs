use std::fs;
use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use file_rotate::compression::Compression as Packing;
use file_rotate::suffix::{AppendCount, AppendTimestamp, FileLimit};
use file_rotate::{ContentLimit, FileRotate};
use flexi_logger::{Cleanup, Criterion, FileSpec, Logger, Naming};
use log4rs::append::rolling_file::policy::compound::roll::delete::DeleteRoller;
use log4rs::append::rolling_file::policy::compound::roll::fixed_window::FixedWindowRoller;
use log4rs::append::rolling_file::policy::compound::roll::Roll;
use log4rs::append::rolling_file::policy::compound::trigger::size::SizeTrigger;
use log4rs::append::rolling_file::policy::compound::CompoundPolicy;
use log4rs::append::rolling_file::RollingFileAppender;
use log4rs::append::Append;
use log4rs::encode::pattern::PatternEncoder;
use logroller::{Compression, LogRollerBuilder, Rotation, RotationSize};
use rolling_file::{RollingConditionBasic, RollingFileAppender as BasicRollingFile};
use tracing_appender::rolling::{RollingFileAppender as TracingFile, Rotation as TracingRotation};

use crate::{Job, Rotator};

const KEEP: usize = 100;

pub fn open(name: &str, job: &Job) -> Rotator {
    let bytes = job.rotate_bytes as usize;
    let numbers = Cleanup::KeepLogFiles(KEEP);
    match name {
        "tracing-appender-minutely" => tracing(job, None),
        "tracing-appender-symlink" => tracing(job, Some("latest.log")),
        "log4rs-fixed-window" => log4rs(job, Box::new(window(job, "app.{}.log"))),
        "log4rs-fixed-window-gz" => log4rs(job, Box::new(window(job, "app.log.{}.gz"))),
        "log4rs-delete" => log4rs(job, Box::new(DeleteRoller::new())),
        "flexi-logger-numbers" => flexi(job, Naming::Numbers, numbers),
        "flexi-logger-numbers-gz" => flexi(job, Naming::Numbers, Cleanup::KeepCompressedFiles(KEEP)),
        "flexi-logger-numbers-direct" => flexi(job, Naming::NumbersDirect, numbers),
        "flexi-logger-timestamps" => flexi(job, Naming::Timestamps, numbers),
        "flexi-logger-timestamps-direct" => flexi(job, Naming::TimestampsDirect, numbers),
        "file-rotate-count" => file_rotate(job, ContentLimit::BytesSurpassed(bytes), Packing::None),
        "file-rotate-cut" => file_rotate(job, ContentLimit::Bytes(bytes), Packing::None),
        "file-rotate-count-gz" => file_rotate(job, ContentLimit::BytesSurpassed(bytes), Packing::OnRotate(1)),
        "file-rotate-timestamp" => file_rotate_timestamp(job),
        "logroller-size" => logroller(job, None),
        "logroller-size-gz" => logroller(job, Some(Compression::Gzip)),
        "rolling-file-basic" => rolling_file(job),
        _ => panic!("unknown rotator {name}"),
    }
}

fn lines<W: Write + 'static>(mut writer: W) -> Rotator {
    // The writer is closed where it was moved to: with the closure, at the end of the run.
    Rotator { write: Box::new(move |line| writer.write_all(format!("{line}\n").as_bytes())), close: Box::new(|| ()) }
}

/// Waits until the folder's names stay the same for a while: the library packs on its own and cannot be waited for.
fn settled(job: &Job) -> Box<dyn FnOnce()> {
    let folder = job.folder.clone();
    let names = move || {
        let mut all: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        all.sort();
        all
    };
    Box::new(move || {
        let (mut before, mut same) = (names(), 0);
        while same < 10 {
            sleep(Duration::from_millis(30));
            let now = names();
            same = if now == before { same + 1 } else { 0 };
            before = now;
        }
    })
}

fn tracing(job: &Job, link: Option<&str>) -> Rotator {
    let mut builder =
        TracingFile::builder().rotation(TracingRotation::MINUTELY).filename_prefix("app").filename_suffix("log");
    if let Some(name) = link {
        builder = builder.latest_symlink(name);
    }
    lines(builder.build(&job.folder).unwrap())
}

fn window(job: &Job, pattern: &str) -> FixedWindowRoller {
    let pattern = job.folder.join(pattern);
    FixedWindowRoller::builder().base(1).build(pattern.to_str().unwrap(), KEEP as u32).unwrap()
}

fn log4rs(job: &Job, roller: Box<dyn Roll>) -> Rotator {
    let policy = CompoundPolicy::new(Box::new(SizeTrigger::new(job.rotate_bytes)), roller);
    let appender = RollingFileAppender::builder()
        .encoder(Box::new(PatternEncoder::new("{m}{n}")))
        .build(job.folder.join("app.log"), Box::new(policy))
        .unwrap();
    let write = move |line: &str| {
        let mut record = log::Record::builder();
        appender.append(&record.args(format_args!("{line}")).build()).map_err(std::io::Error::other)
    };
    Rotator { write: Box::new(write), close: settled(job) }
}

fn flexi(job: &Job, naming: Naming, cleanup: Cleanup) -> Rotator {
    let handle = Logger::try_with_str("info")
        .unwrap()
        .log_to_file(FileSpec::default().directory(&job.folder).basename("app"))
        .append()
        .format(|writer, _, record| write!(writer, "{}", record.args()))
        .rotate(Criterion::Size(job.rotate_bytes), naming, cleanup)
        .start()
        .unwrap();
    let write = |line: &str| {
        log::info!("{line}");
        Ok(())
    };
    let settled = settled(job);
    let close = move || {
        handle.shutdown();
        settled();
    };
    Rotator { write: Box::new(write), close: Box::new(close) }
}

fn file_rotate(job: &Job, limit: ContentLimit, packing: Packing) -> Rotator {
    lines(FileRotate::new(job.folder.join("app.log"), AppendCount::new(KEEP), limit, packing, None))
}

fn file_rotate_timestamp(job: &Job) -> Rotator {
    let suffix = AppendTimestamp::default(FileLimit::MaxFiles(KEEP));
    let limit = ContentLimit::BytesSurpassed(job.rotate_bytes as usize);
    lines(FileRotate::new(job.folder.join("app.log"), suffix, limit, Packing::None, None))
}

fn logroller(job: &Job, packing: Option<Compression>) -> Rotator {
    let mut builder = LogRollerBuilder::new(job.folder.to_str().unwrap(), "app.log")
        .rotation(Rotation::SizeBased(RotationSize::Bytes(job.rotate_bytes)))
        .max_keep_files(KEEP as u64);
    if let Some(packing) = packing {
        builder = builder.compression(packing);
    }
    let rotator = lines(builder.build().unwrap());
    Rotator { write: rotator.write, close: settled(job) }
}

fn rolling_file(job: &Job) -> Rotator {
    let condition = RollingConditionBasic::new().max_size(job.rotate_bytes);
    lines(BasicRollingFile::new(job.folder.join("app.log"), condition, KEEP).unwrap())
}
