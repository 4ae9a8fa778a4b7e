"""Whether a changed managed identity policy moves the version of its database."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_BEFORE, _AFTER = "OriginalEntityVersion", "EntityVersion"


class PolicyVersion(Probe):
    """If it does, databases whose version stands still need not be read again."""

    key = "policy-version"
    order = 13
    question = "Version of a database after a change of its policy"
    answers = MappingProxyType({"moves": "another one", "stays": "the same one"})
    assumed = "not counted on: policies are read each time"
    handled = frozenset(answers)
    topic = Topic.JOURNAL
    requires = "AllDatabasesAdmin"
    page = "Journal management"

    def look(self, readings: Readings) -> Found:
        """Compare the versions before and after changes in the journal."""
        rows = [row for _, table in readings.tables(Topic.JOURNAL) for row in table.rows]
        both = [(text_cell(row, _BEFORE), text_cell(row, _AFTER)) for row in rows]
        known = [(before, after) for before, after in both if before and after]
        if not known:
            return Found(why="the journal shows no versions of a changed policy")
        moved = [pair for pair in known if pair[0] != pair[1]]
        evidence = f"another version after {len(moved)} of {len(known)} changes"
        return Found("moves" if moved else "stays", evidence)
