"""What the section ``roles`` of a file asks for: who is to hold which role, scope by scope.

Holders are compared as `ResolvedPrincipal` knows them, not by the text of a fully qualified name:
the service lists a principal by another ID than it was given. Roles on every database, which lists
of a database show as well, are not the database's.

Source: *Manage database security roles*, *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.naming import named_part
from adxmi_jupyter.actions.plan.role_steps import is_described
from adxmi_jupyter.actions.plan.steps import Part, Phase, Step, planned
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, RoleChange, held
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.roles.scope import Grant
from adxmi_jupyter.model.plan import Action, Change, Reason, Section, Status
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.actions.plan.policy_part import Guard
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles.scope import RoleScope
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.policy_file.sections import Member, Members, RoleSection
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole

Roles = tuple["RoleAssignment", ...]


@dataclass(frozen=True)
class AskedMember:
    """A principal that the file names for a role, and where."""

    principal: ResolvedPrincipal
    member: Member
    path: Path


@dataclass(frozen=True)
class RoleWish:
    """Who is to hold one role in a scope."""

    scope: Scope
    role: SecurityRole
    path: Path
    asked: tuple[AskedMember, ...]


def wishes_of(naming: Naming, section: RoleSection, scope: Scope) -> tuple[RoleWish, ...]:
    """Return what the section asks for in a scope, role by role; raises as `Naming.principal`."""
    wishes: dict[SecurityRole, RoleWish] = {}
    for by_role, where in _parts(section, scope):
        for role, members in by_role.items():
            if members is None:
                continue
            path: Path = ("roles", *where, str(role))
            asked = tuple(_asked(naming, members, path))
            known = wishes.get(role)
            wishes[role] = (
                replace(known, asked=known.asked + asked)
                if known
                else RoleWish(scope, role, path, asked)
            )
    return tuple(wishes.values())


def _parts(
    section: RoleSection, scope: Scope
) -> Iterator[tuple[Mapping[SecurityRole, Members | None], Path]]:
    if not scope.database:
        on_cluster: dict[SecurityRole, Members | None] = {}
        on_cluster.update((section.cluster or {}).items())
        yield on_cluster, ("cluster",)
    elif section.databases is not None:
        yield from named_part(section.databases, scope.database)  # type: ignore[misc]


def _asked(naming: Naming, members: Members, path: Path) -> Iterator[AskedMember]:
    for number, member in enumerate(members):
        where = (*path, number)
        yield AskedMember(naming.principal(member.principal, where), member, where)


@dataclass(frozen=True)
class RoleComparison:
    """Who holds one role of a scope, and who is to."""

    naming: Naming
    mode: Mode
    wish: RoleWish
    present: Roles

    @property
    def _scope(self) -> RoleScope:
        return roles_of(self.naming.world.connection, self.wish.scope.database)

    @property
    def _holders(self) -> Roles:
        return held(self.present, self.wish.role, self.wish.scope.database)

    def part(self, guard: Guard) -> Part:
        """Return the changes of the role and the commands that make them."""
        missing, surplus = self._missing(), self._surplus()
        redescribed = self._redescribed()
        removals = self._stale(surplus) if self.mode is Mode.ADDITIVE else list(surplus.values())
        additions = (*missing.values(), *self._texts(redescribed))
        changes = self._keeping_admins(guard((*additions, *removals)))
        if self.mode is Mode.OBSERVE:
            return Part(tuple(map(_observed, changes)))
        kept = tuple(one for one in surplus.values() if one not in removals)
        doable = {one.key for one in planned(changes)}
        new = [one for key, one in (self._new() | redescribed).items() if key in doable]
        gone = tuple(one for one in self._unnamed() if one.fqn.lower() in doable)
        return Part(changes, (*self._grants(new, changes), *self._revokes(gone, changes)), kept)

    def _new(self) -> dict[str, AskedMember]:
        holders = self._holders
        return {
            str(one.principal.reference).lower(): one
            for one in self.wish.asked
            if not one.principal.is_usable_in(holders)
        }

    def _redescribed(self) -> dict[str, AskedMember]:
        """Return who holds the role with another description than the file gives, if it does.

        Roles on the whole cluster have none.
        """
        holders = self._holders if self.wish.scope.database else ()
        return {
            str(one.principal.reference).lower(): one
            for one in self.wish.asked
            if one.principal.is_usable_in(holders)
            and not is_described(one.principal, holders, one.member.description or "")
        }

    def _texts(self, redescribed: Mapping[str, AskedMember]) -> tuple[Change, ...]:
        made = (
            self._change(Action.ADD, one.principal.label, key, one.path, one.member.why)
            for key, one in redescribed.items()
        )
        return tuple(replace(one, reason=Reason.DESCRIPTION) for one in made)

    def _missing(self) -> dict[str, Change]:
        return {
            key: self._change(Action.ADD, one.principal.label, key, one.path, one.member.why)
            for key, one in self._new().items()
        }

    def _unnamed(self) -> Roles:
        named = {
            one for asked in self.wish.asked for one in asked.principal.listed_in(self._holders)
        }
        return tuple(one for one in self._holders if one not in named)

    def _surplus(self) -> dict[str, Change]:
        return {
            one.fqn: self._change(Action.REMOVE, one.label, one.fqn.lower(), self.wish.path)
            for one in self._unnamed()
        }

    def _stale(self, surplus: Mapping[str, Change]) -> list[Change]:
        """Return the removals from former identities of which the file has the name."""
        ids: frozenset[str] = frozenset()
        for one in self.wish.asked:
            ids |= self.naming.replacing.former_of(one.principal.object_id)
        held = {one.fqn: one.object_id.casefold() for one in self._holders}
        return [change for fqn, change in surplus.items() if held[fqn] in ids]

    def _keeping_admins(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Block what would leave a database, or the cluster, without an admin."""
        made = Counter(
            one.action for one in planned(changes) if one.reason is not Reason.DESCRIPTION
        )
        left = len(self._holders) - made[Action.REMOVE] + made[Action.ADD]
        if self.wish.role is not self._scope.admin or left or not made[Action.REMOVE]:
            return changes
        return tuple(
            replace(one, status=Status.BLOCKED, reason=Reason.LAST_ADMIN)
            if one.status is Status.PLANNED
            else one
            for one in changes
        )

    def _change(self, action: Action, label: str, key: str, path: Path, why: str = "") -> Change:
        line = self.naming.file.line(path)
        role, database = str(self.wish.role), self.wish.scope.database
        return Change(Section.ROLES, database, action, label, key, role, line=line, why=why)

    def _grants(self, new: Sequence[AskedMember], changes: Sequence[Change]) -> Iterator[Step]:
        where, database = self._scope, self.wish.scope.database
        by_description: dict[str, list[AskedMember]] = {}
        for one in new:
            by_description.setdefault(one.member.description or "", []).append(one)
        for description, some in by_description.items():
            sent = tuple(where.as_sent(one.principal) for one in some)
            grant = Grant(self.wish.role, sent, self.present, description)
            added, command = where.to_grant(grant)
            write = RoleChange(
                GRANT, database, self.wish.role, sent, self.present,
                (*self.present, *added), added, command,
            )  # fmt: skip
            keys = {str(one.principal.reference).lower() for one in some}
            made = self._of(changes, keys, Action.ADD)
            yield Step(Phase.GRANT, database, command, made, write)

    def _revokes(self, gone: Roles, changes: Sequence[Change]) -> Iterator[Step]:
        if not gone:
            return
        where, database = self._scope, self.wish.scope.database
        command = where.to_revoke(self.wish.role, gone)
        after = tuple(one for one in self.present if one not in gone)
        write = RoleChange(REVOKE, database, self.wish.role, (), self.present, after, gone, command)
        made = self._of(changes, {one.fqn.lower() for one in gone}, Action.REMOVE)
        yield Step(Phase.REVOKE, database, command, made, write)

    @staticmethod
    def _of(changes: Sequence[Change], keys: set[str], action: Action) -> tuple[Change, ...]:
        return tuple(
            one for one in planned(tuple(changes)) if one.key in keys and one.action is action
        )


def _observed(change: Change) -> Change:
    """Return a change as one that is only told: why it would not be made doesn't matter."""
    kept = change.reason if change.reason is Reason.DESCRIPTION else None
    return replace(change, status=Status.OBSERVED, reason=kept)
