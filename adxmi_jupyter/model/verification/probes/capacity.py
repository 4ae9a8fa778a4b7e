"""How many requests at a time a cluster takes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import cell, text_cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_LARGE = 80
"""Requests at a time from which on more than a few may be this tool's."""


class Capacity(Probe):
    """Ten for each core of a node, by the page of the rate limit policy."""

    key = "capacity"
    order = 15
    question = "Requests at a time in .show capacity"
    answers = MappingProxyType(
        {
            "small": f"fewer than {_LARGE}",
            "large": f"{_LARGE} or more",
            "left-out": "no row about queries",
        }
    )
    assumed = "small"
    handled = frozenset({"small", "left-out"})
    effect = "sends up to 16 requests at a time instead of 4"
    topic = Topic.CAPACITY
    page = ".show capacity command"

    def look(self, readings: Readings) -> Found:
        """Look at the resource Queries."""
        for _, table in readings.tables(Topic.CAPACITY):
            for row in table.rows:
                total = cell(row, "Total")
                if text_cell(row, "Resource").casefold() == "queries" and isinstance(total, int):
                    word = "large" if total >= _LARGE else "small"
                    return Found(word, f"Total {total}", detail=str(total))
            if table.rows:
                return Found("left-out", f"{len(table.rows)} other resources")
        return Found(why="the answer has no rows")
