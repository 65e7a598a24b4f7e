from logship.records.kept_lines import _UNASKED, Kept, all_lines


def _cut(data: bytes) -> list[bytes]:
    return [] if b"x" in data else data.split(b"\n")


def test_lines_are_kept_until_somebody_asks_and_not_for_ever() -> None:
    """The first of several blocks that are read at once is the first to be asked for; where nobody asks, they go."""
    cuts = list[bytes]()

    def cut(data: bytes) -> list[bytes]:
        cuts.append(data)
        return _cut(data)

    kept = Kept(cut)
    first, more = b"a\nb", [b"a\n%d" % number for number in range(_UNASKED + 1)]
    assert kept.look(first)
    assert not any(map(kept.look, more[:-1]))
    assert kept.look(more[-1])
    assert cuts == [first, more[-1]]
    assert kept.take(first) == [b"a", b"b"]
    assert kept.take(more[-1]) == [b"a", b"%d" % _UNASKED]
    assert cuts == [first, more[-1], first]
    assert kept.take(more[-1]) == [b"a", b"%d" % _UNASKED]
    assert cuts[-1] is more[-1]
    assert kept.look(first)


def test_a_block_that_has_no_such_lines_is_not_kept() -> None:
    """It may be cut again by whoever asks, and keeps no other from being kept."""
    kept = Kept(_cut)
    assert not kept.look(b"x\n")
    assert kept.is_free()
    assert kept.take(b"x\n") == []


def test_other_bytes_that_are_equal_are_cut_again() -> None:
    """What is kept is of one block in memory: to compare it would cost what is saved."""
    kept = Kept(_cut)
    assert kept.keep(b"a\nb", [b"kept"])
    assert kept.take(bytes(bytearray(b"a\nb"))) == [b"a", b"b"]


def test_whoever_finds_nothing_kept_gets_all_lines_and_has_to_look_at_them_himself() -> None:
    """Lines have their newlines."""
    assert all_lines.take(b"a\n{}\n") == ([b"a\n", b"{}\n"], [])
