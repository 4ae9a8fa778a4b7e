"""Carry out filled-in workflows: create or run, drop; and tell the truth about how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check.examination import examined
from adxmi_jupyter.actions.diagnosis.denial_fix import fix_of
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.workflow import data_connections, ingestions
from adxmi_jupyter.actions.workflow.current_state import CurrentState, current_state
from adxmi_jupyter.actions.workflow.listing import (
    ListedWorkflow,
    WorkflowListing,
    listing_frame,
    whole_in,
)
from adxmi_jupyter.actions.workflow.plans import (
    WorkflowWrite,
    described,
    is_called,
    named,
    plan,
    plan_drop,
)
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.operations import operations_frame
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import (
    AdxmiError,
    ClusterBusy,
    ConfirmationRequired,
    DatabaseNotFound,
    OperationFailed,
    ServiceRefusal,
    Throttled,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Explain, Retry, Several
from adxmi_jupyter.model.connection_string import scrubbed
from adxmi_jupyter.model.declaration.products import DataConnection, Endpoint, QueuedIngestion
from adxmi_jupyter.model.declaration.stored import DataConnectionListing
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.diagnosis.denial_fix import Examine
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.declaration.products import Statement
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection

__all__ = [
    "WorkflowWrite",
    "carry_out",
    "drop",
    "fix_of_run",
    "named",
    "plan",
    "plan_drop",
    "planned_frame",
]

_ANYTHING_NEW = "*"
"""What the history notes as wanted where only the service knows how it will tell of it."""

_OTHER_REASONS = (Throttled, ClusterBusy, DatabaseNotFound)


def carry_out(
    connection: Connection,
    workflow: Workflow,
    write: WorkflowWrite,
    *,
    confirmed: bool,
    waits: bool = True,
    examine: Examine | None = None,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Create or run a workflow as planned and return a frame.

    Of what is kept those are its rows of `workflow_listing.listing_frame`, of what is run the
    service's own answer. Without `waits` it returns as soon as Azure has begun a data connection,
    and what it returns is `operations.operations_frame`. `tell` hears how far it is, and what
    there is to say; without it, a bar shows the one, and the user gets notes of the other. After a
    refusal `examine` looks at the requirements instead of this function.

    Raises
    ------
    ConfirmationRequired
        It replaces what exists and is not confirmed. Nothing was sent.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached. Nothing was changed.
    OperationFailed
        The service began it and gave it up; its words are kept.
    OperationContinues
        Waiting for a data connection was interrupted.
    AdxmiError
        As `protocol.carry_out`.

    Of refusals, *fix* is what fixes the requirement that they name, if that is missing.

    """
    if write.is_destructive and not confirmed:
        raise _unconfirmed(write, "replaced", "what it was before is lost")
    say = tell or connection.say
    try:
        frame = _sent(connection, workflow, write, waits=waits, tell=tell)
    except (ServiceRefusal, OperationFailed) as refusal:
        if not isinstance(refusal, _OTHER_REASONS):
            look = examine or partial(_examine, connection, workflow, write.database)
            fix = fix_of(connection, refusal, write.database, look)
            refusal.fix = fix or refusal.remediation
        raise
    finally:
        names.forget_tables(connection)
    return _ended(connection, write, say, waits=waits) if frame is None else frame


def _sent(
    connection: Connection,
    workflow: Workflow,
    write: WorkflowWrite,
    *,
    waits: bool,
    tell: Tell | None,
) -> pd.DataFrame | None:
    """Send what a workflow sends; return the answer, None where what is kept tells more."""
    product, say = workflow.product(), tell or connection.say
    if isinstance(product, DataConnection):
        noun = write.declaration.noun()
        for note in data_connections.put(
            connection,
            write.database,
            product,
            noun=noun,
            waits=waits,
            tell=tell,
            former=_resource(write),
        ):
            say(note)
        return None
    if isinstance(product, QueuedIngestion):
        return ingestions.queue(connection, write.database, product, write, tell)
    if write.verb != "create" and not workflow.about.writes:
        return _answer(connection, product, write.database)
    frames: list[pd.DataFrame] = []

    def send() -> None:
        frames.append(_answer(connection, product, write.database))

    for note in protocol.carry_out(connection, _write(connection, write, send, workflow)).notes:
        say(note)
    return None if write.verb == "create" else next(iter(frames), None)


def _resource(write: WorkflowWrite) -> dict[str, Any] | None:
    """Return the data connection that there is so far."""
    return dict(write.snapshot[0]) if write.snapshot else None


def _write(
    connection: Connection,
    write: WorkflowWrite,
    send: Callable[[], None],
    workflow: Workflow | None = None,
) -> Write[CurrentState]:
    is_run = write.verb == "run"
    read = partial(current_state, connection, write.declaration, write.database, write.name)
    return Write(
        kind=write.declaration.noun(),
        database=write.database,
        target=write.name,
        verb=write.verb,
        command=scrubbed(write.text),
        title=f"{write.verb} of {write.title}",
        subject="it",
        show_command=write.show_command,
        before=CurrentState(write.snapshot).history_value,
        wanted=[] if write.verb == "drop" else [_ANYTHING_NEW],
        restoring=write.former or None,
        send=send,
        read=None if is_run else read,
        compare=lambda now: _compare(write, workflow, now),
        history_value=lambda now: now.history_value,
        on_mismatch=lambda now: _on_mismatch(write, now),
    )


def _compare(write: WorkflowWrite, workflow: Workflow | None, now: CurrentState) -> Comparison:
    """Compare what there is with what a write was to bring about."""
    if write.verb == "drop" and now.snapshot is None:
        return Comparison.DONE
    if now.snapshot == write.snapshot:
        return Comparison.AS_BEFORE
    is_made = workflow is not None and now.snapshot is not None and _names(now, workflow)
    return Comparison.DONE if is_made else Comparison.OTHER


def _on_mismatch(write: WorkflowWrite, now: CurrentState) -> tuple[str, ...]:
    """Say what there is to say when the service took a write, and does not show it.

    What was replaced by the same is as before, and not every column tells the identities.

    Raises
    ------
    WriteOutcomeUnknown
        What was made is not there, or what was dropped is.

    """
    is_there = now.snapshot is not None
    if is_there == (write.verb != "drop"):
        return ()
    state = "still there" if is_there else "not there"
    raise WriteOutcomeUnknown(
        f"{write.verb} of {write.title}: whether it took effect is unknown",
        why=f"the service accepted it, but it is {state}",
        fix=write.show_command,
    )


def _names(now: CurrentState, workflow: Workflow) -> bool:
    """Tell whether what is there names the identities that it was to name."""
    wanted = ({one.word.lower(), one.object_id.lower()} for one in workflow.identities)
    return all(not ids.isdisjoint(now.identities) for ids in wanted)


def _answer(connection: Connection, product: Statement, database: str) -> pd.DataFrame:
    if product.endpoint is Endpoint.QUERY:
        answer = connection.kusto.query(product.text, database=database)
    else:
        to = connection.ingestion if product.endpoint is Endpoint.INGESTION else connection.kusto
        answer = to.command(product.text, database=database, resend=Resend.NEVER)
    # The request's own id is another one each time, and tells the user nothing.
    frame = answer.frame().drop(columns="ClientRequestId", errors="ignore")
    frame.attrs["adxmi"] = {"connection": connection.name, "command": product.text}
    return frame


def fix_of_run(
    connection: Connection, failure: AdxmiError, workflow: Workflow, database: str
) -> Fix:
    """Return what fixes a run of a workflow that failed; nothing where its error names nothing."""
    look = partial(_examine, connection, workflow, database)
    return fix_of(connection, failure, database, look)


def _examine(connection: Connection, workflow: Workflow, database: str) -> Sequence[Finding]:
    return examined(connection, workflow.requirements(), database)


def drop(
    connection: Connection,
    write: WorkflowWrite,
    *,
    confirmed: bool,
    waits: bool = True,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Drop what exists as planned and return what is left, as `carry_out` does.

    Raises
    ------
    ConfirmationRequired
        It is not confirmed. Nothing was sent.
    AdxmiError
        As `carry_out`.

    """
    if not confirmed:
        raise _unconfirmed(write, "dropped", "what depends on it stops working")
    say = tell or connection.say
    if isinstance(write.declaration.listing, DataConnectionListing):
        noun = write.declaration.noun()
        for note in data_connections.delete(
            connection,
            write.database,
            write.name,
            noun=noun,
            waits=waits,
            tell=tell,
            former=_resource(write),
        ):
            say(note)
        return _ended(connection, write, say, waits=waits)

    def send() -> None:
        connection.kusto.command(write.text, database=write.database, resend=Resend.NEVER)

    try:
        written = protocol.carry_out(connection, _write(connection, write, send))
    finally:
        names.forget_tables(connection)
    for note in written.notes:
        say(note)
    return _ended(connection, write, say)


def _unconfirmed(write: WorkflowWrite, done: str, lost: str) -> ConfirmationRequired:
    there = described(write.before) if write.before else ""
    lines = Several.of(write.users.lines, separator="; ")
    used = Explain.of("it is ", lines) if write.users.found else ""
    unseen = lines if write.users.lines and not used else ""
    return ConfirmationRequired(
        f"{write.title} in the database {write.database} would be {done}",
        why=Explain.joined("; ", f"there is: {there}", used, unseen, lost),
        fix=Retry.having("--yes"),
    )


def planned_frame(connection: Connection, write: WorkflowWrite) -> pd.DataFrame:
    """Return what a planned write is about, as `workflow_listing.listing_frame` does."""
    there = (ListedWorkflow(write.database, write.before),) if write.before else ()
    return listing_frame(connection, WorkflowListing(connection.name, write.text, there))


def _ended(
    connection: Connection, write: WorkflowWrite, say: Tell, *, waits: bool = True
) -> pd.DataFrame:
    """Return what there is now; that it cannot be read does not undo what was done."""
    if not waits and isinstance(write.declaration.listing, DataConnectionListing):
        return operations_frame(connection)
    try:
        existing = whole_in(connection, write.declaration, write.database)
    except AdxmiError as failure:
        say(f"it is done; what there is now could not be read: {failure.what}")
        existing = ()
    if write.verb == "create":
        existing = tuple(o for o in existing if is_called(write.declaration, o, write.name))
    listed = tuple(ListedWorkflow(write.database, one) for one in existing)
    return listing_frame(connection, WorkflowListing(connection.name, write.text, listed))
