import re
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from logship.commands.settings import every_option
from logship.commands.tables import README_MARKS, metrics_table, settings_tables
from logship.metrics import Metrics
from logship.settings.options import SECRETS_DIR_DEFAULT
from logship.settings.places import IMAGE_STATE_DIR
from tests.test_layers import ROOMS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def between_marks(page: Path, name: str) -> str:
    """Give what a page has between a pair of marks."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", page.read_text(), re.DOTALL)
    assert found, f"{page.name} lacks <!-- {name} --> or <!-- /{name} -->"
    return found[1].strip()


@pytest.mark.parametrize("name", README_MARKS)
def test_the_tables_are_the_codes(name: str) -> None:
    """What people read is what holds; ``make docs`` writes it again."""
    assert between_marks(ROOT / "docs" / f"{name}.md", name) == README_MARKS[name]().strip()


def test_the_readmes_few_settings_are_rows_of_the_whole_table() -> None:
    """The short table says nothing else than the long one."""
    rows = between_marks(README, "ten settings").splitlines()
    assert len(rows) == 12
    assert set(rows) <= set(settings_tables().splitlines())


def test_the_readme_names_only_series_that_there_are() -> None:
    """And stays short enough to be read."""
    text = README.read_text()
    assert len(text.splitlines()) <= 150
    series = {name.partition("{")[0] for name in re.findall(r"`(logship_[a-z_]+[^`]*)`", text)}
    assert series
    assert {name for name in series if f"`{name}" not in metrics_table()} == set()


def test_the_readmes_sidecar_is_one_that_kubernetes_takes() -> None:
    """And its settings are settings, in the places where their defaults look."""
    found = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    part = yaml.safe_load(found[1])
    containers = [{"name": "application", "image": "application"}]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": containers, **part}}
    kubernetes_validate.validate(pod, "1.31", strict=True)
    (sidecar,) = part["initContainers"]
    assert {each["name"] for each in sidecar["env"]} <= {option.variable for option in every_option()}
    assert IMAGE_STATE_DIR in {each["mountPath"] for each in sidecar["volumeMounts"]}
    assert SECRETS_DIR_DEFAULT in {each["mountPath"] for each in sidecar["volumeMounts"]}


def test_the_pages_links_lead_somewhere() -> None:
    """A page that is renamed takes its links along."""
    for page in (README, ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_tables_name_every_setting() -> None:
    """A new setting is in the table without anybody's doing."""
    text = settings_tables()
    for option in every_option():
        assert f"`{option.variable.removeprefix('LOGSHIP_')}`" in text
        assert option.doc.replace("|", "\\|") in text


def test_the_table_names_every_series() -> None:
    """As Prometheus shows it, with its labels."""
    text = metrics_table()
    for metric in Metrics(("x",), "1", ("email",)).registry.collect():
        suffix = "_total" if metric.type == "counter" else ""
        if not metric.name.startswith("process_"):
            assert f"`{metric.name}{suffix}" in text
    assert "`logship_sink_records_total{sink,outcome}`" in text


def test_no_page_and_no_hint_has_a_strangers_package_installed() -> None:
    """``logship`` in the public index is another author's; ours is the folder, ``.``, or ``logship-sidecar``."""
    places = [ROOT / "logship", ROOT / "docs", ROOT / "k8s"]
    pages = [path for place in places for path in place.rglob("*") if path.suffix in (".py", ".md", ".yaml")]
    theirs = re.compile(r"""(?<!-)logship\[(?:all|cloudwatch|gcl|kafka)|install ['"]?logship(?![\w-])""")
    assert theirs.search("pip install 'logship[kafka]'")
    assert [path for path in (*pages, *ROOT.glob("*.md")) if theirs.search(path.read_text())] == []


def test_the_table_of_rooms_is_the_rooms() -> None:
    """Whoever looks for a module finds its room, in the order of the imports."""
    table = (ROOT / "CONTRIBUTING.md").read_text().split("| room |")[1].split("\n\n")[0]
    first = [re.findall(r"`(\w+)/?`", row.split("|")[1]) for row in table.splitlines()[2:]]
    assert first[0] == ["model", "errors", "metrics", "logs", "plugins"]
    assert ["ground", *(name for [name] in first[1:])] == list(ROOMS)
