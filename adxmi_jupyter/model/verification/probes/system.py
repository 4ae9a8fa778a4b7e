"""What else names the system-assigned identity calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic, connection_strings

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_NAMED = re.compile(r";managed_identity=([^;]+)", re.IGNORECASE)


class System(Probe):
    """External tables and exports are made with the word or with the object ID."""

    key = "system"
    order = 7
    question = "Name of the system-assigned identity in external tables and exports"
    answers = MappingProxyType(
        {
            "as-kept": "as it was given: both are shown",
            "word": "the word system",
            "object-id": "its object ID",
        }
    )
    assumed = "either"
    handled = frozenset(answers)
    topic = Topic.EXTERNAL_TABLES
    page = "Authenticate external tables with managed identities"

    def look(self, readings: Readings) -> Found:
        """Look at what lists and scripts name."""
        own, seen = readings.object_ids_of_system, []
        for name in map(str.casefold, _names(readings)):
            if name == SYSTEM:
                seen.append("word")
            elif name in own:
                seen.append("object-id")
        if not seen:
            return Found(
                why="no external table or export that was read names the system-assigned identity"
            )
        both = len(set(seen)) > 1
        evidence = f"{len(seen)} objects name it"
        return Found("as-kept" if both else seen[0], evidence)


def _names(readings: Readings) -> Iterator[str]:
    for database, table in readings.tables(Topic.EXTERNAL_TABLES):
        script = readings.script(database)
        texts = [text for row in table.rows for text in connection_strings(row)]
        told = script.connection_strings.values() if script else ()
        for text in (*texts, *(text for one in told for text in one)):
            yield from _NAMED.findall(text)
    for _, _, identity in readings.exports_with_identity():
        yield identity
