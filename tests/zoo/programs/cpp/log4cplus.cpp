#include "writer.h"

#include <log4cplus/fileappender.h>
#include <log4cplus/initializer.h>
#include <log4cplus/layout.h>
#include <log4cplus/logger.h>
#include <log4cplus/loggingmacros.h>

namespace {

constexpr int KEEP = 20;

// A limit below 200 KiB is raised to that by the library.
log4cplus::SharedAppenderPtr appender(const std::string &name, const Job &job) {
    const auto path = job.path("app.log");
    if (name == "log4cplus-time") {
        const auto dated = job.path("app.%d{yyyy-MM-dd-HH-mm}.log");
        return log4cplus::SharedAppenderPtr(new log4cplus::TimeBasedRollingFileAppender(path, dated, KEEP));
    }
    return log4cplus::SharedAppenderPtr(new log4cplus::RollingFileAppender(path, job.rotate_bytes, KEEP));
}

}  // namespace

Rotator log4cplus_rotator(const std::string &name, const Job &job) {
    static log4cplus::Initializer initializer;
    auto made = appender(name, job);
    made->setLayout(std::make_unique<log4cplus::PatternLayout>("%m%n"));
    auto logger = log4cplus::Logger::getInstance("app");
    logger.addAppender(made);
    return {
        [logger](const std::string &line) { LOG4CPLUS_INFO(logger, line); },
        [logger]() mutable { logger.removeAllAppenders(); },
    };
}
