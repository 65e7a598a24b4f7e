#include "loggers.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

// In JSON by a pattern, as many projects do: the message is not escaped.
void log_by_spdlog(bool json) {
    auto logger = spdlog::stdout_logger_mt("app");
    logger->set_level(spdlog::level::debug);
    if (json) logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l","logger":"%n","message":"%v"})");
    logger->debug("zoo-1");
    logger->info("zoo-2");
    logger->warn("zoo-3");
    logger->error("zoo-4");
    logger->critical("zoo-5");
    if (!json) logger->error("zoo-6: {}", failure);
    logger->info("zoo-7");
    if (!json) logger->info(text);
}
