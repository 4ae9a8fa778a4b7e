"""Find out what became of a write whose answer was lost, by what the service keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.workflow_listing import kept_in
from adxmi_jupyter.errors import AdxmiError, WriteNotApplied, WriteOutcomeUnknown
from adxmi_jupyter.model.declaration.stored import KustoListing
from adxmi_jupyter.model.kusto_shapes import SCHEMA

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow_listing import Kept
    from adxmi_jupyter.actions.workflow_plans import WorkflowWrite
    from adxmi_jupyter.errors import AnswerLost
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection

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


def find_out(
    connection: Connection, workflow: Workflow | None, write: WorkflowWrite, lost: AnswerLost
) -> None:
    """Return if a write took effect whose answer was lost.

    Raises
    ------
    WriteNotApplied
        What is there is as before.
    WriteOutcomeUnknown
        Nobody can tell: there is nothing to read, or something else is there.

    """
    if write.verb == "run":
        raise unknown(write, f"{lost.what} ({lost.why})") from lost
    try:
        every = kept_in(connection, write.declaration, write.database)
        there = next((one for one in every if one.existing.name == write.name), None)
        now = there and snapshot(connection, write.declaration, write.database, there)
    except AdxmiError as failure:
        why = f"{lost.what}, and it could not be read again: {failure.why}"
        raise unknown(write, why) from failure
    if now == write.kept:
        raise WriteNotApplied(
            f"{write.verb} of {write.title} did not happen",
            why=f"{lost.what} ({lost.why}); it was read again and is as before",
            fix="repeat the line",
        ) from lost
    if write.verb == "drop" and there is None:
        return
    if workflow is not None and there is not None and _names(there, workflow):
        return
    raise unknown(write, f"{lost.what}, and it is neither as before nor as it was to be") from lost


def _names(there: Kept, workflow: Workflow) -> bool:
    """Tell whether what is there names the identities that it was to name."""
    wanted = ({one.word.lower(), one.object_id.lower()} for one in workflow.identities)
    return all(not ids.isdisjoint(there.existing.identities) for ids in wanted)


def unknown(write: WorkflowWrite, why: str) -> WriteOutcomeUnknown:
    """Return the error for a write of which nobody knows whether it took effect."""
    return WriteOutcomeUnknown(
        f"{write.verb} of {write.title}: whether it took effect is unknown",
        why=why,
        fix="look at the target before you repeat the line: it may be there twice then"
        if write.verb == "run"
        else write.look,
    )
