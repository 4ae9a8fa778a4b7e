"""As whom the log of commands has a continuous export with an identity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_CONTINUOUS = "continuousexport"
_PRINCIPAL = re.compile(r"(?P<kind>\w+)=(?P<id>[^;]+)")


class ExportPrincipal(Probe):
    """User and Principal of the log are the caller; an unattended run has none."""

    key = "export-principal"
    order = 14
    question = "Principal of a continuous export with an identity"
    answers = MappingProxyType(
        {
            "not-logged": "runs are not in the log",
            "identity": "the identity",
            "creator": "a user",
            "service": "another application",
        }
    )
    assumed = "either ID of the identity is evidence; its absence is none"
    handled = frozenset(answers)
    topic = Topic.COMMANDS
    requires = "Database Admin or Monitor"
    page = "Use a managed identity to run a continuous export job"

    def look(self, readings: Readings) -> Found:
        """Look for runs of exports that are known to have an identity."""
        exports = list(readings.exports_with_identity())
        named = {identity.casefold() for _, _, identity in exports}
        if not named:
            return Found(why="no continuous export that was read is known to have an identity")
        rows = list(_logged(readings, {database.casefold() for database, _, _ in exports}))
        ids = named - {SYSTEM} | readings.identity_ids
        found = [(kind, each in ids, run) for kind, each, run in map(_principal, rows)]
        if any(is_identity for _, is_identity, _ in found):
            return Found("identity", f"{len(found)} principals of exports in the log")
        runs = [kind for kind, _, is_run in found if is_run]
        if runs:
            word = "creator" if "aaduser" in runs else "service"
            return Found(word, f"{len(runs)} principals of runs in the log")
        ran = sum(bool(text_cell(row, "LastRunTime")) for _, row, _ in exports)
        if ran and any(readings.tables(Topic.COMMANDS)):
            return Found("not-logged", f"{ran} exports ran, none is in the log")
        return Found(why="no run of a continuous export with an identity is known")


def _logged(readings: Readings, databases: set[str]) -> Iterator[Mapping[str, object]]:
    for _, table in readings.tables(Topic.COMMANDS):
        for row in table.rows:
            if text_cell(row, "Database").casefold() in databases:
                yield row


def _principal(row: Mapping[str, object]) -> tuple[str, str, bool]:
    found = _PRINCIPAL.match(text_cell(row, "Principal"))
    is_run = _CONTINUOUS in text_cell(row, "Application").casefold()
    return (found["kind"], found["id"].casefold(), is_run) if found else ("", "", is_run)
