#include "writer.h"

#include <spdlog/sinks/hourly_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

Rotator spdlog_rotator(const std::string &name, const Job &job) {
    constexpr std::size_t KEEP = 100;
    std::shared_ptr<spdlog::logger> logger;
    if (name == "spdlog-hourly") {
        logger = spdlog::hourly_logger_st("app", job.path("app.log"));
    } else {
        logger = spdlog::rotating_logger_st("app", job.path("app.log"), job.rotate_bytes, KEEP);
    }
    logger->set_pattern("%v");
    return {[logger](const std::string &line) { logger->info(line); }, [] { spdlog::shutdown(); }};
}
