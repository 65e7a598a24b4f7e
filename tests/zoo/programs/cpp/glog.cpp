#include "writer.h"

#include <glog/logging.h>

Rotator glog_rotator(const Job &job) {
    FLAGS_log_dir = job.folder;
    FLAGS_log_prefix = false;
    FLAGS_stderrthreshold = google::GLOG_FATAL;
    FLAGS_max_log_size = 1;  // a megabyte: the library knows none smaller
    google::InitGoogleLogging("writer");
    return {[](const std::string &line) { LOG(INFO) << line; }, [] { google::ShutdownGoogleLogging(); }};
}
