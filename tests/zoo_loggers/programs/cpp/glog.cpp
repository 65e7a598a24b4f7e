#include "loggers.h"

#include <glog/logging.h>

void log_by_glog() {
    FLAGS_logtostderr = true;
    google::InitGoogleLogging("app");
    LOG(INFO) << "zoo-2";
    LOG(WARNING) << "zoo-3";
    LOG(ERROR) << "zoo-4";
    LOG(ERROR) << "zoo-6: " << failure;
    LOG(INFO) << "zoo-7";
    LOG(INFO) << text;
}
