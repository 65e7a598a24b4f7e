#include "loggers.h"

int main(int, char **arguments) {
    const std::string name = arguments[1];
    if (name == "spdlog") log_by_spdlog(false);
    if (name == "spdlog-json") log_by_spdlog(true);
    if (name == "glog-cpp") log_by_glog();
    if (name == "boost-log") log_by_boost();
    if (name == "log4cplus") log_by_log4cplus();
}
