"""What was made of files that wait: each archive or copy is of one of them."""

from logship.files.made import Made


def test_one_is_taken_for_what_had_its_name_and_size() -> None:
    """Once; and under a rotated form of that name, too."""
    made = Made()
    made.note("/logs/app.log.2.gz", 100)
    assert not made.take("/logs/app.log", 99)
    assert not made.take("/logs/other.log", 100)
    assert made.take("/logs/app.log.1", 100)
    assert not made.take("/logs/app.log.1", 100)
    assert not len(made)


def test_what_may_have_grown_is_the_smallest_that_is_large_enough() -> None:
    """A larger one may be another's."""
    made = Made()
    for number, size in enumerate((300, 100, 200)):
        made.note(f"/logs/app.log.{number}.gz", size)
    assert made.take("/logs/app.log", 150, more=True)
    assert not made.take("/logs/app.log", 200)
    assert made.take("/logs/app.log", 300)
    assert made.take("/logs/app.log", 100)


def test_the_oldest_are_forgotten() -> None:
    """There may be any number of them."""
    made = Made()
    for number in range(5000):
        made.note(f"/logs/{number}.log.gz", number)
    assert len(made) == 4096
    assert not made.take("/logs/903.log", 903)
    assert made.take("/logs/904.log", 904)
    made.clear()
    assert not made.take("/logs/4999.log", 4999)
