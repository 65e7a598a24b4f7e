#!/bin/sh
# flexi_logger 0.31.10 (Rust), Naming::Numbers with Cleanup::KeepCompressedFiles(50) and append(): after a restart it counts
# on from the plain files alone, does not see the .gz ones, and writes over them, far below the limit of 50.
# Expected: after three runs of 4000 lines, 12000 lines in the files. Seen: about half of them.
set -eu
for tool in cargo gzip; do command -v $tool >/dev/null || { echo "needs $tool" >&2; exit 1; }; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "finding"
version = "1.0.0"
edition = "2021"

[dependencies]
flexi_logger = { version = "=0.31.10", features = ["compress"] }
log = "=0.4.35"
TOML
cat >src/main.rs <<'RUST'
use flexi_logger::{Cleanup, Criterion, FileSpec, Logger, Naming};

fn main() {
    let run = std::env::args().nth(1).unwrap();
    let handle = Logger::try_with_str("info")
        .unwrap()
        .log_to_file(FileSpec::default().directory("logs").basename("app"))
        .append()
        .format(|writer, _, record| write!(writer, "{}", record.args()))
        .rotate(Criterion::Size(100_000), Naming::Numbers, Cleanup::KeepCompressedFiles(50))
        .start()
        .unwrap();
    for number in 0..4000 {
        log::info!("run {run} line {number} {}", "x".repeat(100));
    }
    handle.shutdown();
    std::thread::sleep(std::time::Duration::from_millis(500));
}
RUST
cargo build --quiet
for run in 1 2 3; do
    ./target/debug/finding $run
    found=$(for file in logs/*; do gzip -dcf "$file"; done | grep -aoE '^run . line [0-9]+' | sort -u | wc -l)
    echo "flexi_logger 0.31.10, run $run of 4000 lines: $(ls logs | wc -l) files"
    echo "expected: $((run * 4000)) lines in them; seen: $found"
done
[ "$found" -lt 12000 ]
