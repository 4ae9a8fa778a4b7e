"""Find out what became of the write of a workflow, by what the service keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.workflow.listing import kept_in
from adxmi_jupyter.actions.write.protocol import Verdict
from adxmi_jupyter.errors import WriteOutcomeUnknown
from adxmi_jupyter.model.declaration.stored import KustoListing
from adxmi_jupyter.model.kusto_shapes import SCHEMA

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow.listing import Kept
    from adxmi_jupyter.actions.workflow.plans import WorkflowWrite
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection

_LONG_ENOUGH = 16
ANYTHING_NEW = "*"
"""What the history notes as wanted where only the service knows how it will tell of it."""

Snapshot = tuple[Mapping[str, Any], ...] | None
"""All that the service tells of one thing, apart from what changes by itself; None for nothing."""


def snapshot(
    connection: Connection, declaration: type[Workflow], database: str, there: Kept
) -> Snapshot:
    """Return all that the service tells of one that exists; raises as the request does."""
    listing = declaration.listing
    if not isinstance(listing, KustoListing) or listing.details is None:
        return (there.row,)
    command = listing.details(there.existing.name)
    rows = connection.kusto.command(command, database=database).rows(SCHEMA)
    return (there.row, *rows)


@dataclass(frozen=True)
class Seen:
    """What there is of one name: all that the service tells of it, and whom it names."""

    all_told: Snapshot = None
    identities: frozenset[str] = frozenset()

    @property
    def noted(self) -> list[str]:
        """A digest for the history: what is told may hold secrets."""
        return [] if self.all_told is None else [digest(self.all_told)]


def digest(told: Snapshot) -> str:
    """Return what tells one state of a thing from another, and nothing of it."""
    text = json.dumps([dict(row) for row in told or ()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LONG_ENOUGH]


def seen(connection: Connection, declaration: type[Workflow], database: str, name: str) -> Seen:
    """Read what there is of a name; raises as the request does."""
    every = kept_in(connection, declaration, database)
    there = next((one for one in every if one.existing.name == name), None)
    if there is None:
        return Seen()
    told = snapshot(connection, declaration, database, there)
    return Seen(told, frozenset(there.existing.identities))


def judged(write: WorkflowWrite, workflow: Workflow | None, now: Seen) -> Verdict:
    """Compare what there is with what a write was to bring about."""
    if write.verb == "drop" and now.all_told is None:
        return Verdict.DONE
    if now.all_told == write.kept:
        return Verdict.AS_BEFORE
    is_made = workflow is not None and now.all_told is not None and _names(now, workflow)
    return Verdict.DONE if is_made else Verdict.OTHER


def disputed(write: WorkflowWrite, now: Seen) -> tuple[str, ...]:
    """Say what there is to say when the service took a write, and does not show it.

    What was replaced by the same is as before, and not every column tells the identities.

    Raises
    ------
    WriteOutcomeUnknown
        What was made is not there, or what was dropped is.

    """
    is_there = now.all_told is not None
    if is_there == (write.verb != "drop"):
        return ()
    state = "there all the same" if is_there else "not there"
    raise WriteOutcomeUnknown(
        f"{write.verb} of {write.title}: whether it took effect is unknown",
        why=f"the service took it, and it is {state}",
        fix=write.look,
    )


def _names(now: Seen, workflow: Workflow) -> bool:
    """Tell whether what is there names the identities that it was to name."""
    wanted = ({one.word.lower(), one.object_id.lower()} for one in workflow.identities)
    return all(not ids.isdisjoint(now.identities) for ids in wanted)
