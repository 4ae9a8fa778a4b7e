"""What AllowedUsages of a managed identity policy holds."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import value_of
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings


class UsageLists(Probe):
    """The page shows one text with commas."""

    key = "usage-lists"
    order = 5
    question = "What AllowedUsages holds"
    answers = MappingProxyType({"text": "a text with commas", "list": "a list of texts"})
    assumed = "either"
    handled = frozenset(answers)
    topic = Topic.POLICY

    def look(self, readings: Readings) -> Found:
        """Look at the first entry of each policy."""
        for entry in readings.entries:
            usages = value_of(entry, "AllowedUsages", otherwise=None)
            if isinstance(usages, str | list):
                word = "list" if isinstance(usages, list) else "text"
                return Found(word, "AllowedUsages of an entry")
        return Found(why="no policy that was read has entries")
