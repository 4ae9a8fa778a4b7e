"""Which family of commands a rule of the grammar belongs to, and what reads its trees.

A family is loaded with the first command of it: most processes send commands of a few.
"""

from __future__ import annotations

import functools
import re
from importlib import import_module
from importlib.resources import files
from typing import Any

from lark import Token, Transformer

FAMILIES = (
    "databases",
    "external_tables",
    "exports",
    "functions",
    "ingestion",
    "policies",
    "schema",
    "plugins",
    "followers",
    "journal",
    "logs",
    "materialized_views",
    "stored_policies",
)
"""Folders beside this file, each with a `grammar.lark`, and `Trees` in its `syntax.py`."""

_RULE = re.compile(r"^[?!]*([a-z]\w*)(?:\.-?\d+)?\s*:|->\s*(\w+)", re.MULTILINE)


class FamilyTrees(Transformer[Token, Any]):
    """Turns the trees of a family's grammar into values; `source` is the text they are of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source


def family_trees(family: str, source: str) -> FamilyTrees:
    """Return what turns the trees of a family into values, for one text."""
    trees: FamilyTrees = import_module(f"{__package__}.{family}.syntax").Trees(source)
    return trees


@functools.cache
def families_by_rule() -> dict[str, str]:
    """Return the family of each rule and alias that a family's grammar declares."""
    folder = files(__package__)
    texts = {each: (folder / each / "grammar.lark").read_text("utf-8") for each in FAMILIES}
    return {
        rule or alias: family
        for family, text in texts.items()
        for rule, alias in _RULE.findall(text)
    }
