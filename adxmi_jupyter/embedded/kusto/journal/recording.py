"""Puts commands that change metadata into the journal, each as it takes effect.

Every command that is run passes here, and a command changes metadata unless its class says
otherwise: a new one cannot be forgotten.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.statements import (
    AlterPolicy,
    DeletePolicy,
    FamilyCommand,
    changes_metadata,
    kind_of,
    scope_of,
)
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.behaviours import PolicyVersion
from adxmi_jupyter.embedded.state.journal import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command, Statement
    from adxmi_jupyter.embedded.state.clusters import Database

_VERB = re.compile(
    r"(?P<entity>\w+?)"
    r"(?P<verb>Create(?:OrAlter|Merge)?|Alter(?:Merge)?|Delete|Drop|Add|Set|Enable|Disable|Rename)"
)
_WORD = re.compile(r"[A-Z][a-z]*")


@contextmanager
def journaled(statement: Statement, session: Session) -> Iterator[None]:
    """Record the command once the block has run it; nothing when it raises.

    A command that fills a table is recorded when it has made the table, or changed its columns.
    The lock of the world has to be held: nothing else may change anything in between.
    """
    command = statement.command
    if isinstance(command, FamilyCommand) and command.filled_table is not None:
        columns = _columns(command, session)
        yield
        if columns != _columns(command, session):
            _record("TableAlter" if columns else "TableCreate", "", statement, session)
    elif changes_metadata(command):
        before = _state_of(command, session)
        yield
        _record(kind_of(command), before, statement, session)
    else:
        yield


def _record(kind: str, before: str, statement: Statement, session: Session) -> None:
    command = statement.command
    scope = scope_of(command)
    if scope is None:
        raise AssertionError(command)
    database = session.in_scope(scope)
    entity, container = _place(command, database, session)
    entity, new_name = _names(command, entity)
    stays = session.world.behaviours.policy_version is PolicyVersion.STAYS
    is_policy = isinstance(command, AlterPolicy | DeletePolicy)
    session.world.journal.record(
        Change(
            event=event_name(kind),
            database=database.name if database else "",
            entity=entity,
            container=container,
            before=before,
            after=_state_of(command, session, after=True),
            command=masked_literals(statement.text),
            caller=replace(session.caller, token=None),
            activity_id=session.activity_id,
            client_request_id=session.client_request_id,
            new_name=new_name,
        ),
        session.world.clock(),
        moves=not (stays and is_policy),
    )


def _state_of(command: Command, session: Session, *, after: bool = False) -> str:
    # It knows the commands of several families, which reads do not need.
    from adxmi_jupyter.embedded.kusto.journal.states import state_of

    return state_of(command, session, after=after)


def _columns(command: FamilyCommand, session: Session) -> tuple[tuple[str, str], ...]:
    """Return the columns of the table that is filled; none when it is not there."""
    database = session.world.cluster.find_database(session.context or "")
    table = database.tables.get(command.filled_table or "") if database else None
    return table.columns if table else ()


def event_name(kind: str) -> str:
    """Return the event of a kind of command: `TableCreate` is `CREATE-TABLE`."""
    match = _VERB.fullmatch(kind)
    words = match["verb"] + match["entity"] if match else kind
    return "-".join(_WORD.findall(words)).upper()


def _place(command: Command, database: Database | None, session: Session) -> tuple[str, str]:
    """Return the names of what a command is about, and of what that is in."""
    around = database.name if database else session.world.cluster.name
    if isinstance(command, FamilyCommand) and command.subject:
        return command.subject[-1], (around, *command.subject)[-2]
    return around, around if database else ""


def _names(command: Command, entity: str) -> tuple[str, str]:
    """Return what an entity was called, and its new name; the latter is empty where it is kept."""
    renamed = command.renamed if isinstance(command, FamilyCommand) else ()
    return (renamed[0], renamed[1]) if renamed else (entity, "")
