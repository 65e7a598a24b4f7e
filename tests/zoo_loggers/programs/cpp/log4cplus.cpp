#include "loggers.h"

#include <log4cplus/consoleappender.h>
#include <log4cplus/initializer.h>
#include <log4cplus/layout.h>
#include <log4cplus/logger.h>
#include <log4cplus/loggingmacros.h>

void log_by_log4cplus() {
    log4cplus::Initializer initializer;
    log4cplus::SharedAppenderPtr appender(new log4cplus::ConsoleAppender());
    appender->setLayout(std::make_unique<log4cplus::PatternLayout>("%D{%Y-%m-%d %H:%M:%S,%q} %-5p %c - %m%n"));
    auto logger = log4cplus::Logger::getInstance("app");
    logger.addAppender(appender);
    logger.setLogLevel(log4cplus::DEBUG_LOG_LEVEL);
    LOG4CPLUS_DEBUG(logger, "zoo-1");
    LOG4CPLUS_INFO(logger, "zoo-2");
    LOG4CPLUS_WARN(logger, "zoo-3");
    LOG4CPLUS_ERROR(logger, "zoo-4");
    LOG4CPLUS_FATAL(logger, "zoo-5");
    LOG4CPLUS_ERROR(logger, "zoo-6: " + failure);
    LOG4CPLUS_INFO(logger, "zoo-7");
    LOG4CPLUS_INFO(logger, text);
}
