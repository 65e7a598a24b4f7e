#include "loggers.h"

#include <boost/log/trivial.hpp>

void log_by_boost() {
    BOOST_LOG_TRIVIAL(debug) << "zoo-1";
    BOOST_LOG_TRIVIAL(info) << "zoo-2";
    BOOST_LOG_TRIVIAL(warning) << "zoo-3";
    BOOST_LOG_TRIVIAL(error) << "zoo-4";
    BOOST_LOG_TRIVIAL(fatal) << "zoo-5";
    BOOST_LOG_TRIVIAL(error) << "zoo-6: " << failure;
    BOOST_LOG_TRIVIAL(info) << "zoo-7";
    BOOST_LOG_TRIVIAL(info) << text;
}
