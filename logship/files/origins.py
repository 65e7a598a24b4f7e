"""Of what an archive is, where its name does not tell, or not of what is known."""

from collections.abc import Container, Generator

from logship.files.archives import Contents
from logship.files.found import Found
from logship.files.identification import LEAST_BYTES, Part
from logship.files.members import Ask
from logship.files.names import beginnings


def find_lineage(found: Found, contents: Contents, known: Container[str], ask: Ask) -> Generator[None, None, None]:
    """Find, in steps, of which ``known`` path an archive is, where it begins as one does, by its name and its bytes.

    What it was made of may have had a name that tells of none, and have gone. All of a generation is asked for, and
    only of an archive that a pattern matches: the name of any other tells.
    """
    folder, live, name = found.candidate.folder.live_path, found.live, found.candidate.name
    paths = (found.lineage, *(folder + start for start in beginnings(name))) if found.candidate.matched else ()
    for path in dict.fromkeys(paths):
        if path in known:
            found.live, part = path, Part(contents, 0)
            generation = yield from ask(found, part)
            if generation and generation.whole and generation.common >= min(LEAST_BYTES, part.size):
                return
    found.live = live
