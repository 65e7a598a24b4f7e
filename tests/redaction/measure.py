"""Count what the detectors miss, and what they take for something that it is not, beside other detectors.

python -m tests.redaction.measure [--records 10000] [--also FILE] [--write-docs]
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from logship.redaction.detectors import NAMES, detectors_of
from logship.redaction.scanner import Scanner
from tests.records.test_loggers import LINES
from tests.redaction.agent_corpus import Record, corpus
from tests.redaction.looking import look
from tests.redaction.peers import VERSIONS, Found, peers
from tests.redaction.planting import Planted
from tests.zoo.keeping import tell, write_between

Hit = Callable[[str, Planted], bool]
_OURS = "logship"
MARKS = ("<!-- measured -->", "<!-- end -->")
_ESCAPED = re.compile(r"\\+[nrt]|\\+|\s")


def same(found: str, planted: Planted) -> bool:
    """Say whether all that was planted is in what was found, however it was escaped."""
    return _plain(planted.value) in _plain(found)


def part(found: str, planted: Planted) -> bool:
    """Say whether what was found is of what was planted."""
    return _plain(found) in _plain(planted.text) or same(found, planted)


def _plain(text: str) -> str:
    return _ESCAPED.sub("", text)


def ours(lines: Iterable[str]) -> Found:
    """Ask logship's detectors."""
    scanner = Scanner(detectors_of(["all"]))
    found: Found = {}
    for number, line in enumerate(lines, 1):
        for each in look(scanner, line):
            kind = f"{each.detector}, in a number" if each.number else each.detector
            found.setdefault(number, []).append((kind, each.text))
    return found


def missed(records: Sequence[Record], found: Found, hit: Hit) -> Counter[tuple[str, str]]:
    """Count what was planted and not found, by kind and form."""
    count: Counter[tuple[str, str]] = Counter()
    for number, record in enumerate(records, 1):
        planted = record.planted
        if planted and not any(hit(text, planted) for _, text in found.get(number, ())):
            count[planted.kind, planted.form] += 1
    return count


def false_alarms(records: Sequence[Record], found: Found) -> Counter[str]:
    """Count what was found and is no part of what was planted, by what it was found as."""
    return Counter(
        kind
        for number, record in enumerate(records, 1)
        for kind, text in found.get(number, ())
        if record.planted is None or not part(text, record.planted)
    )


def page(records: Sequence[Record], found: Mapping[str, Found], also: Mapping[str, Sequence[str]]) -> str:
    """Give the tables in Markdown."""
    planted = Counter((each.planted.kind, each.planted.form) for each in records if each.planted)
    misses = {name: missed(records, each, same if name == _OURS else part) for name, each in found.items()}
    head = f"| what was planted | times | {' | '.join(_shown(each) for each in found)} |"
    rows = [head, "|---" * (len(found) + 2) + "|"]
    for kind in NAMES:
        for form in [(kind, each) for at, each in sorted(planted) if at == kind]:
            share = (_share(planted[form] - each[form], planted[form]) for each in misses.values())
            rows.append(f"| {kind}: {form[1]} | {planted[form]} | {' | '.join(share)} |")
    clean = sum(each.planted is None for each in records)
    alarms = {name: false_alarms(records, each) for name, each in found.items()}
    words = [
        f"{len(records)} records of the seeded corpus, in {clean} of which nothing is planted. Found,",
        "of logship whole, of the others at least in part:\n",
        *rows,
        "\nFalse alarms in the same records, by what it was taken for:\n",
        *(f"- {_shown(name)}: {_counted(each)}" for name, each in alarms.items()),
        "",
        *(f"In {name}, {len(lines)} lines, logship finds {_counted(_kinds(lines))}.\n" for name, lines in also.items()),
    ]
    return "\n".join(words)


def _kinds(lines: Iterable[str]) -> Counter[str]:
    return Counter(kind for each in ours(lines).values() for kind, _ in each)


def _shown(name: str) -> str:
    first, _, rest = name.partition(" ")
    return f"{first} {VERSIONS[first]} {rest}".rstrip() if first in VERSIONS else name


def _share(found: int, of: int) -> str:
    return "all" if found == of else "none" if not found else f"{found / of:.1%}"


def _counted(count: Counter[str]) -> str:
    each = ", ".join(f"{kind} {number}" for kind, number in count.most_common())
    return f"{count.total()} ({each})" if count else "nothing"


def main() -> None:
    """Measure; print, and write the page if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.redaction.measure", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="files of lines with nothing to find")
    parser.add_argument("--peers", type=Path, default=Path("build/redaction-peers"), help="where they are installed")
    parser.add_argument("--write-docs", action="store_true")
    chosen = parser.parse_args()
    records = [*corpus(chosen.seed, chosen.records)]
    found = {_OURS: ours(each.line for each in records), **_asked(peers(chosen.peers), records)}
    also = {"the lines of real loggers that the tests read": [line for line, _, _ in LINES.values()]}
    also |= {path.name: path.read_text().splitlines() for path in chosen.also}
    text = page(records, found, also)
    sys.stdout.write(text)
    if chosen.write_docs:
        write_between(Path("docs/redaction.md"), MARKS, text)


def _asked(each: Mapping[str, Callable[[Path], Found]], records: Sequence[Record]) -> dict[str, Found]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "agent.log")
        path.write_text("".join(f"{record.line}\n" for record in records))
        for name, ask in each.items():
            tell(name)
            found[name] = ask(path)
    return found


if __name__ == "__main__":
    main()
