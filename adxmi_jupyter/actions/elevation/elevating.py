"""Hold the role that changes policies for the time of one command.

======================================== =======================================================
before the command                       after it, however it ends
======================================== =======================================================
the caller holds the role                nothing was granted, nothing is removed
it is temporary, from this account       used by both commands; the last of them removes it
it is temporary, from another computer   used, and left to that one, unless it is old
the caller does not hold it              granted, waited for, removed
======================================== =======================================================

What grants it is noted in the history before it is sent: what a process leaves that is killed, the
next one offers to remove.

Source: *Security roles overview*, *Manage cluster permissions* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.elevation import records
from adxmi_jupyter.actions.elevation.failures import (
    denied,
    not_in_effect,
    not_removed,
    note_of,
    unknown_caller,
)
from adxmi_jupyter.actions.elevation.temporary import ROLE, TemporaryRole, holds_role, listed
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
from adxmi_jupyter.actions.write.operations import telling
from adxmi_jupyter.errors import (
    AdxmiError,
    ClusterLocked,
    ConnectionFailure,
    ElevationFailed,
    HistoryUnavailable,
    NotAuthorized,
    OperationContinues,
    ResourceNotFound,
    Throttled,
    WriteInterrupted,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model.elevation import PLACEHOLDER, granted_at
from adxmi_jupyter.service.retry import retry_while

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connection import Connection

RECENT = timedelta(hours=4)
"""How long a command of another computer may use a role that it was granted."""

_MAY_COME = (WriteOutcomeUnknown, OperationContinues, WriteInterrupted)
_PASSES = (ElevationFailed, ConnectionFailure, Throttled)


@dataclass(frozen=True)
class Deadlines:
    """Seconds to wait: until a role that was granted has effect, and one whose answer was lost."""

    effect: float = 600.0
    lost: float = 90.0


@contextmanager
def elevated(
    connection: Connection,
    deadlines: Deadlines | None = None,
    me: ResolvedPrincipal | None = None,
    tell: Tell | None = None,
) -> Iterator[None]:
    """Hold AllDatabasesAdmin meanwhile; an interrupt removes it, too.

    `me` is the caller where that is known already, `tell` shows how far it is instead of a bar.

    Raises
    ------
    ElevationFailed
        The caller may not grant it to himself, or it had no effect in time. Nothing is left.
    RoleNotRemoved
        What was done meanwhile is done; the role is still there.
    AdxmiError
        As `protocol.carry_out`.

    """
    elevation = Elevation(connection, deadlines or Deadlines(), me, tell)
    try:
        elevation.begin()
        yield
    except BaseException as failure:
        elevation.end(failure)
        raise
    elevation.end()


def previewed(connection: Connection, me: ResolvedPrincipal | None = None) -> tuple[Note, ...]:
    """Return what a command would do to hold the role; raises as reading the roles does."""
    if holds_role(connection):
        return (f"you hold {ROLE}: nothing would be granted before, or removed after",)
    planned = TemporaryRole.planned(connection, me or _caller(connection), PLACEHOLDER)
    request = planned.assignment.creation.replace("\n", " ")
    return (
        f"before, would grant you {ROLE}: {request}",
        f"after, would remove it: {planned.assignment.deletion}",
    )


def _caller(connection: Connection) -> ResolvedPrincipal:
    me = known_caller(connection)
    if me is None:
        raise unknown_caller()
    return me


def known_caller(connection: Connection) -> ResolvedPrincipal | None:
    """Return who the caller is: as the cluster says, else as the token for Azure says."""
    told = principals.caller(connection)
    if told is not None:
        return told
    account = connection.account
    return ResolvedPrincipal(account, "you") if account is not None else None


class Elevation:
    """The caller on the way to the role and back."""

    def __init__(
        self,
        connection: Connection,
        deadlines: Deadlines,
        me: ResolvedPrincipal | None = None,
        tell: Tell | None = None,
    ) -> None:
        self._connection = connection
        self._me, self._tell = me, tell
        self._deadlines = deadlines
        self._others = connection.lock.beside("elevate")
        self._users = records.users_of(connection)
        self._role: TemporaryRole | None = None

    def begin(self) -> None:
        """Hold the role, whoever grants it."""
        lost = None
        with self._others.held():
            is_held = holds_role(self._connection)
            there = self._there(must_see=not is_held)
            if there is not None:
                self._share(there)
            elif not is_held:
                lost = self._grant()
        if not is_held:
            self._wait(lost)

    def end(self, failure: BaseException | None = None) -> None:
        """Remove the role, if it is this command's to remove.

        Of what the command itself failed with, the user hears first.
        """
        if self._role is None:
            return
        try:
            self._removed()
        except (AdxmiError, KeyboardInterrupt) as trouble:
            left = not_removed(self._role, trouble)
            if failure is None:
                raise left from trouble
            if isinstance(failure, AdxmiError):
                failure.why = f"{failure.why}; {left.what}: {left.why}"
            self._connection.say(note_of(left))

    def goes_on_over(self, connection: Connection) -> None:
        """Go on over another connection of the same principal to the same cluster."""
        self._connection = connection
        if self._role is not None:
            self._role = replace(self._role, connection=connection)

    def _there(self, *, must_see: bool) -> TemporaryRole | None:
        """Return the temporary role that the caller has already, if Azure lists one."""
        me = self._me or known_caller(self._connection)
        try:
            found = listed(self._connection)
        except (NotAuthorized, ResourceNotFound) as unseen:
            if must_see:
                raise denied(self._connection, me, unseen) from unseen
            return None
        except AdxmiError:
            if must_see:
                raise
            return None
        mine = me.listed_in(found) if me is not None else ()
        return TemporaryRole(self._connection, me, mine[0]) if me is not None and mine else None

    def _share(self, there: TemporaryRole) -> None:
        if self._is_of_another_computer(there):
            self._connection.say(
                f"you hold {ROLE} by an --elevate of another computer, which may remove it"
            )
            return
        self._enter(there)

    def _is_of_another_computer(self, there: TemporaryRole) -> bool:
        since = granted_at(there.assignment.name)
        now = self._connection.resource_manager.clock.now()
        is_old = since is not None and now - since > RECENT
        return not is_old and there.assignment.resource_id.lower() not in _noted(self._connection)

    def _enter(self, role: TemporaryRole) -> None:
        try:
            self._users.enter(role.name)
        except OSError as error:
            raise ClusterLocked(
                "commands that use one role cannot be kept apart, so nothing was sent",
                why=f"{type(error).__name__}: {error}",
                fix="make your home directory, or the directory for temporary files, writable",
            ) from error
        self._role = role

    def _grant(self) -> AdxmiError | None:
        """Grant the role; return why it is not known whether it was granted, if that is so."""
        role = TemporaryRole.planned(self._connection, self._me or _caller(self._connection))
        self._enter(role)
        try:
            role.grant(self._tell)
        except _MAY_COME as unknown:
            if _is_interrupt(unknown):
                raise
            return unknown
        except AdxmiError as refusal:
            self._leave()
            if isinstance(refusal, NotAuthorized):
                raise denied(self._connection, role.principal, refusal) from refusal
            raise
        return None

    def _wait(self, lost: AdxmiError | None) -> None:
        """Wait until the cluster applies the role, and not as long for one that may never come."""
        connection = self._connection
        longest = self._deadlines.effect if lost is None else self._deadlines.lost
        connection.say(f"granted you {ROLE} for this command; waiting until it has effect")
        try:
            with telling(str(ROLE), self._tell) as told:
                retry_while(
                    lambda: self._probe(longest),
                    passes=lambda failure: isinstance(failure, _PASSES),
                    every=connection.resource_manager.poll_every,
                    longest=longest,
                    waiting=lambda _: told("granted; the cluster doesn't apply it yet"),
                )
        except AdxmiError as failure:
            if _is_interrupt(failure):
                failure.why = "you interrupted the wait; the role is removed again"
            if lost is None:
                raise
            raise lost from failure
        connection.forget()

    def _probe(self, longest: float) -> None:
        if not holds_role(self._connection):
            raise not_in_effect(longest)

    def _removed(self) -> None:
        """Remove the role; once more, if the first time was interrupted."""
        try:
            self._remove()
        except (AdxmiError, KeyboardInterrupt) as trouble:
            if not _is_interrupt(trouble):
                raise
            self._connection.say(f"removing {ROLE} first; interrupt again to leave it there")
            self._remove()

    def _remove(self) -> None:
        role = self._role
        if role is None:
            return
        with self._others.held():
            self._users.leave(role.name)
            if self._users.is_used(role.name):
                self._connection.say(f"{ROLE} stays for another command of yours that uses it")
                return
            role.remove(self._tell)
            self._users.forget(role.name)
        self._connection.say(f"removed {ROLE}, which was granted for this command")

    def _leave(self) -> None:
        if self._role is not None:
            self._users.leave(self._role.name)
        self._role = None


def _is_interrupt(trouble: BaseException) -> bool:
    return isinstance(trouble, KeyboardInterrupt) or isinstance(
        trouble.__cause__, KeyboardInterrupt
    )


def _noted(connection: Connection) -> frozenset[str]:
    try:
        return frozenset(records.granted(connection))
    except HistoryUnavailable:
        return frozenset()
