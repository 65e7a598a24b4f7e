#!/bin/sh
# Monolog's JsonFormatter and GoogleCloudLoggingFormatter write the float NAN of a context as the number 0, and INF as 0, too: a value
# that nobody logged, and no sign of it. Its LineFormatter and LogstashFormatter write "NaN" and "INF" for the same record.
# Monolog 2.9.1 of Debian, PHP 8.2. Expected: null, "NaN" or an error. The packages are unpacked, not installed.
set -eu
command -v apt-get >/dev/null || { echo "needs apt-get, of Debian 12" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for pin in php8.2-cli=8.2.36-1~deb12u1 php8.2-common=8.2.36-1~deb12u1 php-monolog=2.9.1-1 php-psr-log=1.1.4-2; do
    apt-get -o APT::Sandbox::User=root download -qq "$pin"
done
for package in *.deb; do dpkg-deb -x "$package" .; done
cat >app.php <<'PHP'
<?php
require "Psr/Log/autoload.php";
require "Monolog/autoload.php";
use Monolog\Formatter;
$record = ["message" => "m", "context" => ["ratio" => NAN, "limit" => INF], "level" => 200, "level_name" => "INFO",
    "channel" => "app", "datetime" => new Monolog\DateTimeImmutable(true), "extra" => []];
$json = json_decode((new Formatter\JsonFormatter())->format($record), true)["context"];
$google = json_decode((new Formatter\GoogleCloudLoggingFormatter())->format($record), true)["context"];
$logstash = json_decode((new Formatter\LogstashFormatter("app"))->format($record), true)["context"];
echo "expected: no number; seen: JsonFormatter ", json_encode($json), ", GoogleCloudLoggingFormatter ", json_encode($google),
    ", LogstashFormatter ", json_encode($logstash), "\n";
$zero = ["ratio" => 0, "limit" => 0];
exit($json === $zero && $google === $zero && $logstash["ratio"] === "NaN" ? 0 : 1);
PHP
echo "Monolog 2.9.1, $(usr/bin/php8.2 -n --version | head -n 1)"
usr/bin/php8.2 -n -d include_path=usr/share/php -d extension_dir="$(echo usr/lib/php/20*)" -d extension=ctype app.php
