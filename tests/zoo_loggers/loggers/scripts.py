"""Loggers of Ruby, PHP and Perl: Debian's packages, unpacked and not installed."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.zoo.debs import found, ran, unpacking
from tests.zoo.setups import _building as building
from tests.zoo_loggers.logger import MICRO, MILLI, SECOND, Logger
from tests.zoo_loggers.shipping import PROGRAMS

_PINS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ruby": (
            "ruby3.1=3.1.7+really3.1.2-0+deb12u1",
            "libruby3.1=3.1.7+really3.1.2-0+deb12u1",
            "ruby-log4r=1.1.10-4.1",
        ),
        "php": (
            "php8.2-cli=8.2.36-1~deb12u1",
            "php8.2-common=8.2.36-1~deb12u1",
            "php-monolog=2.9.1-1",
            "php-psr-log=1.1.4-2",
            "php-klogger=1.2.2-1",
        ),
        "perl": ("liblog-log4perl-perl=1.57-1",),
    }
)
_TEXT: Final[Mapping[str, Any]] = MappingProxyType({"trace": False, "zone": False, "events": "12345679"})
_LOCAL: Final = "2026-11-27 20:00:00"
_ZONED: Final = "2026-11-27T20:00:00.123456+05:30"


def _folders(cache: Path, pattern: str) -> str:
    return os.pathsep.join(map(str, cache.glob(pattern)))


def _ruby(cache: Path) -> list[str]:
    library = ("*/usr/lib/ruby/3.1.0", "*/usr/lib/*-linux-gnu/ruby/3.1.0", "*/usr/lib/ruby/vendor_ruby")
    paths = os.pathsep.join(_folders(cache, each) for each in library)
    return ["env", f"RUBYLIB={paths}", *ran(cache, "ruby3.1", "--disable-gems", PROGRAMS / "ruby/loggers.rb")]


def _php(cache: Path) -> list[str]:
    extensions = f"extension_dir={_folders(cache, '*/usr/lib/php/20*')}"
    include = f"include_path={_folders(cache, '*/usr/share/php')}"
    options = [word for each in (extensions, "extension=ctype", include) for word in ("-d", each)]
    return [found(cache, "php8.2"), "-n", *options, "-d", "date.timezone={zone}", str(PROGRAMS / "php/loggers.php")]


def _perl(cache: Path) -> list[str]:
    path = f"PERL5LIB={_folders(cache, '*/usr/share/perl5')}"
    return ["env", path, building.tool("perl"), str(PROGRAMS / "perl/loggers.pl")]


_COMMANDS: Final = MappingProxyType({"ruby": _ruby, "php": _php, "perl": _perl})


def _row(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    language, version = next(
        (language, pin.partition("=")[2]) for language, pins in _PINS.items() for pin in pins if pin.startswith(package)
    )
    zone = "Asia/Kolkata" if others.get("zone", True) else "UTC"

    def command(cache: Path) -> list[str]:
        return [*(word.format(zone=zone) for word in _COMMANDS[language](cache)), name]

    return Logger(name, language, package, version, unpacking(*_PINS[language]), command, time, level, **others)


def _text(name: str, package: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, package, time, level, **{**_TEXT, **others})


def _monolog(name: str, time: str, level: str, **others: Any) -> Logger:
    return _row(name, "php-monolog", time, level, **{"fields": True, "unit": MICRO, **others})


LOGGERS: tuple[Logger, ...] = (
    _text("ruby-logger", "ruby3.1", "[2026-11-27T20:00:00.123456 #", "  WARN -- :", unit=MICRO),
    _text("ruby-logger-progname", "ruby3.1", f"[{_LOCAL} #", "  WARN -- app:", unit=SECOND),
    _row(
        "ruby-logger-json",
        "ruby3.1",
        '"time":"2026-11-27T20:00:00.123456Z"',
        '"level":"WARN"',
        unit=MICRO,
        fields=True,
        trace=False,
        events="12345679",
    ),
    _text("ruby-log4r", "ruby-log4r", _LOCAL, " WARN [", unit=SECOND),
    _text(
        "ruby-log4r-basic",
        "ruby-log4r",
        "",
        " WARN app: ",
        needs={"MULTILINE": "start:^ ?[A-Z]+ app: "},
    ),
    _monolog("monolog-line", f"[{_ZONED}]", "app.WARNING: ", trace=False, fields=False),
    _text("monolog-traces", "php-monolog", f"[{_LOCAL}]", "app.WARNING: ", unit=SECOND, events="123456789"),
    _monolog("monolog-json", f'"datetime":"{_ZONED}"', '"level":300,"level_name":"WARNING"'),
    _monolog("monolog-logstash", f'"@timestamp":"{_ZONED}"', '"level":"WARNING","monolog_level":300'),
    _monolog("monolog-google", '"time":"2026-11-27T20:00:00.123+05:30"', '"severity":"WARNING"', unit=MILLI),
    _text(
        "php-error-log",
        "php8.2-cli",
        "[27-Nov-2026 20:00:00 UTC]",
        "PHP Warning:  ",
        unit=SECOND,
        events="2369",
        levels={"2": None, "6": None, "9": None},
    ),
    _text(
        "klogger",
        "php-klogger",
        f"[{_LOCAL}.123456]",
        "[warning]",
        unit=MICRO,
        events="123456789",
        note="its hour has no leading zero",
    ),
    _text("log4perl-easy", "liblog-log4perl-perl", "2026/11/27 20:00:00", "", unit=SECOND),
    _text("log4perl-date", "liblog-log4perl-perl", "2026/11/27 20:00:00", " WARN> ", unit=SECOND),
    _text("log4perl-pattern", "liblog-log4perl-perl", "2026-11-27 20:00:00,123", "[WARN]"),
)
