#!/bin/sh
# tracing-logstash writes syslog's numbers as `level_value`, which fall as a line gets more severe: ERROR 3, WARN 4,
# INFO 5. But TRACE is 6 and DEBUG 7, so that whoever keeps what is at least as severe as debugging by the number
# keeps traces too, and by "up to 6" traces without debugging.
# tracing-logstash 0.7.0, tracing 0.1.41, tracing-subscriber 0.3.19.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
mkdir src
cat >Cargo.toml <<'EOT'
[package]
name = "levels"
version = "0.0.0"
edition = "2021"

[dependencies]
tracing = "=0.1.41"
tracing-logstash = "=0.7.0"
tracing-subscriber = { version = "=0.3.19", features = ["registry"] }
EOT
cat >src/main.rs <<'EOR'
use tracing_subscriber::prelude::*;
fn main() {
    tracing_subscriber::registry().with(tracing_logstash::Layer::default()).init();
    tracing::error!("x");
    tracing::warn!("x");
    tracing::info!("x");
    tracing::debug!("x");
    tracing::trace!("x");
}
EOR
cargo run -q >seen 2>build || { cat build; exit 1; }
cat seen
for each in ERROR:3 WARN:4 INFO:5 DEBUG:7 TRACE:6; do
	grep "\"level\":\"${each%:*}\"" seen | grep -q "\"level_value\":${each#*:}[,}]"
done
