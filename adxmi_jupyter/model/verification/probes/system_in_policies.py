"""What managed identity policies call the system-assigned identity."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.shape import value_of
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings


class SystemInPolicies(Probe):
    """A policy is written with the word `system`; no page says what is shown."""

    key = "system-in-policies"
    order = 6
    question = "Name of the system-assigned identity in policies"
    answers = MappingProxyType({"object-id": "its object ID", "word": "the word system"})
    assumed = "either"
    handled = frozenset(answers)
    topic = Topic.POLICY
    page = ".alter managed identity policy command"

    def look(self, readings: Readings) -> Found:
        """Look at entries of the system-assigned identity."""
        own, seen = readings.object_ids_of_system, []
        for entry in readings.entries:
            shown = str(value_of(entry, "ObjectId", otherwise="")).casefold()
            if shown == SYSTEM:
                seen.append("word")
            elif shown in own:
                seen.append("object-id")
        if not seen:
            return Found(why="no policy that was read names the system-assigned identity")
        word = "word" if "word" in seen else "object-id"
        return Found(word, f"{seen.count(word)} of {len(seen)} entries of that identity")
