"""What the role form sends: one role and one direction at a time, in order, and how far it came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import roles as actions
from adxmi_jupyter.actions.roles.change import (
    GRANT,
    REVOKE,
    changed_lines,
    confirmation_required,
    undo_words,
)
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.scope import Grant, Waiting
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired
from adxmi_jupyter.fixes import Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles.scope import RoleScope
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.forms.role.reading import Holder
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole
    from adxmi_jupyter.service.connection import Connection

_SAID_AT_MOST = 5


@dataclass(frozen=True)
class Step:
    """One role given to some, or taken from some, with what it is listed by."""

    verb: str
    role: SecurityRole
    who: tuple[tuple[Holder, ResolvedPrincipal], ...]
    gone: tuple[RoleAssignment, ...] = ()

    @property
    def holders(self) -> tuple[Holder, ...]:
        """The rows it is about."""
        return tuple(holder for holder, _ in self.who)

    def sent(self, roles: RoleScope, before: Sequence[RoleAssignment]) -> str:
        """Return what is sent."""
        if self.verb == REVOKE:
            return roles.to_revoke(self.role, self.gone)
        return roles.to_grant(Grant(self.role, self._principals, before))[1]

    def planned(
        self, connection: Connection, database: str, before: tuple[RoleAssignment, ...]
    ) -> RoleChange:
        """Return the change, from what was read just now."""
        plan = actions.plan_grant if self.verb == GRANT else actions.plan_revoke
        return plan(connection, database, self.role, self._principals, before=before)

    @property
    def _principals(self) -> tuple[ResolvedPrincipal, ...]:
        return tuple(principal for _, principal in self.who)


def refuse_unconfirmed(changes: Sequence[RoleChange]) -> None:
    """Ask once about everything that is taken away.

    Raises
    ------
    ConfirmationRequired
        Some role is taken from somebody.

    """
    asked = [confirmation_required(change) for change in changes if change.verb == REVOKE]
    if asked:
        raise ConfirmationRequired(
            "; ".join(one.what for one in asked),
            why="; ".join(dict.fromkeys(one.why for one in asked)),
            fix=Retry.having("--yes"),
        )


def carry_out(
    connection: Connection, changes: Sequence[RoleChange], tell: Tell | None
) -> tuple[RoleChange, ...]:
    """Send confirmed changes one after the other.

    Raises
    ------
    AdxmiError
        As `roles.writes.apply`; *why* says which of several changes were made, which not.

    """
    done: tuple[RoleChange, ...] = ()
    try:
        for change in changes:
            done = (*done, apply(connection, change, confirmed=True, waiting=Waiting(tell=tell)))
    except AdxmiError as error:
        error.why = "; ".join((error.why, *_how_far(changes, len(done))))
        raise
    return done


def undoing(connection: Connection, done: Sequence[RoleChange]) -> tuple[RoleChange, ...]:
    """Plan to undo finished changes; raises as `find`, `plan_grant` and `plan_revoke` do."""
    return tuple(plan for change in reversed(done) for plan in _reversed(connection, change))


def _reversed(connection: Connection, change: RoleChange) -> Iterator[RoleChange]:
    place, role = change.database, change.role
    for description, words in undo_words(change):
        principals = find(connection, words)
        if change.verb == GRANT:
            yield actions.plan_revoke(connection, place, role, principals)
        else:
            yield actions.plan_grant(connection, place, role, principals, description=description)


def _how_far(changes: Sequence[RoleChange], failed: int) -> tuple[str, ...]:
    if len(changes) == 1:
        return ()
    parts = {
        "done": changes[:failed],
        "failed": changes[failed : failed + 1],
        "not started": changes[failed + 1 :],
    }
    return tuple(
        f"{words}: {', '.join(line for change in some for line in changed_lines(change))}"
        for words, some in parts.items()
        if some
    )


def difference(before: Sequence[RoleAssignment], now: Sequence[RoleAssignment]) -> str:
    """Return in a few words what has changed between two readings."""
    gained = [one for one in now if _sign(one) not in set(map(_sign, before))]
    lost = [one for one in before if _sign(one) not in set(map(_sign, now))]
    lines = [f"{one.label} + {one.role}" for one in gained]
    lines += [f"{one.label} - {one.role}" for one in lost]
    rest = len(lines) - _SAID_AT_MOST
    return ", ".join(lines[:_SAID_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")


def _sign(assignment: RoleAssignment) -> tuple[str, str, str]:
    return assignment.database, assignment.role, assignment.fqn
