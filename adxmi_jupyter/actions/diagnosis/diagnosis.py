"""Which requirement a refusal concerns: its text read, what it names examined on the cluster.

The code says what to look at, and the cluster whether it is still so: a refusal is of the past.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.examination import examined
from adxmi_jupyter.actions.check.findings import (
    Checked,
    CheckedKind,
    Checks,
    Observation,
    State,
    finding,
)
from adxmi_jupyter.actions.diagnosis.exception_text import text_of
from adxmi_jupyter.actions.diagnosis.mentioned import focused, mentioned_in
from adxmi_jupyter.actions.diagnosis.other_cluster import of_other_cluster
from adxmi_jupyter.actions.diagnosis.other_findings import other_findings
from adxmi_jupyter.actions.diagnosis.requirements import KEYS, requirements_of
from adxmi_jupyter.errors import (
    AdxmiError,
    CommandLineError,
    ConfirmationRequired,
    DatabaseNotFound,
    InvalidInput,
    UnknownRefusal,
)
from adxmi_jupyter.fixes import NOTHING, Command, Explain
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.denial import Concern, read

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.diagnosis.mentioned import Mentioned
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.service.connection import Connection

AGAIN = "met now; run it again"
_IF_IT_LASTS = f"{AGAIN}; if it lasts, look at the target's firewall and private endpoints"
_TO_WRITE = "reading is allowed now; for writing: "
_NOT_OF_SERVICES = (CommandLineError, InvalidInput, ConfirmationRequired)
_ANY = (Concern.UNSPECIFIED, Concern.STATEMENT, Concern.DATA)


def explained(connection: Connection, text: str, database: str = "") -> Checks:
    """Tell which requirement a refusal concerns, and whether the cluster still lacks it.

    What is checked is the refusal; its name is its code, or its status where it has none. Without
    `database` it is about the one that the text names, else the current one.

    Raises
    ------
    UnknownRefusal
        No refusal is recognised in the text. Nothing was asked for.
    MissingOption
        The text names no database, and there is no current one.

    """
    denial = read(text)
    elsewhere = of_other_cluster(connection, denial)
    if elsewhere is not None:
        checked = Checked("", denial.code, (elsewhere,), "", CheckedKind.DENIAL)
        return Checks((checked,))
    denial = focused(connection, denial)
    return explained_denial(connection, denial, mentioned_in(connection, denial, database))


def explained_denial(connection: Connection, denial: Denial, mentioned: Mentioned) -> Checks:
    """Tell the same of a text that was read, once it is known whom and what it names."""
    requirements = requirements_of(denial, mentioned)
    try:
        found = examined(connection, requirements, mentioned.database) if requirements else ()
    except DatabaseNotFound as failure:
        fix = Command.of("policy", "show", "--all-databases")
        about = Observation(Concern.DATABASE, place=mentioned.database)
        lost = finding(about, State.NOT_MET, failure.why, fix)
        return _checks(denial, mentioned, (lost,))
    return _checks(denial, mentioned, _whole(connection, denial, mentioned, found))


def _checks(denial: Denial, mentioned: Mentioned, found: tuple[Finding, ...]) -> Checks:
    checked = Checked("", denial.code, found, mentioned.database, CheckedKind.DENIAL)
    return Checks((checked,))


def explained_exception(
    connection: Connection, failure: BaseException, database: str = ""
) -> Checks:
    """Tell the same of an exception; raises as `explained`, with the exception's own fix."""
    if not isinstance(failure, _NOT_OF_SERVICES):
        try:
            return explained(connection, text_of(failure), database)
        except UnknownRefusal as unknown:
            why, fix = unknown.why, unknown.remediation
    else:
        why, fix = "the error is about the command as typed; no service denied it", NOTHING
    own = failure.remediation if isinstance(failure, AdxmiError) else NOTHING
    name = type(failure).__name__
    raise UnknownRefusal(
        f"the last exception, {name}, isn't a known error message", why=why, fix=own or fix
    ) from failure


def _whole(
    connection: Connection, denial: Denial, mentioned: Mentioned, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    concern = denial.meaning.concern
    if any(one.state is State.NOT_MET for one in found):
        return tuple(found)
    if concern in _ANY and found:
        return _undecided(connection, denial, mentioned, found)
    if concern not in KEYS:
        return (*found, *other_findings(connection, denial, mentioned))
    keys = KEYS[concern]
    if any(one.key in keys for one in found):
        return _marked(found, keys)
    return (*found, *other_findings(connection, denial, mentioned))


def _undecided(
    connection: Connection, denial: Denial, mentioned: Mentioned, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Say that all is in place, of a refusal whose code does not say what was lacking.

    Of a right to a target that is the one to read: what it takes to write is a warning.
    """
    written = requirements_of(denial, mentioned, write=True)
    if denial.meaning.concern is Concern.UNSPECIFIED and written != requirements_of(
        denial, mentioned
    ):
        again = examined(connection, written, mentioned.database)
        to_write = [replace(one, state=State.WARNING) for one in again if one not in found]
        if any(one.fix for one in to_write):
            return (*found, *(_to_write(one) for one in to_write))
    every = tuple({one.key for one in found})
    return (*_marked(found, every), *other_findings(connection, denial, mentioned))


def _marked(found: Sequence[Finding], keys: Container[object]) -> tuple[Finding, ...]:
    """Say of the requirements in question that they are in place by now, if all are."""
    if any(one.state is State.WARNING for one in found if one.key in keys):
        return tuple(found)
    return tuple(_contradicted(one) if one.key in keys else one for one in found)


def _contradicted(one: Finding) -> Finding:
    if one.state is not State.MET:
        return one
    return one.and_also(_IF_IT_LASTS if one.key is Key.AZURE_ROLE else AGAIN)


def _to_write(one: Finding) -> Finding:
    return replace(one, evidence=Explain.of(_TO_WRITE, one.evidence))
