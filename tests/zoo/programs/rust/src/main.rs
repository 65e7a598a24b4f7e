//! Writes numbered lines through a real rotator: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES.

mod rotators;

use std::io::Result;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);

/// A real logger: write takes a line without its line feed; close ends all background work.
pub struct Rotator {
    pub write: Box<dyn FnMut(&str) -> Result<()>>,
    pub close: Box<dyn FnOnce()>,
}

pub struct Job {
    pub folder: PathBuf,
    pub rotate_bytes: u64,
}

fn line(number: u64) -> String {
    let head = format!("{{\"n\": {number}, \"pad\": \"");
    format!("{head}{}\"}}", "x".repeat(117 - head.len()))
}

fn run(mut rotator: Rotator, first: u64, lines: u64, rate: u64) -> Result<()> {
    let start = Instant::now();
    for i in 0..lines {
        while rate > 0 && i as f64 > start.elapsed().as_secs_f64() * rate as f64 {
            sleep(TICK);
        }
        (rotator.write)(&line(first + i))?;
    }
    (rotator.close)();
    Ok(())
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder, numbers @ ..] = args.as_slice() else {
        panic!("usage: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES")
    };
    let numbers: Vec<u64> = numbers.iter().map(|text| text.parse().expect("a number")).collect();
    let job = Job { folder: PathBuf::from(folder), rotate_bytes: numbers[3] };
    run(rotators::open(name, &job), numbers[0], numbers[1], numbers[2])
}
