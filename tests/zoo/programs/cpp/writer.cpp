// Writes numbered lines through a real rotator: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES.
#include "writer.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

namespace {

constexpr auto TICK = std::chrono::milliseconds(10);
constexpr std::size_t LINE_BYTES = 119;

std::string line(long number) {
    const std::string head = "{\"n\": " + std::to_string(number) + ", \"pad\": \"";
    return head + std::string(LINE_BYTES - 2 - head.size(), 'x') + "\"}";
}

// Stands still for over a second in the middle of each file, so that no two rotations come in one second.
Rotator pausing(const Rotator &rotator, long rotate_bytes) {
    auto size = std::make_shared<long>(rotate_bytes / 2);
    const auto write = [=](const std::string &text) {
        if ((*size += LINE_BYTES + 1) > rotate_bytes) {
            *size = 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        }
        rotator.write(text);
    };
    return {write, rotator.close};
}

Rotator open(const std::string &name, const Job &job) {
    const std::string library = name.substr(0, name.find('-'));
    if (library == "spdlog") return spdlog_rotator(name, job);
    if (name == "glog-log-dir") return pausing(glog_rotator(job), 1 << 20);
    if (name == "glog-same-second") return glog_rotator(job);
    if (library == "boost") return boost_rotator(name, job);
    if (library == "log4cplus") return log4cplus_rotator(name, job);
    if (library == "mapped") return mapped_writer(job);
    throw std::invalid_argument(name);
}

void run(const Rotator &rotator, long first, long lines, long rate) {
    const auto start = std::chrono::steady_clock::now();
    for (long i = 0; i < lines; i++) {
        while (rate > 0) {
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
            if (i <= passed.count() * rate) break;
            std::this_thread::sleep_for(TICK);
        }
        rotator.write(line(first + i));
    }
    rotator.close();
}

}  // namespace

int main(int count, char **args) {
    if (count != 7) {
        std::cerr << "usage: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES\n";
        return 2;
    }
    const Job job{args[2], std::stol(args[6])};
    run(open(args[1], job), std::stol(args[3]), std::stol(args[4]), std::stol(args[5]));
}
