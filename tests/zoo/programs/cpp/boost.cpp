#include "writer.h"

#include <boost/log/core.hpp>
#include <boost/log/sources/logger.hpp>
#include <boost/log/sources/record_ostream.hpp>
#include <boost/log/utility/setup/file.hpp>

namespace logging = boost::log;
namespace keywords = boost::log::keywords;

namespace {

constexpr auto KEEP_ALL = 1000;

auto counting(const Job &job) {
    return logging::add_file_log(keywords::file_name = job.path("app_%5N.log"), keywords::rotation_size = job.rotate_bytes,
                                 keywords::auto_flush = true, keywords::format = "%Message%");
}

auto collected(const Job &job) {
    return logging::add_file_log(keywords::file_name = job.path("app.log"),
                                 keywords::target_file_name = "app_%Y%m%d_%H%M%S_%5N.log",
                                 keywords::target = job.folder, keywords::max_files = KEEP_ALL,
                                 keywords::rotation_size = job.rotate_bytes, keywords::auto_flush = true,
                                 keywords::format = "%Message%");
}

}  // namespace

Rotator boost_rotator(const std::string &name, const Job &job) {
    const auto sink = name == "boost-log-target" ? collected(job) : counting(job);
    return {
        [](const std::string &line) {
            static logging::sources::logger logger;
            BOOST_LOG(logger) << line;
        },
        [sink] {
            sink->flush();
            logging::core::get()->remove_all_sinks();
        },
    };
}
