"""Which column holds a managed identity policy."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_OTHER = "other"


class PolicyColumns(Probe):
    """The page lists two columns, the grammar five."""

    key = "policy-columns"
    order = 1
    question = "Columns of a managed identity policy"
    answers = MappingProxyType(
        {
            "five": "column Policy, as in the grammar",
            "two": "column Policies, as on the page",
            _OTHER: "another column holds the policy",
        }
    )
    assumed = "five or two"
    handled = frozenset({"five", "two"})
    effect = "reads the policy in that column"
    topic = Topic.POLICY
    page = ".show managed identity policy command"

    def look(self, readings: Readings) -> Found:
        """Look at the columns of the answers."""
        for _, table in readings.tables(Topic.POLICY):
            column, columns = table.policy_column, ", ".join(table.columns)
            if column.casefold() == "policy":
                return Found("five", f"columns {columns}")
            if column.casefold() == "policies":
                return Found("two", f"columns {columns}")
            if column:
                return Found(_OTHER, f"columns {columns}", detail=column)
        return Found(why="no answer has a column with a policy")
