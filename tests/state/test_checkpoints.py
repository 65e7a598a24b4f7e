import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from logship.errors import StateError
from logship.model import LineState
from logship.state import checkpoints, document, durable
from logship.state.checkpoints import Checkpoints
from logship.state.identity import Entry, Print, Saved, new_file_id
from tests.privileges import folder_of_nobody, unprivileged

PRINTS = st.binary(max_size=64).map(Print.of)
SAVED = st.builds(
    Saved,
    st.integers(0, 2**62),
    st.sampled_from(LineState),
    PRINTS,
    st.lists(st.tuples(st.integers(0), st.integers(0), st.integers()), max_size=3).map(tuple),
)
ENTRIES = st.builds(
    Entry,
    st.builds(new_file_id),
    st.binary(min_size=1).map(os.fsdecode).map("/logs/{}".format),
    st.integers(0, 2**64),
    st.none() | st.integers(),
    PRINTS,
    st.integers(0, 2**62),
    st.floats(0, 1e10),
    st.dictionaries(st.sampled_from(["stdout", "http"]), SAVED),
    st.booleans(),
    st.booleans(),
    cuts=st.dictionaries(st.integers(0, 2**62), st.sampled_from(["", "s", "j3"]), max_size=3).map(
        lambda cuts: tuple(sorted(cuts.items()))
    ),
)


def entry(path: str = "/logs/a.log", offset: int = 10) -> Entry:
    """Make what is saved of a file."""
    return Entry(new_file_id(), path, 5, 6, Print.of(b"head"), offset, 1.0, {"stdout": Saved(offset)})


@given(entries=st.lists(ENTRIES, max_size=4))
def test_what_was_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    """Every field of every entry, in order; also names that are not UTF-8, or have newlines."""
    state = Checkpoints(tmp_path_factory.mktemp("state"))
    state.save(entries, 77)
    loaded = state.load()
    assert loaded.entries == tuple(entries)
    assert (loaded.first_start_ns, loaded.first, loaded.damage) == (77, False, "")
    assert loaded.saved_ns > 77


def plainly(entry: Entry) -> dict[str, Any]:
    """Give an entry by dicts, field by field."""
    offsets = {
        sink: asdict(saved) | {"state": saved.state.value, "marker": asdict(saved.marker)}
        for sink, saved in entry.offsets.items()
    }
    return asdict(entry) | {"head": asdict(entry.head), "offsets": offsets, "digest": asdict(entry.digest)}


@given(entry=ENTRIES)
def test_an_entry_is_written_fast_as_it_would_be_plainly(entry: Entry) -> None:
    """The plain way, by dicts, is the oracle."""
    assert json.loads(document.encoded(entry)) == json.loads(json.dumps(plainly(entry)))


@given(entries=st.lists(ENTRIES, max_size=3))
def test_what_is_read_at_once_is_what_is_read_entry_by_entry(entries: list[Entry]) -> None:
    """Names that are not UTF-8, and numbers of more than 64 bits, are read as well."""
    text = b"".join(document.written(entries, 77, 78))
    found = document.read(text)
    assert found == document._parse(text)
    assert (list(found.files), found.first_start_ns, found.looked_ns) == (entries, 77, 78)


def test_a_death_in_the_first_save_was_the_first_start(tmp_path: Path) -> None:
    """What was begun and rotated between it and the next start is no history."""
    (tmp_path / "checkpoint.tmp").write_bytes(b'{"version":')
    os.utime(tmp_path / "checkpoint.tmp", ns=(7 * 10**9, 7 * 10**9))
    found = Checkpoints(tmp_path).load()
    assert (found.first, found.first_start_ns, found.looked_ns) == (True, 7 * 10**9, 7 * 10**9)


def test_the_first_start_finds_nothing(tmp_path: Path) -> None:
    """No folder and no file is no fault; the folder is made by the first save."""
    state = Checkpoints(tmp_path / "not" / "yet")
    loaded = state.load()
    assert (loaded.entries, loaded.first, loaded.saved_ns, loaded.damage) == ((), True, 0, "")
    assert loaded.first_start_ns > 0
    state.save([entry()], loaded.first_start_ns)
    assert len(state.load().entries) == 1


def test_what_a_newer_version_adds_is_passed_over(tmp_path: Path) -> None:
    """A pod that is rolled back goes on where the newer version stopped; what it knew besides is not needed."""
    state, known = Checkpoints(tmp_path), entry()
    state.save([known], 77)

    document = json.loads((tmp_path / "checkpoint.json").read_bytes())
    (plain,) = document["files"]
    saved = plain["offsets"]["stdout"]
    for place in (document, plain, plain["head"], plain["digest"], saved, saved["marker"]):
        place["unheard"] = [1]
    (tmp_path / "checkpoint.json").write_text(json.dumps(document))
    loaded = Checkpoints(tmp_path).load()
    assert (loaded.entries, loaded.damage) == ((known,), "")


def without(document: dict[str, Any], *path: str) -> bytes:
    """Take a field away."""
    *places, name = path
    place: Any = reduce(getitem, places, {**document, "entry": document["files"][0]})
    del place[name]
    return json.dumps(document).encode()


IN_OFFSETS = ("entry", "offsets", "stdout")


@pytest.mark.parametrize(
    "path",
    [
        *(("entry", name) for name in ("file", "path", "inode", "birth_ns", "head", "size", "seen", "offsets")),
        *((*IN_OFFSETS, name) for name in ("offset", "state", "marker", "in_flight")),
        *((*IN_OFFSETS, "marker", name) for name in ("length", "digest")),
        *(("entry", "head", name) for name in ("length", "digest")),
    ],
    ids=".".join,
)
def test_what_every_checkpoint_has_must_be_there(tmp_path: Path, path: tuple[str, ...]) -> None:
    """Else a newer version says it in another way, and what is in memory by default would send all of it again."""
    (tmp_path / "checkpoint.json").write_bytes(without(json.loads(good(tmp_path)), *path))
    loaded = Checkpoints(tmp_path).load()
    assert "is not usable" in loaded.damage
    assert f"'{path[-1]}'" in loaded.damage


@pytest.mark.parametrize(
    "path",
    [
        *(("entry", name) for name in ("digest", "shift", "sealed", "holes", "packed", "cuts", "real_path")),
        *((*IN_OFFSETS, name) for name in ("proofs", "opened")),
    ],
    ids=".".join,
)
def test_what_an_older_checkpoint_does_not_have_may_be_missing(tmp_path: Path, path: tuple[str, ...]) -> None:
    """It was written by a version that did not know of it."""
    (tmp_path / "checkpoint.json").write_bytes(without(json.loads(good(tmp_path)), *path))
    loaded = Checkpoints(tmp_path).load()
    assert (len(loaded.entries), loaded.damage) == (1, "")


def good(folder: Path) -> bytes:
    """Give the bytes of a checkpoint that is all right."""
    Checkpoints(folder).save([entry()], 1)
    return (folder / "checkpoint.json").read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-10],
        lambda _: b"",
        lambda text: text.replace(b'"version":1', b'"version":0'),
        lambda text: text.replace(b'"version":1,', b""),
        lambda _: b"\xff\xfe\0garbage",
        lambda _: b"[]",
        lambda _: b"null",
        lambda _: b"[" * 100_000,
        lambda text: text.replace(b'"whole"', b'"unheard of"'),
        lambda text: text.replace(b'"inode"', b'"onid"'),
        lambda text: text.replace(b'"offset":10', b'"offset":Infinity'),
        lambda text: text.replace(b'"offsets":{', b'"offsets":[],"o":{'),
    ],
)
def test_what_is_not_usable_is_kept_aside(tmp_path: Path, damage: object) -> None:
    """It begins anew, says why, and keeps the old bytes under another name; the next save is loaded as ever."""
    text = damage(good(tmp_path))  # type: ignore[operator]
    (tmp_path / "checkpoint.json").write_bytes(text)
    state = Checkpoints(tmp_path)
    loaded = state.load()
    assert (loaded.entries, loaded.first, loaded.saved_ns) == ((), False, 0)
    (aside,) = tmp_path.glob("checkpoint.json.unusable-*")
    assert aside.read_bytes() == text
    assert "not usable" in loaded.damage
    assert str(aside) in loaded.damage
    state.save([entry()], 1)
    assert state.load().damage == ""


def test_what_can_not_be_read_is_kept_aside_too() -> None:
    """Nobody knows what is in it: the next save must not replace it."""
    with folder_of_nobody() as folder:
        text = good(folder)
        (folder / "checkpoint.json").chmod(0)
        with unprivileged():
            state = Checkpoints(folder)
            loaded = state.load()
            state.save([entry()], 1)
        assert "can't be read: Permission denied" in loaded.damage
        assert not loaded.first
        (aside,) = folder.glob("checkpoint.json.unusable-*")
        aside.chmod(0o600)
        assert aside.read_bytes() == text


def test_what_can_not_even_be_kept_aside_is_said() -> None:
    """In a folder that can't be written the damaged file stays where it is."""
    with folder_of_nobody() as folder:
        (folder / "checkpoint.json").write_bytes(b"torn")
        folder.chmod(0o555)
        with unprivileged():
            loaded = Checkpoints(folder).load()
        assert "can't be kept aside: Permission denied" in loaded.damage
        assert (folder / "checkpoint.json").read_bytes() == b"torn"


def test_a_folder_that_can_not_be_written_keeps_the_old_one() -> None:
    """The save says why, and what was saved before is still there; nobody is locked out."""
    with folder_of_nobody() as folder:
        before = good(folder)
        folder.chmod(0o555)
        refusal = pytest.raises(StateError, match="can't be written: Permission denied")
        with unprivileged(), Checkpoints(folder).lock(), refusal:
            Checkpoints(folder).save([entry()], 1)
        assert (folder / "checkpoint.json").read_bytes() == before


def open_descriptors() -> list[Path]:
    """Give the names of this process's descriptors."""
    return list(Path("/proc/self/fd").iterdir())


@contextmanager
def files_up_to(nbytes: int) -> Iterator[None]:
    """Let no file grow past this, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (nbytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_keeps_the_old_one(tmp_path: Path) -> None:
    """A save that breaks off in the middle raises, touches nothing, leaks nothing, and the next one works."""
    before = good(tmp_path)
    state = Checkpoints(tmp_path)
    descriptors = open_descriptors()
    with files_up_to(50), pytest.raises(StateError, match="can't be written: File too large"):
        state.save([entry()], 1)
    assert (tmp_path / "checkpoint.json").read_bytes() == before
    assert open_descriptors() == descriptors
    state.save([entry(offset=99)], 1)
    assert state.load().entries[0].size == 99


def test_the_checkpoint_is_nobody_elses(tmp_path: Path) -> None:
    """File names are in it: only its owner may read it."""
    good(tmp_path)
    assert (tmp_path / "checkpoint.json").stat().st_mode & 0o777 == 0o600


def test_two_daemons_can_not_share_a_folder(tmp_path: Path) -> None:
    """The second one is told what to do; once the first has gone, even by kill -9, the folder is free."""
    code = f"""
import pathlib, sys
from logship.state.checkpoints import Checkpoints
with Checkpoints(pathlib.Path({str(tmp_path)!r})).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(StateError, match="LOGSHIP_STATE_DIR"), Checkpoints(tmp_path).lock():
            pass
        other.kill()
    with Checkpoints(tmp_path).lock():
        pass
    with Checkpoints(tmp_path).lock():
        pass


def test_a_file_system_without_locks_is_no_other_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems know no flock: the daemon runs, unlocked."""

    def no_locks(fd: int, operation: int) -> None:
        raise OSError(95, f"Operation {operation} not supported on {fd}")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with Checkpoints(tmp_path).lock():
        Checkpoints(tmp_path).save([], 1)


def test_saves_of_two_threads_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that is cut off by the end of the process's last one leaves one of the two, whole."""
    monkeypatch.setattr(checkpoints, "SAVE_TIMEOUT", 60.0)  # on a slow disk, turns are not taken fairly
    state = Checkpoints(tmp_path)
    sizes = [1, 400]
    state.save([entry()], 1)

    def save(count: int) -> None:
        for _ in range(40):
            state.save([entry()] * count, 1)

    threads = [threading.Thread(target=save, args=(count,)) for count in sizes]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert len(json.loads((tmp_path / "checkpoint.json").read_bytes())["files"]) in sizes
    for thread in threads:
        thread.join()
    assert not state.load().damage


def test_a_save_does_not_wait_for_ever_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a disk hangs, the last save gives up: the process must be able to leave."""
    monkeypatch.setattr(checkpoints, "SAVE_TIMEOUT", 0.0)
    state = Checkpoints(tmp_path)
    with state._saving, pytest.raises(StateError, match="the disk hangs"):
        state.save([], 1)
    state.save([], 1)


def test_a_folder_that_was_removed_is_held_again(tmp_path: Path) -> None:
    """By the next save: else a second daemon could use it, too."""
    folder = tmp_path / "state"
    ours = Checkpoints(folder)
    with ours.lock():
        ours.save([], 1)
        assert ours.kept()
        shutil.rmtree(folder)
        assert not ours.kept()
        ours.save([], 1)
        assert ours.kept()
        with pytest.raises(StateError, match="another logship uses"), Checkpoints(folder).lock():
            pass
    with Checkpoints(folder).lock():
        pass


def test_a_folder_that_another_took_meanwhile_is_not_written(tmp_path: Path) -> None:
    """Two that save to one folder would lose each other's offsets."""
    folder = tmp_path / "state"
    ours, theirs = Checkpoints(folder), Checkpoints(folder)
    with ours.lock():
        ours.save([entry()], 1)
        shutil.rmtree(folder)
        with theirs.lock():
            theirs.save([], 2)
            with pytest.raises(StateError, match="another logship uses"):
                ours.save([entry()], 1)
            assert theirs.kept()
            assert theirs.load().first_start_ns == 2
        ours.save([entry()], 1)
        assert not theirs.kept()


def test_a_folder_that_can_not_be_held_at_the_start_is_held_from_the_first_save(tmp_path: Path) -> None:
    """What was in the way has gone."""
    folder = tmp_path / "state"
    folder.touch()
    ours = Checkpoints(folder)
    with ours.lock():
        with pytest.raises(StateError, match="File exists"):
            ours.save([], 1)
        folder.unlink()
        ours.save([], 1)
        with pytest.raises(StateError, match="another logship uses"), Checkpoints(folder).lock():
            pass


def test_a_made_folder_and_those_above_it_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead letter in a folder whose name a crash takes away would be lost after its acknowledgement."""
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    durable.make_folder(tmp_path / "one" / "two", 0o700)
    assert synced == [tmp_path, tmp_path / "one"]
    assert (tmp_path / "one" / "two").stat().st_mode & 0o777 == 0o700
    durable.make_folder(tmp_path / "one" / "two")
    assert len(synced) == 2
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        durable.make_folder(tmp_path / "file")


def test_a_folder_that_nobody_can_make_is_an_error() -> None:
    """Of a name in itself, /proc says that it is not there."""
    with pytest.raises(FileNotFoundError):
        durable.make_folder(Path("/proc/logship/state"))


def test_a_start_knows_when_all_was_last_as_saved(tmp_path: Path) -> None:
    """A quiet daemon saves nothing, and yet somebody looked: what went in that time was seen."""
    state = Checkpoints(tmp_path)
    state.save([entry()], 77)
    os.utime(tmp_path / "checkpoint.json", (1, 1))
    saved_ns = state.load().saved_ns
    assert state.kept()
    assert state.load().saved_ns > saved_ns


def test_a_save_that_came_no_further_than_its_rows_was_a_look(tmp_path: Path) -> None:
    """A file that was known to be a copy then is not met again: without this, what followed it would seem a hole."""
    state = Checkpoints(tmp_path)
    state.save([entry()], 77)
    saved_ns = state.load().saved_ns
    os.utime(tmp_path / "checkpoint.json", (1, 1))
    (tmp_path / "finished.bin").touch()
    later_ns = saved_ns + 1
    os.utime(tmp_path / "finished.bin", ns=(later_ns, later_ns))
    assert state.peek().saved_ns == later_ns
