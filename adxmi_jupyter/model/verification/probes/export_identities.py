"""Whether lists of continuous exports have their identities."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic, listed_identity

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings


class ExportIdentities(Probe):
    """No page says where an export's identity is shown."""

    key = "export-identities"
    order = 9
    question = "Identities in .show continuous-exports"
    answers = MappingProxyType(
        {"shown": "ExportProperties has the identity", "left-out": "only the csl script has it"}
    )
    assumed = "either: where it is left out, the csl script is read"
    handled = frozenset(answers)
    topic = Topic.EXPORTS
    page = "Use a managed identity to run a continuous export job"

    def look(self, readings: Readings) -> Found:
        """Compare the list with the script."""
        exports = [row for _, row, _ in readings.exports_with_identity()]
        if not exports:
            return Found(why="no continuous export that was read is known to have an identity")
        shown = [row for row in exports if listed_identity(row)]
        evidence = f"the list has it of {len(shown)} of {len(exports)} exports"
        return Found("shown" if shown else "left-out", evidence)
