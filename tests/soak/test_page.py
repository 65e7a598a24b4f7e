import json
from pathlib import Path

from tests.soak.accounts import Account
from tests.soak.page import BEGIN, END, replaced, summary, table
from tests.soak.record import Sample, Soak, load, save

DOCS = Path(__file__).parent.parent.parent / "docs"
ABOUT = {"date": "2026-11-22T22:00:00+00:00", "logship": "0.1.0", "python": "3.13", "processor": "P", "cores": 2}


def test_the_page_has_the_figures_of_the_run_beside_it() -> None:
    """As ``--page`` writes them: nobody types a figure."""
    figures = json.loads((DOCS / "soak.json").read_text())
    page = (DOCS / "soak.md").read_text()
    assert replaced(page, figures) == page
    assert figures["seconds"] == 1800
    picture = (DOCS / "soak.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 300_000


def test_only_what_is_between_the_marks_is_replaced() -> None:
    """And what was there before goes."""
    figures = json.loads((DOCS / "soak.json").read_text())
    assert (
        replaced(f"before\n{BEGIN}old\n{END}\nafter\n", figures) == f"before\n{BEGIN}{table(figures)}\n{END}\nafter\n"
    )


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """So that a soak of half an hour can be drawn again."""
    values = dict.fromkeys(("rss_mib", "pss_mib", "descriptors", "threads", "state_mib", "lag_mib", "cpu_seconds"), 1.0)
    samples = [Sample(float(at), 0, values | {"load_average": 1.0, "http_p50": 0.1}) for at in range(3)]
    soak = Soak(10.0, ABOUT, samples=samples, accounts={"http": Account(2, 1, 0, 1, 70, ("app 1",), 0, 0, 0)})
    soak.problems = ["http: 1 lines of 70 bytes are missing"]
    save(soak, tmp_path / "samples.json")
    assert load(tmp_path / "samples.json") == soak
    figures = summary(soak)
    assert figures["problems"] == soak.problems
    assert figures["calm_seconds"] == {"http_p50": 0.1, "http_p99": None}
    assert "| http | 2 | 1 | 0 | 1 | 0 | 0 |" in table(figures)
    assert table(figures).endswith("**Wrong:** http: 1 lines of 70 bytes are missing.")
