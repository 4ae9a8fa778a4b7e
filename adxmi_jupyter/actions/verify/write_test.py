"""Find out by writing what no read tells: a usage is granted for a moment, and the policy restored.

The grant and its undo are writes like any others: locked, journaled, and listed by the history, so
that `policy undo` restores what a process that was killed has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.policy.policies import plan_grant, read_one
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.verify.asking import Asking
from adxmi_jupyter.actions.verify.verifying import (
    Answered,
    Verification,
    judged,
    keep,
    own_changes,
    pace_for,
    verify,
)
from adxmi_jupyter.actions.write.history import plan_undo
from adxmi_jupyter.errors import (
    AdxmiError,
    InvalidInput,
    PolicyNotRestored,
    WriteInterrupted,
)
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, ResolvedIdentity
from adxmi_jupyter.model.kql import alter_policy, delete_policy
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.model.verification.probe import Found
from adxmi_jupyter.model.verification.readings import (
    DATABASES,
    Table,
    Topic,
    of_cluster,
    of_database,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.actions.policy.policies import PolicyChange, ScopedPolicy
    from adxmi_jupyter.service.connection import Connection

_USAGES = (Usage.SQL_REQUEST, Usage.EXTERNAL_DATA_REQUEST, Usage.AZURE_AI, Usage.EXPORT_REQUEST)
"""What is granted for a moment: nothing runs by these unless somebody runs it."""
_TOPICS = (Topic.POLICY, Topic.JOURNAL)
_VERSION = "policy-version"


@dataclass(frozen=True)
class WriteTest:
    """What would be sent: a grant, and what restores the policy of the database."""

    scope: Scope
    grant: PolicyChange
    restore: str


def plan_write_test(connection: Connection, database: str) -> WriteTest:
    """Plan the grant of a usage to an identity that is assigned, and its undo.

    Raises
    ------
    InvalidInput
        No identity is known to be assigned, or all of them are allowed everything.
    AdxmiError
        The policy cannot be read.

    """
    scope = Scope(database)
    before = read_one(connection, scope)
    for identity in _candidates(connection, before):
        for usage in _USAGES:
            grant = plan_grant(connection, scope, [ResolvedIdentity(identity)], (usage,))
            if grant.command:
                return WriteTest(scope, grant, _restoring(before))
    raise InvalidInput(
        "there is nothing to try",
        why=f"no assigned identity is known that the policy of {database} leaves a usage to grant",
        fix=Command.of("identity", "list"),
    )


def _candidates(connection: Connection, before: ScopedPolicy) -> Iterator[ManagedIdentity]:
    """Yield identities that are assigned, the system-assigned one by its word first."""
    try:
        present = identities.assigned(connection)
    except AdxmiError:  # who is named by a policy was assigned when it was written
        yield from (entry.identity for entry in before.policy)
        return
    if present.system is not None:
        yield ManagedIdentity(object_id=SYSTEM, is_system=True)
    yield from (one for one in present.users if one.object_id)


def _restoring(before: ScopedPolicy) -> str:
    is_none = not before.policy and str(before.text or "null").strip().lower() == "null"
    return delete_policy(before.scope) if is_none else alter_policy(before.scope, before.policy)


def run_write_test(connection: Connection, database: str) -> Verification:
    """Grant, look, restore; return what was found out, which is kept.

    The policy is restored whatever happens in between, an interrupt included.

    Raises
    ------
    PolicyNotRestored
        It could not be restored; the error has the command.
    AdxmiError
        As `plan_write_test` and as `apply`; then nothing is left behind.

    """
    first = verify(connection, [database])
    planned = plan_write_test(connection, database)
    before = _version(connection, database)
    done = _granted(connection, planned)
    asking = Asking(connection, pace_for(connection))
    try:
        asking.ask([one for one in (*of_cluster(), *of_database(database)) if one.topic in _TOPICS])
        after = _version(connection, database)
    finally:
        _restore(connection, planned, done)
    found = judged(asking, frozenset(), own_changes(connection))
    told = {one.probe.key: one for one in (*first.answered, *filter(_is_told, found))}
    measured = Found("moves" if after != before else "stays", f"{before}, then {after}")
    if before and after:
        told[_VERSION] = Answered(told[_VERSION].probe, measured)
    verification = Verification(tuple(told.values()), (database,), 1)
    keep(connection, verification.known)
    return verification


def _granted(connection: Connection, planned: WriteTest) -> PolicyChange:
    try:
        return apply(connection, planned.grant, confirmed=True)
    except WriteInterrupted:  # it was applied
        _restore(connection, planned, None)
        raise


def _is_told(one: Answered) -> bool:
    return bool(one.found.answer)


def _restore(connection: Connection, planned: WriteTest, done: PolicyChange | None) -> None:
    """Restore the policy of before the grant: the last write, where its number is not known.

    Raises
    ------
    PolicyNotRestored
        It could not be.

    """
    number = done.entry_id if done else None
    try:
        apply(connection, plan_undo(connection, number), confirmed=True)
    except AdxmiError as failure:
        raise PolicyNotRestored(
            f"the test granted a usage on the {planned.scope}, and the policy isn't restored",
            why=f"{failure.what}: {failure.why}",
            fix=Command.of("policy", "undo", *([str(number)] if number else []), "--yes"),
        ) from failure


def _version(connection: Connection, database: str) -> str:
    """Return the version of a database as the list of databases has it now."""
    asking = Asking(connection, pace_for(connection))
    asking.ask([DATABASES])
    answer = asking.answers.get(DATABASES)
    rows = answer.rows if isinstance(answer, Table) else ()
    folded = database.casefold()
    named = (row for row in rows if str(row.get("DatabaseName")).casefold() == folded)
    return next((str(row.get("Version") or "") for row in named), "")
