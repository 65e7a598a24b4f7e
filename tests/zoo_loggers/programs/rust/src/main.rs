//! Logs the zoo's events by the logger that is named; what they mean: tests/zoo_loggers/logger.py
mod facade;
mod slogs;
mod traced;

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const TEXT: &str = "zoo-9 of\n\nthree lines";
pub const FAILURE: &str = "it went wrong\nin two lines: the cause";

fn main() {
    let name = std::env::args().nth(1).expect("a logger's name");
    match name.split_once('-') {
        Some(("tracing", kind)) => traced::run(kind),
        Some(("slog", kind)) => slogs::run(kind.trim_start_matches("rs-")),
        _ => facade::run(&name),
    }
}
