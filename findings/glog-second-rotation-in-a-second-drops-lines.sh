#!/bin/sh
# glog (Debian's libgoogle-glog-dev 0.6.0): file names hold the time in whole seconds and are opened with O_EXCL. When a
# file is full a second time within one second, its successor's name is taken: glog says so on stderr, writes to no file
# until that second is over, and goes on as if nothing had been. LOG() has no way to tell.
# Expected: each line is in some file (the full one goes on, or another name). Seen: all lines of the rest of the second
# are nowhere. Needs libgoogle-glog-dev and g++ (as root they are installed).
set -eu
[ -f /usr/include/glog/logging.h ] || apt-get install -qq -y libgoogle-glog-dev g++ >/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir logs
cat >write.cpp <<'CPP'
#include <glog/logging.h>

#include <chrono>
#include <string>
#include <thread>

int main(int, char **args) {
    FLAGS_log_dir = "logs";
    FLAGS_max_log_size = 1;  // megabyte
    FLAGS_stderrthreshold = google::GLOG_FATAL;
    google::InitGoogleLogging(args[0]);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::this_thread::sleep_for(std::chrono::seconds(1) - now % std::chrono::seconds(1));
    for (int n = 0; n < 30000; n++) LOG(INFO) << "line " << n << ". " << std::string(100, 'x');
    google::ShutdownGoogleLogging();
}
CPP
g++ -O1 -o write write.cpp -lglog
./write 2>said
found=$(cat logs/*.INFO.* | grep -aoE 'line [0-9]+\.' | sort -u | wc -l)
echo "glog $(dpkg-query -W -f '${Version}' libgoogle-glog-dev): 30000 lines written with a limit of 1 MB a file"
echo "expected: 0 missing; seen: $((30000 - found)) missing, $(grep -c 'COULD NOT CREATE' said || true) messages on stderr"
[ "$found" -lt 30000 ]
