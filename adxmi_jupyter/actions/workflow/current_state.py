"""What the service keeps of a workflow of one name, as a write finds and leaves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.actions.workflow.listing import stored_in
from adxmi_jupyter.model.declaration.stored import KustoListing
from adxmi_jupyter.model.kusto_shapes import SCHEMA

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.stored import StoredWorkflow
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection

_DIGEST_LENGTH = 16

Snapshot = tuple[Mapping[str, Any], ...] | None
"""All that the service tells of one thing, apart from what changes by itself; None for nothing."""


def snapshot(
    connection: Connection, declaration: type[Workflow], database: str, there: StoredWorkflow
) -> Snapshot:
    """Return all that the service tells of one that exists; raises as the request does."""
    listing = declaration.listing
    if not isinstance(listing, KustoListing) or listing.details is None:
        return (there.row,)
    command = listing.details(there.existing.name)
    rows = connection.kusto.command(command, database=database).rows(SCHEMA)
    return (there.row, *rows)


@dataclass(frozen=True)
class CurrentState:
    """What there is of one name: all that the service tells of it, and whom it names."""

    snapshot: Snapshot = None
    identities: frozenset[str] = frozenset()

    @property
    def history_value(self) -> list[str]:
        """A digest for the history: what is told may hold secrets."""
        return [] if self.snapshot is None else [digest(self.snapshot)]


def digest(told: Snapshot) -> str:
    """Return what tells one state of a thing from another, and nothing of it."""
    text = json.dumps([dict(row) for row in told or ()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def current_state(
    connection: Connection, declaration: type[Workflow], database: str, name: str
) -> CurrentState:
    """Read what there is of a name; raises as the request does."""
    every = stored_in(connection, declaration, database)
    there = next((one for one in every if one.existing.name == name), None)
    if there is None:
        return CurrentState()
    (there,) = second_source.whole(connection, declaration.listing, database, (there,))
    told = snapshot(connection, declaration, database, there)
    return CurrentState(told, frozenset(there.existing.identities))
