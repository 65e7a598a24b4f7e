// The zoo's events by loggers of C++; what they mean: tests/zoo_loggers/logger.py
#pragma once

#include <string>

inline const std::string failure = "it went wrong\nin two lines: the cause";
inline const std::string text = "zoo-9 of\n\nthree lines";

void log_by_spdlog(bool json);
void log_by_glog();
void log_by_boost();
void log_by_log4cplus();
