#!/bin/sh
# file-rotate 0.8.0 (Rust) with Compression::OnRotate: the plain file is unlinked while its archive holds the ten bytes of
# a gzip header; the compressed data is written after that. Killed in between, a whole generation is in no file.
# Expected: the plain file is removed once its archive can be read. Seen: `gzip -t` fails on the archive at each unlink.
# The archive's state is looked at from inside unlink(2), by a library that is loaded before libc.
set -eu
for tool in cargo cc gzip; do command -v $tool >/dev/null || { echo "needs $tool" >&2; exit 1; }; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src logs
cat >Cargo.toml <<'TOML'
[package]
name = "finding"
version = "1.0.0"
edition = "2021"

[dependencies]
file-rotate = "=0.8.0"
TOML
cat >src/main.rs <<'RUST'
use file_rotate::{compression::Compression, suffix::AppendCount, ContentLimit, FileRotate};
use std::io::Write;

fn main() {
    let limit = ContentLimit::BytesSurpassed(200_000);
    let mut log = FileRotate::new("logs/app.log", AppendCount::new(20), limit, Compression::OnRotate(0), None);
    for number in 0..20_000 {
        writeln!(log, "line {number} {}", "x".repeat(100)).unwrap();
    }
}
RUST
cat >look.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/stat.h>

/* Keep a copy of PATH.gz as it is when PATH is removed, and say how long it is. */
int unlink(const char *path) {
    char archive[4096], copy[4096], bytes[65536];
    static int count;
    snprintf(archive, sizeof archive, "%s.gz", path);
    FILE *from = fopen(archive, "rb");
    if (from) {
        snprintf(copy, sizeof copy, "seen.%d.gz", count++);
        FILE *to = fopen(copy, "wb");
        size_t length = fread(bytes, 1, sizeof bytes, from);
        fwrite(bytes, 1, length, to);
        fclose(to);
        fclose(from);
    }
    return ((int (*)(const char *))dlsym(RTLD_NEXT, "unlink"))(path);
}
C
cargo build --quiet
cc -shared -fPIC -o look.so look.c -ldl
LD_PRELOAD="$PWD/look.so" ./target/debug/finding
removed=0 unreadable=0
for archive in seen.*.gz; do
    [ -f "$archive" ] || continue
    removed=$((removed + 1))
    gzip -t "$archive" 2>/dev/null || unreadable=$((unreadable + 1))
done
echo "file-rotate 0.8.0: $removed files packed and removed; bytes in the archive at that moment: $(cat seen.0.gz | wc -c)"
echo "expected: 0 archives that cannot be read at that moment; seen: $unreadable"
[ "$removed" -gt 0 ] && [ "$unreadable" -eq "$removed" ]
