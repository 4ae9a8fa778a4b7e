"""Roles on one database: read and changed by commands of Kusto.

Source: *Manage database security roles*, *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import GRANT, held, list_command
from adxmi_jupyter.actions.roles.scope import RoleScope, RoleWrite, others_lost, still_listed
from adxmi_jupyter.actions.write.protocol import Comparison, Write, compare_lists
from adxmi_jupyter.errors import NothingToRevoke
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.masking import as_written
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.kusto_shapes import ROLES
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.role import Role, RoleAssignment, parse_assignment
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles.scope import Grant, Waiting
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.actions.write.protocol import Written
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.role import SecurityRole
    from adxmi_jupyter.service.answer import Answer

Roles = tuple[RoleAssignment, ...]


@dataclass(frozen=True)
class DatabaseRoles(RoleScope):
    """The roles of a database."""

    kind = "role"
    admin = Role.ADMINS

    @property
    def read_command(self) -> str:
        """The command that lists them."""
        return kql.show_roles(Scope(self.database))

    @property
    def without_admins(self) -> str:
        """Those of the cluster stay."""
        return f"{self.database} has no admins of its own left"

    def read(self) -> Roles:
        """Read who holds which role; raises as `Kusto.command`, and UnreadableAnswer."""
        command = self.read_command
        return self._listed(self.connection.kusto.command(command, database=self.database))

    def _listed(self, answer: Answer) -> Roles:
        return tuple(parse_assignment(row, self.database) for row in answer.rows(ROLES))

    def as_sent(self, principal: ResolvedPrincipal) -> ResolvedPrincipal:
        """Return a principal, an application with its tenant; raises as `with_tenant`."""
        return principals.with_tenant(self.connection, principal)

    def to_grant(self, grant: Grant) -> tuple[Roles, str]:
        """Return what is listed after ``.add``, and that command."""
        added = tuple(self._expected(principal, grant) for principal in grant.principals)
        names = [one.fqn for one in added]
        return added, kql.add_to_role(self.database, grant.role, names, grant.description)

    def _expected(self, principal: ResolvedPrincipal, grant: Grant) -> RoleAssignment:
        return RoleAssignment(
            database=self.database,
            role=grant.role.value,
            principal_type="",
            display_name="" if principal.is_literal else principal.label,
            object_id=principal.object_id,
            fqn=str(principal.reference),
            notes=grant.description,
        )

    def to_revoke(self, role: SecurityRole, gone: Sequence[RoleAssignment]) -> str:
        """Return the command ``.drop``."""
        return kql.drop_from_role(self.database, role, [one.fqn for one in gone])

    def grant_notes(
        self,
        principal: ResolvedPrincipal,
        role: SecurityRole,
        after: Sequence[RoleAssignment],
    ) -> list[Note]:
        """Say what hinders a role, and what gives it anyway."""
        label, mine = principal.label, principal.listed_in(after)
        revoke = ("role", "revoke", "--database", self.database, "--role", str(role))
        notes: list[Note] = [
            Explain.of(
                f"{label} is listed by its object ID in {role}: {one.fqn}; if its calls end with "
                "HTTP 401, ",
                Command.of(*revoke, "--identity", one.fqn, "--yes"),
                ", then grant the role again: the service may take one id for the other",
            )
            for one in held(mine, role, self.database)
            if principal.is_by_object_id(one)
        ]
        if role.needs and not any(one.role in role.needs for one in mine):
            needs = " or ".join(role.needs)
            notes.append(f"{role} has no effect without {needs}, which {label} lacks")
        notes += [
            f"{label} already has {one.role}, on every database" for one in mine if not one.database
        ]
        return notes

    def not_held(
        self, principal: ResolvedPrincipal, role: SecurityRole, before: Sequence[RoleAssignment]
    ) -> NothingToRevoke:
        """Return the error; a role on every database is revoked as a whole only."""
        mine = principal.listed_in(before)
        on_cluster = [one for one in mine if one.role == role.on_cluster and not one.database]
        if on_cluster:
            who, what = on_cluster[0].fqn, on_cluster[0].role
            return NothingToRevoke(
                f"{principal.label} does not hold {role} on the database {self.database} itself",
                why=f"it has {what}, on every database, which can only be revoked as a whole",
                fix=Command.of(
                    "role", "revoke", "--cluster", "--role", what, "--identity", who, "--yes"
                ),
            )
        others = ", ".join(one.role for one in mine)
        return NothingToRevoke(
            f"{principal.label} does not hold {role} on the database {self.database}",
            why=f"it holds {others or 'no role'} there",
            fix=list_command(self.database),
        )

    def writes(self, change: RoleChange, waiting: Waiting) -> tuple[RoleWrite, ...]:
        """Return the one command.

        ``.add`` and ``.drop`` name one role and the principals they are about, and touch no one
        else: sent twice, they do what they do once. So both are sent again when the answer is lost.
        """

        def attempt() -> Roles:
            kusto, resend = self.connection.kusto, Resend.IDEMPOTENT
            command = change.command
            return self._listed(kusto.command(command, database=self.database, resend=resend))

        write = Write(
            kind=self.kind,
            database=self.database,
            target=str(change.role),
            verb=change.verb,
            command=change.command,
            title=f"{change.verb} of {change.role} on {change.place}",
            subject="the list of roles",
            show_command=change.list_command,
            before=_names(change.held_by(change.before)),
            wanted=_names(change.held_by(change.after)),
            send=lambda: self._send(change, change.principals, attempt, waiting),
            read=self.read,
            compare=lambda now: _compare(change, now),
            history_value=lambda now: _names(change.held_by(now)),
            restoring=_descriptions(change),
            on_mismatch=lambda now: _on_mismatch(change, now),
        )
        return (RoleWrite(change.changed, write),)

    def read_back(
        self, change: RoleChange, written: Sequence[Written[Roles]]
    ) -> tuple[Roles, tuple[Note, ...]]:
        """Return what the command itself answered."""
        (one,) = written
        return (change.after if one.state is None else one.state), one.notes

    def outcome(self, entry: Entry) -> tuple[Comparison, Any]:
        """Compare the holders of the role with what was to be."""
        now = _names(held(self.read(), entry.target, self.database))
        return compare_lists(list(entry.before), list(entry.wanted), now), now


def _names(holders: Sequence[RoleAssignment]) -> list[str]:
    """Return who holds a role as the history notes it: fully qualified names."""
    return sorted(one.fqn for one in holders)


def _descriptions(change: RoleChange) -> dict[str, dict[str, str]] | None:
    """Return the descriptions that a change touches, before and after it; None for none."""
    holders = change.held_by(change.before)
    if change.verb == GRANT:
        mine = [
            (one.fqn, one.notes, added.notes)
            for principal, added in zip(change.principals, change.changed, strict=False)
            for one in principal.listed_in(holders)
        ]
    else:
        mine = [(one.fqn, one.notes, "") for one in change.changed]
    told = [row for row in mine if row[1] != row[2] and as_written(row[1]) == row[1]]
    if not told:
        return None
    return {"before": {f: one for f, one, _ in told}, "left": {f: one for f, _, one in told}}


def _compare(change: RoleChange, now: Roles) -> Comparison:
    if change.is_done_in(now):
        return Comparison.DONE
    is_as_before = set(change.held_by(now)) == set(change.held_by(change.before))
    return Comparison.AS_BEFORE if is_as_before else Comparison.OTHER


def _on_mismatch(change: RoleChange, now: Roles) -> tuple[str, ...]:
    if change.verb == GRANT:
        return ("the service accepted the command; it lists the principal under another name",)
    why = "the service accepted the command, but still lists the principal"
    raise still_listed(
        change,
        why="; ".join((why, *others_lost(change, now))),
        fix=Explain.of("the database's page Permissions in the Azure portal"),
    )
