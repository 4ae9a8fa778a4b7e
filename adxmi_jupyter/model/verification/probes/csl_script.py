"""What a csl script shows of connection strings and identities, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings

_OTHERS = (Topic.EXTERNAL_TABLES, Topic.EXPORTS)


class ScriptContents(Probe):
    """KustoSchemaTools takes identities from the script; the page says who may read it."""

    key = "csl-script"
    order = 10
    question = "Connection strings and identities in the csl script"
    answers = MappingProxyType(
        {
            "without-secrets": "identities are shown",
            "asterisks": "asterisks instead of identities",
            "to-admins": "denied, although the database may be read",
        }
    )
    assumed = "any: what nothing shows is unknown"
    handled = frozenset({"without-secrets"})
    effect = "does not read the script for what lists leave out"
    topic = Topic.SCRIPT
    page = ".show database schema command"

    def look(self, readings: Readings) -> Found:
        """Look at external tables and exports in the scripts."""
        texts = list(_identities(readings))
        if any(text.strip("*") for text in texts):
            return Found("without-secrets", f"{len(texts)} identities")
        if texts:
            return Found("asterisks", f"{len(texts)} objects, all masked")
        readable = {db for topic in _OTHERS for db, _ in readings.tables(topic)}
        denied = {db for db, one in readings.failures(Topic.SCRIPT) if one.is_denied}
        if denied & readable and not list(readings.tables(Topic.SCRIPT)):
            return Found("to-admins", f"denied for {len(denied)} databases whose lists were shown")
        return Found(why="no script that was read has an external table or export with an identity")


def _identities(readings: Readings) -> Iterator[str]:
    for database, _ in readings.tables(Topic.SCRIPT):
        script = readings.script(database)
        if script is None:
            continue
        yield from filter(None, script.identities.values())
        for texts in script.connection_strings.values():
            for text in texts:
                _, found, identity = text.partition(";managed_identity=")
                if found or (text and not text.strip("*")):
                    yield identity or text
