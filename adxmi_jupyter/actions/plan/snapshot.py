"""Write what a cluster has as a policy file: identities by their names, sections by what is there.

What could not be read is named in the head of the file, and left out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.plan.planning import lock_key
from adxmi_jupyter.actions.plan.world import Wanted, database_names, read_world
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import held
from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.identity import SYSTEM, is_guid, resolve
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope
from adxmi_jupyter.model.policy_file.schema import NAME
from adxmi_jupyter.model.policy_file.sections import VERSION
from adxmi_jupyter.model.policy_file.writing import Noted, Written
from adxmi_jupyter.model.principal import looks_like_reference
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.service.address import EMBEDDED, parse_address

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.plan import Unseen
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.model.policy_file.nodes import Mode
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Snapshot:
    """A cluster as a policy file, what was read for it, and the object IDs of its names."""

    text: str
    world: World
    names: Mapping[str, str]

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """What could not be read."""
        return self.world.unseen


def snapshot(connection: Connection, mode: Mode, databases: Sequence[str] = ()) -> Snapshot:
    """Read a cluster, or some of its databases and no more, and write a policy file of it.

    Raises
    ------
    AdxmiError
        The databases of the cluster could not be listed.

    """
    scopes = tuple(map(Scope, databases or database_names(connection)))
    if databases:
        wanted = Wanted(scopes, scopes)
    else:
        everywhere = (CLUSTER, *scopes)
        names = tuple(one.database for one in scopes)
        wanted = Wanted(everywhere, everywhere, callouts=True, assigned=True, databases=names)
    world = read_world(connection, wanted)
    writer = _Writer(world, mode, wanted)
    return Snapshot(writer.text, world, writer.names)


@dataclass(frozen=True)
class _Writer:
    """Makes a file of a world."""

    world: World
    mode: Mode
    wanted: Wanted

    @property
    def text(self) -> str:
        """The file."""
        policy, roles = self._policy(), self._roles()
        sections: dict[str, Any] = {
            "apiVersion": VERSION,
            "clusters": {self._cluster: {"uri": self._uri}},
            "identities": self._aliases(),
            "assigned": self._assigned(),
            "policy": policy,
            "roles": roles,
            "callouts": self._callouts(),
        }
        kept = {name: one for name, one in sections.items() if one}
        return Written(tuple(self._head()), kept).text

    @property
    def _uri(self) -> str:
        return lock_key(self.world.connection)

    @property
    def _cluster(self) -> str:
        return EMBEDDED if self._uri == EMBEDDED else parse_address(self._uri).short_name

    def _head(self) -> Iterator[str]:
        yield f"yaml-language-server: $schema={NAME}"
        yield f"{self.world.connection.cluster}, as adxmi snapshot read it"
        for one in self.world.unseen:
            yield f"not readable: {one.section} of the {one.scope} ({one.failure.why})"
        for rule in self.world.callouts or ():
            if not rule.is_fixed and rule.callout_type.lower() not in TYPES:
                yield f"callout rule of another type, left out: {rule}"

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """What the file calls each identity, by the key of its entry."""
        found: dict[str, str] = {}
        for identity in self.world.identities:
            key = PolicyEntry(identity, ()).key
            found[key] = SYSTEM if identity.is_system else _alias(identity, self.world.identities)
        return found

    def _name(self, identity: ManagedIdentity) -> str:
        key = PolicyEntry(identity, ()).key
        return self._names.get(key, SYSTEM if identity.is_system else identity.object_id)

    @property
    def names(self) -> dict[str, str]:
        """The object IDs of the names that the file uses, as a plan finds them."""
        known = {self._name(one): one.object_id.lower() for one in self.world.identities}
        used = {name: known[name] for name in sorted(self._used) if name in known}
        return {name: one for name, one in used.items() if is_guid(one) and not is_guid(name)}

    def _aliases(self) -> dict[str, Any]:
        """Return the names that need saying what they stand for: those that are used."""
        listed: dict[str, Any] = {}
        for identity in self.world.identities:
            name = self._name(identity)
            if name in {SYSTEM, identity.object_id} or name not in self._used:
                continue
            listed[name] = Noted({"name": name}, identity.object_id)
        return dict(sorted(listed.items()))

    @cached_property
    def _used(self) -> frozenset[str]:
        named = {self._name(e.identity) for p in self.world.policies.values() for e in p}
        if self.wanted.assigned and self.world.assigned is not None:
            named |= {self._name(one) for one in self.world.assigned.all}
        for assignments in self.world.roles.values():
            named |= {self._holder(one)[0] for one in assignments}
        return frozenset(named)

    def _assigned(self) -> dict[str, Any]:
        if not self.wanted.assigned or self.world.assigned is None:
            return {}
        names = [self._name(one) for one in self.world.assigned.all]
        return {"mode": self.mode.value, "identities": sorted(names)}

    def _policy(self) -> dict[str, Any]:
        policies = self.world.policies
        section: dict[str, Any] = {"mode": self.mode.value}
        if CLUSTER in policies:
            section["cluster"] = self._entries(policies[CLUSTER])
        databases = {
            scope.database: self._entries(one) for scope, one in policies.items() if scope.database
        }
        if databases:
            section["databases"] = databases
        return section if len(section) > 1 else {}

    def _entries(self, policy: Policy) -> dict[str, Any]:
        entries = {
            self._name(one.identity): list(one.allowed_usages)
            for one in policy
            if one.allowed_usages
        }
        return dict(sorted(entries.items()))

    def _roles(self) -> dict[str, Any]:
        section: dict[str, Any] = {"mode": self.mode.value}
        databases: dict[str, Any] = {}
        for scope, assignments in self.world.roles.items():
            names = Role if scope.database else ClusterRole
            by_role = {
                str(role): self._members(held(assignments, role, scope.database)) for role in names
            }
            if scope.database:
                databases[scope.database] = by_role
            else:
                section["cluster"] = by_role
        if databases:
            section["databases"] = databases
        return section if len(section) > 1 else {}

    def _members(self, holders: Sequence[RoleAssignment]) -> list[Any]:
        named = sorted(self._holder(one) for one in holders if one.reference is not None)
        return [Noted(name, label) if label else name for name, label in dict.fromkeys(named)]

    def _holder(self, one: RoleAssignment) -> tuple[str, str]:
        """Return what the file calls who holds a role, and what to say of that.

        An identity is called by its name if a plan would find the assignment by that.
        """
        label = one.display_name if one.display_name != one.fqn else ""
        by_id = one.reference.identifier.casefold() if one.reference else ""
        for identity in self.world.identities:
            own = {identity.object_id.casefold(), identity.client_id.casefold()} - {""}
            if own & {one.object_id.casefold(), by_id}:
                found = principals.of_identity(self.world.connection, identity)
                return (
                    (self._name(identity), "") if found.is_usable_in((one,)) else (one.fqn, label)
                )
        return one.fqn, label

    def _callouts(self) -> dict[str, Any]:
        if self.world.callouts is None:
            return {}
        own = [
            rule
            for rule in self.world.callouts
            if not rule.is_fixed and rule.callout_type.lower() in TYPES
        ]
        section: dict[str, Any] = {"mode": self.mode.value}
        for name, can_call in (("allow", True), ("deny", False)):
            rules = sorted(rule.key for rule in own if rule.can_call is can_call)
            section[name] = [{"type": kind, "uri": pattern} for kind, pattern in rules]
        return section


def _alias(identity: ManagedIdentity, known: Sequence[ManagedIdentity]) -> str:
    """Return the name of an identity where that is certain, else its object ID."""
    name = identity.display_name
    same = [one for one in known if one.display_name.casefold() == name.casefold()]
    if not name.strip() or name != name.strip() or len(same) > 1 or name.lower() == SYSTEM:
        return identity.object_id
    try:
        found = resolve(name, known).identity
    except InvalidInput:
        return identity.object_id
    is_certain = found == identity and not looks_like_reference(name)
    return name if is_certain else identity.object_id
