"""What stands for no managed identity policy."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings, Table

_EMPTY_LIST = "empty-list"


class NoPolicy(Probe):
    """No page says what a scope without a policy answers."""

    key = "no-policy"
    order = 2
    question = "What stands for no managed identity policy"
    answers = MappingProxyType(
        {
            "null-text": "the text null",
            "null": "null",
            "empty-text": "an empty text",
            _EMPTY_LIST: "an empty list",
            "no-row": "no row at all",
        }
    )
    assumed = "any of these but no row"
    handled = frozenset({"null-text", "null", "empty-text", _EMPTY_LIST})
    effect = "reads an answer without a row as no policy"
    topic = Topic.POLICY
    page = ".show managed identity policy command"

    def look(self, readings: Readings) -> Found:
        """Look at the answers without entries; an empty list may be a policy that is empty."""
        words = [
            word
            for _, table in readings.tables(Topic.POLICY)
            if not table.entries
            for word in _words(table)
        ]
        if not words:
            return Found(why="every scope that was read has a policy")
        word = next((one for one in words if one != _EMPTY_LIST), _EMPTY_LIST)
        return Found(word, f"{words.count(word)} of {len(words)} scopes without entries")


def _words(table: Table) -> list[str]:
    if not table.rows:
        return ["no-row"]
    column = table.policy_column
    values = [cell(row, column) for row in table.rows] if column else []
    return list(filter(None, map(_word, values)))


def _word(value: object) -> str:
    if value is None:
        return "null"
    if value == []:
        return _EMPTY_LIST
    text = value.strip() if isinstance(value, str) else "?"
    return {"": "empty-text", "null": "null-text", "[]": _EMPTY_LIST}.get(text, "")
