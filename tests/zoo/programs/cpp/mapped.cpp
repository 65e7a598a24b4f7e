// A writer that fills a preallocated, memory-mapped file, as tracing and database journals do.
#include "writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace {

// One file of rotate_bytes at a time; when it is full it is cut to what was written and renamed.
class MappedFile {
  public:
    explicit MappedFile(const Job &job) : job_(job) {
        shift();
        open();
    }

    void write(const std::string &line) {
        if (used_ + line.size() + 1 > size()) rotate();
        std::memcpy(memory_ + used_, line.data(), line.size());
        used_ += line.size();
        memory_[used_++] = '\n';
    }

    void close() {
        munmap(memory_, size());
        if (ftruncate(file_, static_cast<off_t>(used_)) != 0) throw std::runtime_error("ftruncate");
        ::close(file_);
    }

  private:
    std::size_t size() const { return static_cast<std::size_t>(job_.rotate_bytes); }

    void open() {
        file_ = ::open(job_.path("app.log").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
        if (posix_fallocate(file_, 0, job_.rotate_bytes) != 0) throw std::runtime_error("posix_fallocate");
        void *mapped = mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        if (mapped == MAP_FAILED) throw std::runtime_error("mmap");
        memory_ = static_cast<char *>(mapped);
        used_ = 0;
    }

    void rotate() {
        close();
        shift();
        open();
    }

    // Rename what is there to the first number that is free.
    void shift() {
        std::string name;
        do name = job_.path("app.log." + std::to_string(++rotated_));
        while (access(name.c_str(), F_OK) == 0);
        std::rename(job_.path("app.log").c_str(), name.c_str());
    }

    Job job_;
    int file_ = -1;
    char *memory_ = nullptr;
    std::size_t used_ = 0;
    int rotated_ = 0;
};

}  // namespace

Rotator mapped_writer(const Job &job) {
    auto file = std::make_shared<MappedFile>(job);
    return {[file](const std::string &line) { file->write(line); }, [file] { file->close(); }};
}
