/* Preloaded into the daemon: reads of files whose path has ".log" do what the first byte of the file $FAULT_FILE says.
 * E: they fail with EIO, as from a dying disk. H: they hang, as on a lost network volume. Anything else, or none: they
 * read. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char fault(int fd) {
    char link[32], target[4096], what = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    if (!strstr(target, ".log")) return 0;
    int file = open(getenv("FAULT_FILE"), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    if (read(file, &what, 1) != 1) what = 0;
    close(file);
    return what;
}

ssize_t pread64(int fd, void *to, size_t size, off_t at) {
    char what;
    while ((what = fault(fd)) == 'H') usleep(20000);
    if (what != 'E') return syscall(SYS_pread64, fd, to, size, at);
    errno = EIO;
    return -1;
}

ssize_t pread(int fd, void *to, size_t size, off_t at) { return pread64(fd, to, size, at); }
