"""How the JSON of a managed identity policy is laid out."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings


class PolicyTexts(Probe):
    """The page shows one line; policies of other kinds come back on several."""

    key = "policy-texts"
    order = 4
    question = "Layout of the JSON of a policy"
    answers = MappingProxyType(
        {
            "one-line": "a text on one line",
            "indented": "a text on several lines",
            "value": "JSON, not a text",
        }
    )
    assumed = "any"
    handled = frozenset(answers)
    topic = Topic.POLICY
    page = ".show managed identity policy command"

    def look(self, readings: Readings) -> Found:
        """Look for line breaks in policies with entries."""
        for _, table in readings.tables(Topic.POLICY):
            if not table.entries:
                continue
            text = cell(table.rows[0], table.policy_column)
            if not isinstance(text, str):
                return Found("value", "type of the cell")
            return Found("indented" if "\n" in text.strip() else "one-line", "a policy's text")
        return Found(why="no policy that was read has entries")
