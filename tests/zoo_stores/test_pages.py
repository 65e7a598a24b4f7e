import re
from pathlib import Path

import pytest

from logship.commands.settings import every_option
from tests.zoo_stores.finding import all_setups
from tests.zoo_stores.server import ROOT

DOCS = ROOT.parent / "docs"
PAGES = sorted((DOCS / "stores").glob("*.md"))
every_page = pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
PARTS = ("**First**", "**A record there**", "**What bites first**", "**How losses show**", "logship check --send")


@every_page
def test_a_page_has_all_parts(page: Path) -> None:
    """And at most what one reads."""
    text = page.read_text()
    assert [part for part in PARTS if part not in text] == []
    assert len(text.splitlines()) <= 65


@every_page
def test_settings_that_are_set_are_settings(page: Path) -> None:
    """Secrets may come from a file."""
    known = {option.variable for option in every_option()}
    known |= {f"{name}_FILE" for name in known}
    assert {name for name in re.findall(r"\bLOGSHIP_[A-Z0-9_]+", page.read_text()) if name not in known} == set()


@every_page
def test_links_lead_somewhere_and_the_page_is_linked(page: Path) -> None:
    """From the page of all stores."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert f"(stores/{page.name})" in (DOCS / "stores.md").read_text()


def test_the_page_of_all_stores_names_each_version_that_is_run() -> None:
    """``make zoo-stores`` writes it again. A server that is not everywhere has no version here."""
    text = (DOCS / "stores.md").read_text()
    for setup in filter(lambda each: each.version, all_setups()):
        assert f"| {setup.program} {setup.version} | `{setup.sink}` |" in text
