<?php
// php loggers.php monolog-line: logs the zoo's events by that logger; what they mean: tests/zoo_loggers/logger.py
require "Psr/Log/autoload.php";
require "Monolog/autoload.php";

use Monolog\Formatter;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const TEXT = "zoo-9 of\n\nthree lines";

function failure(): Exception
{
    return new RuntimeException("it went wrong\nin two lines", 1, new LogicException("the cause"));
}

function monolog(Formatter\FormatterInterface $formatter): void
{
    $handler = new StreamHandler("php://stdout", Logger::DEBUG);
    $handler->setFormatter($formatter);
    emit(new Logger("app", [$handler]));
}

function emit(Psr\Log\LoggerInterface $logger): void
{
    $logger->debug("zoo-1");
    $logger->info("zoo-2");
    $logger->warning("zoo-3");
    $logger->error("zoo-4");
    $logger->critical("zoo-5");
    $logger->error("zoo-6", ["exception" => failure()]);
    $logger->info("zoo-7", ["trace_id" => TRACE]);
    $logger->info("zoo-8", ["ratio" => NAN, "bytes" => 2 ** 70, "user" => ["id" => 7, "tags" => ["a", "b"]], "level" => "high"]);
    $logger->info(TEXT);
}

function plain(): void
{
    ini_set("log_errors", "1");
    ini_set("display_errors", "0");
    ini_set("error_log", "/dev/stdout");
    error_log("zoo-2");
    trigger_error("zoo-3", E_USER_WARNING);
    error_log("zoo-6 " . failure());
    error_log(TEXT);
}

function klogger(): void
{
    spl_autoload_register(fn ($class) => @include strtr($class, "\\", "/") . ".php");
    emit(new Katzgrau\KLogger\Logger("php://stdout", "debug", ["filename" => "php://stdout"]));
}

match ($argv[1]) {
    "monolog-line" => monolog(new Formatter\LineFormatter()),
    "monolog-traces" => monolog(new Formatter\LineFormatter(null, "Y-m-d H:i:s", true, true, true)),
    "monolog-json" => monolog(new Formatter\JsonFormatter()),
    "monolog-logstash" => monolog(new Formatter\LogstashFormatter("app")),
    "monolog-google" => monolog(new Formatter\GoogleCloudLoggingFormatter()),
    "php-error-log" => plain(),
    "klogger" => klogger(),
};
