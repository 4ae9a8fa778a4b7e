"""What the journal tells of a changed managed identity policy."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_STATES = ("OriginalEntityState", "UpdatedEntityState")


class JournalOfPolicies(Probe):
    """The page says that columns and texts of the journal are no contract."""

    key = "journal-of-policies"
    order = 12
    question = "A changed policy in the journal"
    answers = MappingProxyType(
        {
            "command-and-states": "the command, and the policy before and after",
            "command": "the command alone",
            "states": "the policy before and after, without the command",
            "left-out": "no row",
        }
    )
    assumed = "command-and-states or states"
    handled = frozenset({"command-and-states", "states"})
    effect = "takes the journal for no evidence of when a usage was granted"
    topic = Topic.JOURNAL
    requires = "AllDatabasesAdmin"
    page = "Journal management"

    def look(self, readings: Readings) -> Found:
        """Look at rows about policies; this tool's own writes must be among them."""
        rows = [row for _, table in readings.tables(Topic.JOURNAL) for row in table.rows]
        commands = [row for row in rows if "managed_identity" in text_cell(row, "ChangeCommand")]
        states = [row for row in rows if any("AllowedUsages" in text_cell(row, s) for s in _STATES)]
        events = sorted({text_cell(row, "Event") for row in rows})
        evidence = f"{len(rows)} rows; events {', '.join(events)}"
        if rows and (commands or states):
            words = {(1, 1): "command-and-states", (1, 0): "command", (0, 1): "states"}
            return Found(words[int(bool(commands)), int(bool(states))], evidence)
        if list(readings.tables(Topic.JOURNAL)) and readings.own_changes:
            return Found("left-out", f"{readings.own_changes} changes by this tool have no row")
        return Found(why="no change of a policy in the last 30 days is known")
