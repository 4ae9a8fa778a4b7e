"""Undo writes of workflows: drop what was created, make again what was replaced or dropped.

The history holds a digest of what was there, since what the service tells may hold secrets. It also
holds what makes that again, if the service told all of it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.workflow import data_connections
from adxmi_jupyter.actions.workflow import writes as workflow_writes
from adxmi_jupyter.actions.workflow.current_state import current_state
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import AdxmiError, ClusterChanged, HistoryUnavailable
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.declaration.registry import connection_noun, declaration_of, nouns
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow.current_state import CurrentState
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.service.connection import Connection

_HISTORY = Command.of("history")


def why_not(entry: Entry) -> str:
    """Return why a write cannot be undone; empty if it can."""
    kind = entry.kind.replace("-", " ")
    if entry.verb not in {"create", "drop"}:
        return f"what a {kind} wrote can't be undone"
    if not (entry.kind == data_connections.DATA_CONNECTION or entry.kind in nouns()):
        return f"this release doesn't know what a {kind} is"
    if entry.before and not entry.restoring:
        done = "dropped" if entry.verb == "drop" else "replaced"
        return f"the service didn't tell all of the {kind} that was {done}, so it is not known"
    return ""


def removes(entry: Entry) -> bool:
    """Tell whether undoing a write removes what is there now."""
    return entry.verb == "create"


def losses(connection: Connection, entry: Entry) -> str:
    """Return what stops working once a write is undone; empty for nothing."""
    if entry.kind not in nouns() or entry.verb != "create" or entry.before:
        return ""
    try:
        write = workflow_writes.plan_drop(
            connection, declaration_of(entry.kind), entry.database, entry.target
        )
    except AdxmiError:  # undoing it will tell
        return ""
    return "; ".join(("what depends on it stops working", *write.users.lines))


def undo(connection: Connection, entry: Entry) -> None:
    """Undo a write.

    Raises
    ------
    ClusterChanged
        It is not as the write left it. Nothing was sent.
    HistoryUnavailable
        Whether the write took effect is not known.
    AdxmiError
        As `workflow.writes.drop` and `protocol.carry_out`.

    """
    if entry.kind == data_connections.DATA_CONNECTION:
        _data_connection(connection, entry)
        return
    declaration = declaration_of(entry.kind)
    _refuse_if_changed(
        entry, current_state(connection, declaration, entry.database, entry.target).history_value
    )
    if entry.before:
        _make_again(connection, entry)
    else:
        write = workflow_writes.plan_drop(connection, declaration, entry.database, entry.target)
        workflow_writes.drop(connection, write, confirmed=True)


def _refuse_if_changed(entry: Entry, now: Any) -> None:
    if entry.after is None:
        raise HistoryUnavailable(
            f"write {entry.number} can't be undone",
            why=f"its outcome is {entry.outcome}",
            fix=Command.of(*_listing(entry)),
        )
    if now != entry.after:
        raise ClusterChanged(
            f"{entry.kind.replace('-', ' ')} {entry.target} changed after write {entry.number}; "
            "nothing was written",
            why="it is not as that write left it",
            fix=Command.of(*_listing(entry)),
        )


def _listing(entry: Entry) -> tuple[str, ...]:
    is_noun = entry.kind in nouns()
    return (entry.kind, "list", "--database", entry.database) if is_noun else ("history",)


def _make_again(connection: Connection, entry: Entry) -> None:
    """Send the statement that makes again what was replaced or dropped."""
    declaration = declaration_of(entry.kind)
    statement = str(entry.restoring)

    def send() -> None:
        connection.kusto.command(statement, database=entry.database, resend=Resend.NEVER)

    def compare(now: CurrentState) -> Comparison:
        if now.history_value == entry.before:
            return Comparison.DONE
        return Comparison.AS_BEFORE if now.history_value == entry.after else Comparison.OTHER

    try:
        written = protocol.carry_out(
            connection,
            Write(
                kind=entry.kind,
                database=entry.database,
                target=entry.target,
                verb="create",
                command=statement,
                title=f"undo of the {entry.verb} of {entry.kind} {entry.target}",
                subject="it",
                show_command=Command.of(*_listing(entry)),
                before=entry.after,
                wanted=entry.before,
                send=send,
                read=partial(current_state, connection, declaration, entry.database, entry.target),
                compare=compare,
                history_value=lambda now: now.history_value,
            ),
        )
    finally:
        names.forget_tables(connection)
    for note in written.notes:
        connection.say(note)


def _data_connection(connection: Connection, entry: Entry) -> None:
    there = data_connections.found(connection, entry.database, entry.target)
    _refuse_if_changed(entry, data_connections.history_value(there))
    database, name = entry.database, entry.target
    if entry.before:
        notes = data_connections.put_again(connection, database, name, entry.restoring)
    else:
        noun = connection_noun(str((there or {}).get("kind") or ""))
        notes = data_connections.delete(connection, database, name, noun=noun, former=there)
    for note in notes:
        connection.say(note)
