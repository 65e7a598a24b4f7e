"""Rotators in Go: one writer for the libraries, one for the kubelet's own log manager."""

from pathlib import Path

from tests.zoo.setup import Setup, Work
from tests.zoo.setups import _building as building


def _build(program: str, cache: Path) -> None:
    go = building.tool("go")
    building.once(program, cache, lambda folder: building.run([go, "build", "-mod=readonly", "-o", "writer"], folder))


def _setup(
    name: str, module: tuple[str, str], rotation: str, *, paths: tuple[str, str], loses: str = "", program: str = "go"
) -> Setup:
    def command(work: Work) -> list[str]:
        numbers = [work.first, work.lines, work.rate, work.rotate_bytes]
        return [str(work.cache / program / "writer"), name, str(work.folder), *map(str, numbers)]

    def build(cache: Path) -> None:
        _build(program, cache)

    package, version = module
    pattern, exact = paths
    return Setup(name, "go", package, version, rotation, pattern, exact, build, command, loses)


_LUMBERJACK = ("gopkg.in/natefinch/lumberjack.v2", "2.2.1")
_TIMBERJACK = ("github.com/DeRuina/timberjack", "1.4.10")
_DOCKER = ("github.com/docker/docker", "28.5.2")
_KLOG = ("k8s.io/klog/v2", "2.140.0")
_GO_ZERO = ("github.com/zeromicro/go-zero", "1.10.3")

SETUPS: tuple[Setup, ...] = (
    _setup(
        "lumberjack-plain",
        _LUMBERJACK,
        "rename to app-2026-01-31T12-00-00.540.log, new inode under app.log",
        paths=("app*.log", "app.log"),
    ),
    _setup(
        "lumberjack-gzip",
        _LUMBERJACK,
        "rename to app-TIME.log, new inode; packed at once in background, straight into app-TIME.log.gz, "
        "which is seen half-written under its final name; then the plain file is removed",
        paths=("app*.log", "app.log"),
    ),
    _setup(
        "zap-buffered",
        ("go.uber.org/zap", "1.28.0"),
        "zap's BufferedWriteSyncer of 256 KiB over lumberjack: whole lines come in blocks, and a rotation falls "
        "between two blocks; rename to app-TIME.log, new inode",
        paths=("app*.log", "app.log"),
        loses="up to 256 KiB when the application is killed: they were in its memory",
    ),
    _setup(
        "timberjack-gzip",
        _TIMBERJACK,
        "rename to app-TIME-size.log, new inode; packed at once in background through app-TIME-size.log.gz.tmp, "
        "renamed to .gz, then the plain file is removed",
        paths=("app*.log", "app.log"),
    ),
    _setup(
        "timberjack-zstd",
        _TIMBERJACK,
        "as timberjack-gzip, with .zst.tmp and .zst",
        paths=("app*.log", "app.log"),
    ),
    _setup(
        "timberjack-after-ext",
        _TIMBERJACK,
        "rename to app.log-TIME-size, new inode",
        paths=("app.log*", "app.log"),
    ),
    _setup(
        "file-rotatelogs-link",
        ("github.com/lestrrat-go/file-rotatelogs", "2.4.0"),
        "never renames: new names app.YYYYMMDDHHMM.log, then .log.1, .log.2 … upward (highest is newest) within a "
        "minute; app.log is a link, replaced by rename of app.….log_symlink; app.….log_lock for a moment",
        paths=("app.*.log*", "app.log"),
    ),
    _setup(
        "klog-log-dir",
        _KLOG,
        "never renames: new names writer.HOST.USER.log.INFO.YYYYMMDD-HHMMSS.PID; writer.INFO is a link, removed and "
        "made anew; four header lines that are no JSON at the head of each file; buffered, flushed every 5 s",
        paths=("writer.*.log.INFO.*", "writer.INFO"),
        loses="a whole file where it rotates twice in a second (see klog-same-second); here it does not",
    ),
    _setup(
        "klog-same-second",
        _KLOG,
        "as klog-log-dir; a second rotation in one second opens the same name and truncates it: same inode",
        paths=("writer.*.log.INFO.*", "writer.INFO"),
        loses="each file but the last of each second: 40,817 of 60,000 lines at 20,000 lines/s",
    ),
    _setup(
        "docker-json-plain",
        _DOCKER,
        "the json-file driver's LogFile, with lines as they are: .1 becomes .2 and so on upward, app-json.log becomes "
        ".1, new inode",
        paths=("app-json.log*", "app-json.log"),
    ),
    _setup(
        "docker-json-gzip",
        _DOCKER,
        "the json-file driver's LogFile with compress: .1.gz becomes .2.gz and so on, app-json.log becomes .1, new "
        "inode; packed at once in background straight into .1.gz, then .1 is removed",
        paths=("app-json.log*", "app-json.log"),
    ),
    _setup(
        "go-zero-gzip",
        _GO_ZERO,
        "rename to app-2026-01-31T12:00:00Z.log (the time at which the file began), new inode; packed at once in "
        "background straight into .log.gz, then the plain file is removed",
        paths=("app*.log", "app.log"),
        loses="a whole file where it rotates twice in a second (see go-zero-same-second); here it does not",
    ),
    _setup(
        "go-zero-same-second",
        _GO_ZERO,
        "as go-zero-gzip; a second rotation in one second has the same name: it replaces the plain file, and the "
        "archive is truncated and written again, same inode",
        paths=("app*.log", "app.log"),
        loses="each file but the last of each second: 34,998 of 60,000 lines at 20,000 lines/s",
    ),
    _setup(
        "phuslu-link",
        ("github.com/phuslu/log", "1.0.121"),
        "never renames: new names app.2026-01-31T12-00-00.log; rotations within one second go on in the same file; "
        "app.log is a link, removed and made anew in background",
        paths=("app.*.log", "app.log"),
    ),
    _setup(
        "kubelet-cri",
        ("k8s.io/kubernetes", "1.37.2"),
        "the kubelet's container log manager, looking every 1.1 s, over a runtime of the zoo's, lines as they are: "
        "rename to 0.log.20260131-120000, then the runtime opens 0.log anew (till then it writes to the renamed file); "
        "at the next rotation that is packed through 0.log.….tmp, renamed to .gz, then the plain file is removed",
        paths=("0.log*", "0.log"),
        program="kubelet",
    ),
)
