"""A planned or finished change of security roles, and what can be said about it.

Source: *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.model.principal import PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import Listed, ResolvedPrincipal
    from adxmi_jupyter.model.cluster_role import ClusterRole
    from adxmi_jupyter.model.role import Role, RoleAssignment

GRANT, REVOKE = "grant", "revoke"
SIGNS = {GRANT: "+", REVOKE: "-"}
_SAID_AT_MOST = 3


@dataclass(frozen=True)
class RoleChange:
    """A planned or finished write: `changed` appears in, or disappears from, `before`.

    An empty database means the whole cluster. `command` is what is sent, to the letter; empty,
    there is nothing to change. `warnings` are those notes that a confirmation has to repeat.
    """

    verb: str
    database: str
    role: Role | ClusterRole
    principals: tuple[ResolvedPrincipal, ...]
    before: tuple[RoleAssignment, ...]
    after: tuple[RoleAssignment, ...]
    changed: tuple[RoleAssignment, ...]
    command: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the role holds, in words."""
        return f"the database {self.database}" if self.database else "the cluster"

    @property
    def look(self) -> str:
        """The line that lists who holds which role there."""
        return listing(self.database)

    def held_by(self, assignments: Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
        """Return those who hold the role itself in the place itself."""
        return held(assignments, self.role, self.database)

    def is_done_in(self, assignments: Sequence[RoleAssignment]) -> bool:
        """Tell whether these assignments are what the change was to bring about."""
        holders = self.held_by(assignments)
        if self.verb == REVOKE:
            gone = {assignment.fqn for assignment in self.changed}
            return gone.isdisjoint(assignment.fqn for assignment in holders)
        return all(is_there(principal, holders) for principal in self.principals)


def listing(database: str) -> str:
    """Return the line that lists the roles of a database, or of the cluster."""
    return f"%adxmi role list {option(database)}"


def option(database: str) -> str:
    """Return the option of a line for a database, or for the cluster."""
    return f'--database "{database}"' if database else "--cluster"


def change_of(
    verb: str,
    database: str,
    role: Role | ClusterRole,
    about: tuple[ResolvedPrincipal, ...],
    before: tuple[RoleAssignment, ...],
    changed: tuple[RoleAssignment, ...],
    command: str,
    notes: Sequence[str],
    warnings: Sequence[str] = (),
) -> RoleChange:
    """Return a planned change; what is there afterwards follows from what changes."""
    gone = changed if verb == REVOKE else ()
    after = tuple(one for one in before if one not in gone) + (changed if verb == GRANT else ())
    said = tuple(dict.fromkeys((*notes, *warnings)))
    return RoleChange(
        verb, database, role, about, before, after, changed, command, said, tuple(warnings)
    )


def held(assignments: Sequence[Listed], role: str, database: str) -> tuple[Listed, ...]:
    """Return who holds a role in a place; a database may be listed by another name of its own."""
    return tuple(
        one for one in assignments if one.role == role and bool(one.database) == bool(database)
    )


def is_there(principal: ResolvedPrincipal, holders: Sequence[RoleAssignment]) -> bool:
    """Tell whether a principal is among the holders, and not by the wrong id."""
    mine = principal.listed_in(holders)
    return any(not is_by_object_id(principal, one) for one in mine)


def is_by_object_id(principal: ResolvedPrincipal, assignment: RoleAssignment) -> bool:
    """Tell whether an application that is sent by its client ID is listed by its object ID."""
    sent, shown = principal.reference, assignment.reference
    if shown is None or shown.kind is not PrincipalKind.APPLICATION or not principal.object_id:
        return False
    by_object_id = shown.identifier.casefold() == principal.object_id.casefold()
    return by_object_id and sent.identifier.casefold() != principal.object_id.casefold()


def kept(unwanted: Sequence[ResolvedPrincipal], left: Sequence[RoleAssignment]) -> list[str]:
    """Say what principals still hold, since they may go on reaching what they reached."""
    return [
        f"{principal.label} keeps {one.role} on "
        + (f"the database {one.database}" if one.database else "every database")
        for principal in unwanted
        for one in principal.listed_in(left)
    ]


def also_lost(change: RoleChange, now: Sequence[RoleAssignment]) -> tuple[str, ...]:
    """Say who else lost the role: the service may take one id of an identity for another."""
    still = {one.fqn for one in change.held_by(now)} | {one.fqn for one in change.changed}
    gone = [one for one in change.held_by(change.before) if one.fqn not in still]
    return tuple(f"no longer listed in {change.role} either: {one.fqn}" for one in gone)


def unconfirmed(change: RoleChange) -> ConfirmationRequired:
    """Return the error for a change that takes a role away and is not confirmed."""
    rest = len(change.changed) - _SAID_AT_MOST
    shown = ", ".join(one.label for one in change.changed[:_SAID_AT_MOST])
    return ConfirmationRequired(
        f"revoke on {change.place} takes {change.role} from {shown}"
        + (f" and {rest} more" if rest > 0 else ""),
        why="; ".join((f"may stop working: {change.role.allows}", *change.warnings)),
        repeat_with="--yes",
    )


def changed_lines(change: RoleChange) -> tuple[str, ...]:
    """Return one line for each assignment: ``mi-ingest + viewers``."""
    sign = SIGNS[change.verb]
    return tuple(f"{one.label} {sign} {change.role}" for one in change.changed)
