"""Every set-up of the zoo, and what has to be built for it."""

from collections.abc import Collection

from tests.zoo_stores.servers import (
    cloudwatch,
    collector,
    fluent_bit,
    kafka,
    opensearch,
    victorialogs_setups,
    zincsearch,
)
from tests.zoo_stores.setup import Setup

MODULES = (opensearch, victorialogs_setups, zincsearch, collector, kafka, cloudwatch, fluent_bit)


def all_setups() -> list[Setup]:
    """Give them, in the order of the page."""
    return [setup for module in MODULES for setup in module.SETUPS]


def chosen(only: Collection[str]) -> list[Setup]:
    """Give those whose names begin with one of the words; all without a word. A word of none is a ValueError."""
    found = all_setups()
    if unknown := [word for word in only if not any(each.name.startswith(word) for each in found)]:
        raise ValueError("no such set-up", unknown)
    return [each for each in found if not only or each.name.startswith(tuple(only))]


def builds(setup: Setup) -> tuple[str, str]:
    """Give the folder in ``tests`` whose ``run.sh`` builds its server, and the version; empty: nothing is built."""
    return setup.folder, setup.version
