"""Whether a csl script has the managed identity policy of the database."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_COMMAND = re.compile(
    r"\s*\.(?P<verb>alter(?:-merge)?)\s+database\s.*?\bpolicy\s+managed_identity\b", re.DOTALL
)


class ScriptPolicies(Probe):
    """The page speaks of all policies, and names some."""

    key = "csl-script-policies"
    order = 11
    question = "The managed identity policy in the csl script"
    answers = MappingProxyType(
        {"left-out": "not there", "alter": "as .alter", "alter-merge": "as .alter-merge"}
    )
    assumed = "not counted on: policies are read by their own command"
    handled = frozenset(answers)
    topic = Topic.SCRIPT
    page = ".show database schema command"

    def look(self, readings: Readings) -> Found:
        """Look at scripts of databases whose policy has entries."""
        having = {db for db, table in readings.tables(Topic.POLICY) if db and table.entries}
        scripts = [(db, texts) for db, texts in readings.script_texts if db in having]
        for _, texts in scripts:
            found = next(filter(None, map(_COMMAND.match, texts)), None)
            if found:
                return Found(found["verb"], "a command in a script")
        if scripts:
            return Found("left-out", f"{len(scripts)} scripts of databases with a policy")
        return Found(why="no script of a database with a policy was read")
