"""Names in a folder: which match a glob, which look like a rotated form of one that would.

They are the application's, and hostile: every expression reads a name in one way only, so that what one costs grows
with its length, of 255 bytes at most.
"""

import fnmatch
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import force_setattr

from logship.files.beneath import Root

_SEPARATORS = ".-_@~"
_MAX_MARKS = 16
"""Separators that may be the beginning of what a rotation added: a name can have hundreds."""
_WORDS = (
    "old bak backup copy prev previous orig save saved rotated archive archived size time manual reason tmp temp part "
    "gz gzip z zst zstd xz bz2 bzip2 lzma lz4 zip tar tgz utc gmt am pm jan feb mar apr may jun jul aug sep oct nov dec"
)
_NUMBERS = "[0-9]+Z?|[0-9]+[KMG]B?|[RP][0-9]+|[0-9A-F]{16,}[STU]?"
_TOKEN = rf"(?:{_NUMBERS}|(?:{'|'.join(_WORDS.split())})[0-9]*)(?=[.\-_@+:~]|T[0-9]|\Z)"
_ADDITION = re.compile(rf"(?:(?:[.\-_@+:]{{1,8}}+(?:T(?=[0-9]))?|T(?=[0-9])){_TOKEN}){{1,16}}+~?|~", re.IGNORECASE)
"""What rotators add to a name, before or after its extension: numbers, dates, times, sizes, a few words, and what
packs. Seen with the rotators of docs/rotators.md. What was read of it is never read again in another way: a T in front
of a number parts it from the one before, and there would be 2^n ways to read n times ``1T``."""
_PREFIX = re.compile(r"[0-9][0-9TZ]*(?:[.\-_][0-9TZ]+)*[.\-_]")
"""What rotating-file-stream puts in front: ``20261127-2000-01-app.log``."""
_DIGITS = re.compile("[0-9]+")
_TAI64N = re.compile(r"@[0-9a-f]{16,24}(?:\.[a-z0-9.]+)?")
"""What multilog, svlogd and s6-log call a file that was ``current``."""
_NUMBERED = re.compile(r"(.*[^0-9.\-_])[0-9]{1,4}(\.(?![0-9]*\Z)[^.]+)")
"""What winston calls a file that was ``app.log``: ``app1.log``, before it is packed."""
_CURRENT = re.compile(r"_r[0-9]{4,}(?:[-_][0-9]{2})*(?:\.restart-[0-9]+)?")
"""What flexi_logger calls a file that was ``…_rCURRENT…``: ``_r00001``, or ``_r2026-11-30_00-18-45.restart-0000``."""

_GENERATION = re.compile(r"(.*\.(?![0-9]*\.)[^.]+\.)[1-9][0-9]{0,3}")
"""What java.util.logging calls a file that was ``app.log.0``: of ``worker.1`` nobody knows."""

_OLD_FOLDER = re.compile(
    r"old(?:logs?|dir)?|(?:log[-_]?)?(?:archived?|archives|rotated|backups?|history)|[0-9]{4}(?:[-_]?[0-9]{2}){1,2}",
    re.IGNORECASE,
)
"""What people call a folder that rotated files are moved into: logrotate's ``olddir``, Log4j 2's ``yyyy-MM``."""

Test = Callable[[str], object]
"""Gives something true, or nothing."""


class Folder(Struct, frozen=True):
    """A folder that is listed, and what is looked for in it."""

    root: Root
    prefix: str
    """Path beneath the root, with a slash at its end; empty for the root itself."""
    device: int
    globs: "Globs"
    changed_ns: int = 0
    """Its mtime when it was listed."""
    above: str | None = None
    """Of one that rotated files are moved into: the prefix of the folder that their live files are in."""
    path: str = ""
    """The whole path, with a slash at its end."""

    def __post_init__(self) -> None:
        """Put it together once: it is asked for with each name, several times."""
        force_setattr(self, "path", f"{self.root.path.rstrip('/')}/{self.prefix}")

    @property
    def live_path(self) -> str:
        """The same of the folder that live files are in."""
        return self.path if self.above is None else f"{self.root.path.rstrip('/')}/{self.above}"

    def changed(self) -> bool:
        """Whether a name has come or gone since; inodes as listed are not to be trusted on every file system."""
        try:
            return os.stat(self.path).st_mtime_ns != self.changed_ns  # noqa: PTH116 - Path's may raise more
        except OSError:
            return True


class Candidate(Struct, frozen=True, gc=False):
    """A name that may be a file to tail."""

    folder: Folder
    name: str
    inode: int
    """As the folder lists it: of a link this is the link's own."""
    regular: bool
    """Whether it is a file by itself; else it is a link, or something that can't be tailed."""
    matched: bool
    """Whether a pattern matches; else it only looks like a rotated form of a name that would."""
    linked: str = ""
    """Name of a link that a pattern matches, and that leads to a file whose name differs from this in digits only."""
    learnt: str = ""
    """Name of a live file that a pattern matches, one of whose generations had a name that differs in digits only."""

    @property
    def root(self) -> Root:
        """The folder that it must not lead out of."""
        return self.folder.root

    @property
    def relative(self) -> str:
        """Path beneath the root."""
        return self.folder.prefix + self.name

    @property
    def device(self) -> int:
        """Of the folder."""
        return self.folder.device

    @property
    def path(self) -> str:
        """The whole path, as people know it."""
        return self.folder.path + self.name

    def live(self, there: Container[str] = (), exists: Test = os.path.lexists) -> str:
        """Give the path of the live file that this looks like a rotated form of; empty if of none.

        The longest that fits, of the live paths that are ``there``; else the shortest name that has a file and a
        pattern matches; else, where no pattern matches the name itself, the longest that one would match, or the link
        that leads to a file whose name differs only in its digits, or the name of which such a form was learnt.
        """
        prefix = self.folder.live_path
        if self.folder.above is not None and self._was_moved(there):
            return prefix + self.name
        forms = [*stems(self.name)]
        live = next((stem for stem in forms if prefix + stem in there), "")
        if not live:
            own = () if self.matched else newest(self.name)
            forms = [stem for stem in (*forms, *own) if self.folder.globs.match(stem)]
            named = [stem for stem in forms if exists(prefix + stem)]
            told = "" if self.matched else next(iter(forms), self.linked or self.learnt)
            live = min(named, key=len, default="") or told
        if live and not self.matched and (plain := self._without_number(live, there)):
            live = plain
        return prefix + live if live else ""

    def _was_moved(self, there: Container[str]) -> bool:
        """Whether it is not only a form of a live file's name, but that very name."""
        live = self.folder.live_path + self.name
        known = live in there or not any(map(self.folder.globs.match, stems(self.name)))
        return known and bool(self.folder.globs.match(self.name))

    def _without_number(self, live: str, there: Container[str]) -> str:
        """Give ``app.log`` for an archive of ``app1.log``, where the one is there and the other is not (winston)."""
        prefix, found = self.folder.live_path, _NUMBERED.fullmatch(live)
        if not found or prefix + live in there or os.path.lexists(prefix + live):
            return ""
        plain = found[1] + found[2]
        known = prefix + plain in there or os.path.lexists(prefix + plain)
        return plain if known and self.folder.globs.match(plain) else ""


class Globs:
    """What is looked for in one folder."""

    def __init__(self, globs: Iterable[str]) -> None:
        globs = tuple(globs)
        self.match: Test = any_of(globs).match
        """Whether one of them matches a name."""
        self._maybe: Test = any_of(form for glob in globs for form in _forms(glob)).match

    def moved(self, name: str) -> bool:
        """Whether a name is a rotated form of one that matches, or that very name: it was moved into another folder."""
        return bool(self.match(name)) or self.rotated(name)

    def rotated(self, name: str) -> bool:
        """Whether a name that does not match may be a rotated form of one that would."""
        return bool(self._maybe(name)) and any(self.match(stem) for stem in (*stems(name), *newest(name)))


def holds_rotated(folder: str) -> bool:
    """Whether a folder, by its name, is one that rotated files of the folder above are moved into."""
    return bool(_OLD_FOLDER.fullmatch(folder))


def _forms(glob: str) -> Iterator[str]:
    """Give globs that every rotated form matches, and few other names: a close look costs."""
    base, _, extension = glob.rpartition(".")
    yield f"{glob}[-._@~]*"
    yield f"[0-9]*{glob}*"
    if base and "]" not in extension:
        yield f"{base}[-._@]*.{extension}*"
    if glob.endswith(".0"):
        yield f"{glob[:-1]}[1-9]*"
    if "current" in glob.lower() or glob == "*":
        yield "@*"
        yield "*_r[0-9]*"


def shape(name: str) -> str:
    """Give a name without its digits: what the targets of one link have in common, one after the other."""
    return _DIGITS.sub("#", name)


def stems(name: str) -> Iterator[str]:
    """Give the names that ``name`` may be a rotated form of, longest first.

    What was added is at the end, or before the extension, or in front.
    """
    marks = [at for at in range(len(name) - 1, 0, -1) if name[at] in _SEPARATORS][:_MAX_MARKS]
    yield from (name[:at] for at in marks if _ADDITION.fullmatch(name, at))
    for dot in (at for at in marks if name[at] == "."):
        extension = name[dot:]
        extensions = dict.fromkeys((extension, _without_addition(extension)))
        for at in (at for at in marks if at < dot and _ADDITION.fullmatch(name, at, dot)):
            yield from (name[:at] + each for each in extensions)
    yield from _other_stems(name)


def newest(name: str) -> Iterator[str]:
    """Give the name of the live file where that has a number, too; it is its rotated form only if it does not match."""
    if found := _GENERATION.fullmatch(name):
        yield found[1] + "0"


def beginnings(name: str) -> Iterator[str]:
    """Give the names that ``name`` begins with, and those with an extension of it besides, longest first."""
    marks = [at for at in range(len(name) - 1, 0, -1) if name[at] in _SEPARATORS][:_MAX_MARKS]
    dots = [*reversed([at for at in marks if name[at] == "."]), len(name)]
    for at in marks:
        yield name[:at]
        yield from (name[:at] + name[dot:end] for dot, end in pairwise(dots) if dot > at)


def _other_stems(name: str) -> Iterator[str]:
    """Give those of names that are made in another way."""
    if name[:1].isdigit() and (found := _PREFIX.match(name)) and found.end() < len(name):
        yield from dict.fromkeys((name[found.end() :], _without_addition(name[found.end() :])))
    if name[:1] == "@" and _TAI64N.fullmatch(name):
        yield "current"
    if "_r" in name and _CURRENT.search(name):
        current = _CURRENT.sub("_rCURRENT", name, count=1)
        yield from dict.fromkeys((current, _without_addition(current)))


def _without_addition(name: str) -> str:
    for found in _ADDITION.finditer(name):  # each place is in one of them: none begins anew within another
        if found.end() == len(name):
            return name[: found.start()]
    return name


def any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """Compile globs; a leading dot must be matched by a dot, as in a shell."""
    return _alternatives(tuple(globs))


@lru_cache(maxsize=256)
def _alternatives(globs: tuple[str, ...]) -> re.Pattern[str]:
    # none of them: what never matches
    return re.compile(
        "|".join(("" if glob[:1] == "." else r"(?!\.)") + fnmatch.translate(glob) for glob in globs) or "(?!)"
    )
