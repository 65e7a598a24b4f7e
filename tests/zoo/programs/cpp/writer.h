// What the parts of the writer share.
#pragma once

#include <functional>
#include <string>

struct Job {
    std::string folder;
    long rotate_bytes;

    std::string path(const std::string &name) const { return folder + "/" + name; }
};

// A real logger: write takes a line without its line feed; close ends all background work.
struct Rotator {
    std::function<void(const std::string &)> write;
    std::function<void()> close;
};

Rotator spdlog_rotator(const std::string &name, const Job &job);
Rotator glog_rotator(const Job &job);
Rotator boost_rotator(const std::string &name, const Job &job);
Rotator log4cplus_rotator(const std::string &name, const Job &job);
Rotator mapped_writer(const Job &job);
