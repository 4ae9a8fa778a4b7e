"""Which link a refusal concerns: its text read, what it names examined on the cluster.

The code says what to look at, and the cluster whether it is still so: a refusal is of the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.checks import Checked, Checks
from adxmi_jupyter.actions.check.findings import Finding, State
from adxmi_jupyter.actions.check.requirements import examined
from adxmi_jupyter.actions.diagnosis.exception_text import text_of
from adxmi_jupyter.actions.diagnosis.mentioned import actors_of
from adxmi_jupyter.actions.diagnosis.other_findings import rows_beside
from adxmi_jupyter.actions.diagnosis.requirements import links_of
from adxmi_jupyter.errors import (
    AdxmiError,
    CommandLineError,
    ConfirmationRequired,
    DatabaseNotFound,
    InvalidInput,
    UnknownRefusal,
)
from adxmi_jupyter.model.denial import Concern, read

if TYPE_CHECKING:
    from adxmi_jupyter.actions.diagnosis.mentioned import Actors
    from adxmi_jupyter.model.denial import Refusal
    from adxmi_jupyter.service.connection import Connection

AGAIN = "in place by now; run it again"
_IF_IT_LASTS = f"{AGAIN}; if it lasts, look at the target's firewall and private endpoints"
_TO_WRITE = "reading is in place by now; if it was to write: "
_NOT_OF_SERVICES = (CommandLineError, InvalidInput, ConfirmationRequired)
_AZURE_ROLE = "Azure role"
_ANY = (Concern.UNSPECIFIED, Concern.STATEMENT, Concern.DATA)
_LINKS = {
    Concern.ALLOWED: ("allowed by policy",),
    Concern.ASSIGNED: ("identity exists", "assigned to the cluster"),
    Concern.TARGET: ("same tenant", _AZURE_ROLE, "Cosmos DB role", "right at the target"),
    Concern.KUSTO_ROLE: ("security role",),
}
"""What the links are called that a refusal is about."""


def explained(connection: Connection, text: str, database: str = "") -> Checks:
    """Tell which link a refusal concerns, and whether the cluster still lacks it.

    What is checked is the refusal; its name is its code, or its status where it has none. Without
    `database` it is about the one that the text names, else the current one.

    Raises
    ------
    UnknownRefusal
        No refusal is recognised in the text. Nothing was asked for.
    MissingOption
        The text names no database, and there is no current one.

    """
    refusal = read(text)
    actors = actors_of(connection, refusal, database)
    links = links_of(refusal, actors)
    try:
        found = examined(connection, links, actors.database) if links else ()
    except DatabaseNotFound as failure:
        fix = "%adxmi policy show --all-databases"
        lost = Finding("database", actors.database, State.MISSING, failure.why, fix)
        return _checks(refusal, actors, (lost,))
    return _checks(refusal, actors, _whole(connection, refusal, actors, found))


def _checks(refusal: Refusal, actors: Actors, found: tuple[Finding, ...]) -> Checks:
    return Checks((Checked("refusal", refusal.code, found, actors.database),))


def explained_exception(
    connection: Connection, failure: BaseException, database: str = ""
) -> Checks:
    """Tell the same of an exception; raises as `explained`, with the exception's own fix."""
    if not isinstance(failure, _NOT_OF_SERVICES):
        try:
            return explained(connection, text_of(failure), database)
        except UnknownRefusal as unknown:
            why, fix = unknown.why, unknown.fix
    else:
        why, fix = "it is about the line as it was typed; nothing was refused by a service", ""
    own = failure.fix if isinstance(failure, AdxmiError) else ""
    name = type(failure).__name__
    raise UnknownRefusal(
        f"the last exception, {name}, is no refusal that is known here", why=why, fix=own or fix
    ) from failure


def _whole(
    connection: Connection, refusal: Refusal, actors: Actors, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    concern = refusal.meaning.concern
    if any(one.state is State.MISSING for one in found):
        return tuple(found)
    if concern in _ANY and found:
        return _undecided(connection, refusal, actors, found)
    if concern not in _LINKS:
        return (*found, *rows_beside(connection, refusal, actors))
    names = _LINKS[concern]
    if any(one.link in names for one in found):
        return _marked(found, names)
    return (*found, *rows_beside(connection, refusal, actors))


def _undecided(
    connection: Connection, refusal: Refusal, actors: Actors, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Say that all is in place, of a refusal whose code does not say what was lacking.

    Of a right to a target that is the one to read: what it takes to write is a warning.
    """
    written = links_of(refusal, actors, write=True)
    if refusal.meaning.concern is Concern.UNSPECIFIED and written != links_of(refusal, actors):
        again = examined(connection, written, actors.database)
        to_write = [replace(one, state=State.WARNING) for one in again if one not in found]
        if any(one.fix for one in to_write):
            return (*found, *(replace(one, detail=_TO_WRITE + one.detail) for one in to_write))
    every = tuple({one.link for one in found})
    return (*_marked(found, every), *rows_beside(connection, refusal, actors))


def _marked(found: Sequence[Finding], names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Say of the links in question that they are in place by now, if all are."""
    if any(one.state is State.WARNING for one in found if one.link in names):
        return tuple(found)
    return tuple(_contradicted(one) if one.link in names else one for one in found)


def _contradicted(one: Finding) -> Finding:
    if one.state is not State.OK:
        return one
    said = f"{one.detail}; " if one.detail else ""
    if one.link == _AZURE_ROLE:
        return replace(one, detail=said + _IF_IT_LASTS)
    return replace(one, detail=said + AGAIN)
