"""Collect what foreign files say, and make a policy file of it.

Commands and resources come in the order in which they take effect. A section of a policy file has
one mode: it is authoritative if all that was read of it replaces what was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from adxmi_jupyter.model.foreign_files.values import (
    NOWHERE,
    Finding,
    Hub,
    Kind,
    Reading,
    Reason,
    excerpt,
    mistake,
    named,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy import Policy, PolicyEntry
from adxmi_jupyter.model.policy_file.nodes import EVERY_DATABASE, Mode
from adxmi_jupyter.model.policy_file.sections import VERSION, Content
from adxmi_jupyter.model.principal import PrincipalKind, parse_reference

if TYPE_CHECKING:
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.foreign_files.parts import Part
    from adxmi_jupyter.model.foreign_files.values import Where
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import SecurityRole

_UNKNOWN_CLUSTER = "cluster"
_PLACEHOLDER = "CLUSTER"


@dataclass
class _Part:
    """One policy, one role or the callout rules: what is in it, and whether that is all."""

    where: Where
    replaces: bool = False


@dataclass
class _PolicyPart(_Part):
    policy: Policy = field(default_factory=Policy)


@dataclass
class _RolePart(_Part):
    members: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class _RulesPart(_Part):
    rules: dict[tuple[str, str], CalloutRule] = field(default_factory=dict)


@dataclass
class _AssignedPart(_Part):
    references: list[str] = field(default_factory=list)


class Gathering:
    """What was read up to now; `findings` are what could not be taken over."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.labels: dict[str, str] = {}
        self._clusters: dict[str, dict[str, str]] = {}
        self._described = ""
        self._others: dict[str, tuple[Where, int]] = {}
        self._identities: dict[str, ManagedIdentity] = {}
        self._spelled: dict[str, str] = {}
        self._policies: dict[str, _PolicyPart] = {}
        self._roles: dict[tuple[str, SecurityRole], _RolePart] = {}
        self._callouts: _RulesPart | None = None
        self._assigned: _AssignedPart | None = None
        self._places: dict[Path, Where] = {}

    def find(
        self, kind: Kind, reason: Reason, what: str, item: str = "", where: Where = NOWHERE
    ) -> None:
        """Note what is not taken over."""
        self.findings.append(Finding(kind, reason, what, item, where))

    def not_converted(self, reason: Reason, what: str, item: str, where: Where) -> None:
        """Note what a policy file has no place for."""
        self.find(Kind.NOT_CONVERTED, reason, what, item, where)

    def unresolved(self, what: str, item: str, where: Where) -> None:
        """Note an expression."""
        self.find(Kind.UNRESOLVED, Reason.EXPRESSION, what, item, where)

    def cluster(self, name: str, uri: str = "", resource_id: str = "") -> None:
        """Note a cluster."""
        known = self._clusters.setdefault(name, {})
        known.update({key: one for key, one in (("uri", uri), ("resourceId", resource_id)) if one})

    def is_described(self, cluster: str) -> bool:
        """Tell whether resources of a cluster are read: those of the first one that has a name."""
        self._described = self._described or cluster.casefold()
        return not cluster or cluster.casefold() == self._described

    def other_cluster(self, what: str, cluster: str, where: Where) -> None:
        """Note what is of another cluster: it must not become true of the one that is described."""
        self.not_converted(Reason.OTHER_CLUSTER, what, cluster, where)

    def other_resource(self, kind: str, where: Where) -> None:
        """Note a resource of another service; those of a kind are told as one."""
        first, count = self._others.get(kind, (where, 0))
        self._others[kind] = (first, count + 1)

    def unused(self, of: str, part: Part, *without: str) -> None:
        """Note what a reader made nothing of, in a part of which it made something."""
        for one in part.unused(*without):
            steps = [s for s in one.path[len(part.path) :] if isinstance(s, str)]
            item = "" if isinstance(one.value, dict | list) else excerpt(str(one.value))
            self.not_converted(Reason.OTHER, ".".join((of, *steps)), item, one.where)

    def label(self, principal: str, name: str) -> None:
        """Note what a principal is called."""
        reference = parse_reference(principal)
        if name.casefold() != reference.identifier.casefold():
            self.labels[str(reference).casefold()] = name

    def identity(self, identity: ManagedIdentity) -> None:
        """Note the IDs of an identity: what is named by one of them is written by its name."""
        name = identity.display_name.strip()
        if name and name.lower() != SYSTEM and name not in self._identities:
            self._identities[name] = identity

    def database(self, name: str, where: Where) -> str:
        """Return a database as it was spelled first; raises InvalidForeignFile for no name."""
        if not name.strip() or name == EVERY_DATABASE:
            why = "a database has a name, and none stands for all"
            raise mistake(where, f"{name!r} is not the name of a database", why)
        return self._spelled.setdefault(name.casefold(), name)

    def merge_policy(self, scope: str, policy: Policy, where: Where) -> None:
        """Note what ``.alter-merge`` does."""
        part = self._policies.setdefault(scope, _PolicyPart(where))
        part.policy = part.policy.merge(policy)
        self._note_entries(scope, policy, where)

    def replace_policy(
        self, scope: str, policy: Policy, where: Where, *, is_whole: bool = True
    ) -> None:
        """Note what ``.alter`` and ``.delete`` do; what is not whole must not remove the rest."""
        self._policies[scope] = _PolicyPart(where, is_whole, policy)
        self._note_entries(scope, policy, where)
        if not is_whole:
            self._lose_mode(_policy_path(scope), where, Reason.INCOMPLETE)

    def _lose_mode(self, path: Path, where: Where, reason: Reason) -> None:
        self.findings.append(
            Finding(Kind.LOST, reason, named(path), Mode.AUTHORITATIVE, where, path)
        )

    def _note_entries(self, scope: str, policy: Policy, where: Where) -> None:
        path = _policy_path(scope)
        self._places.setdefault(path, where)
        for entry in policy:
            self._places.setdefault((*path, self._called(entry.identity)), where)

    def role(self, database: str, role: SecurityRole, where: Where, *, replaces: bool) -> None:
        """Note a role, whose members come one by one; ``.set`` replaces those there are."""
        key = (database, role)
        if replaces or key not in self._roles:
            self._roles[key] = _RolePart(where, replaces)
            self._places.setdefault(_role_path(*key), where)

    def member(
        self, database: str, role: SecurityRole, principal: str, where: Where, **more: Any
    ) -> None:
        """Note who holds a role that was noted; raises InvalidInput for what is no principal."""
        members = self._roles[database, role].members
        reference = str(parse_reference(principal))
        members[reference.casefold()] = {"principal": self._holder(reference), **more}
        self._places.setdefault((*_role_path(database, role), len(members) - 1), where)

    def lacks_member(self, database: str, role: SecurityRole, where: Where) -> None:
        """Note that a member of a role is not known: the role must not lose the others."""
        part = self._roles[database, role]
        if part.replaces:
            part.replaces = False
            self._lose_mode(_role_path(database, role), where, Reason.INCOMPLETE)

    def remove_member(self, database: str, role: SecurityRole, principal: str) -> bool:
        """Note that a principal goes, and tell whether it was there."""
        part = self._roles.get((database, role))
        reference = str(parse_reference(principal)).casefold()
        return part is not None and part.members.pop(reference, None) is not None

    def rules(self, rules: Iterable[CalloutRule], where: Where, *, replaces: bool) -> None:
        """Note callout rules; those of the same type and expression are overwritten."""
        if replaces or self._callouts is None:
            self._callouts = _RulesPart(where, replaces)
        self._callouts.rules.update({rule.key: rule for rule in rules})
        self._places.setdefault(("callouts",), where)

    def assign(self, references: Iterable[str], where: Where, *, is_whole: bool) -> None:
        """Note the identities of a cluster: all that it is to have, if they are whole."""
        if self._assigned is None:
            self._assigned = _AssignedPart(where, replaces=True)
        self._assigned.references += references
        if not is_whole and self._assigned.replaces:
            self._assigned.replaces = False
            self._lose_mode(("assigned",), where, Reason.INCOMPLETE)
        self._places.setdefault(("assigned",), where)

    def reading(self, cluster_uri: str, *, where: Where) -> Reading:
        """Return all of it; raises InvalidForeignFile where it makes no policy file."""
        for kind, (place, count) in self._others.items():
            self.not_converted(Reason.OTHER, kind, f"({count})" if count > 1 else "", place)
        sections = {
            "apiVersion": VERSION,
            "clusters": self._named_clusters(cluster_uri),
            "identities": {name: _alias(one) for name, one in self._identities.items()},
            "assigned": self._assigned_section(),
            "policy": self._policy_section(),
            "roles": self._role_section(),
            "callouts": self._callout_section(),
        }
        try:
            content = Content.model_validate({k: v for k, v in sections.items() if v is not None})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            path = tuple(one for one in first["loc"] if one != "[key]")
            what, why = f"{named(path)} can't be used", first["msg"]
            raise mistake(self._where(path, where), what, why) from error
        places = dict(self._places)
        hub = Hub(
            content,
            next(iter(content.clusters)),
            lambda path: _nearest(places, path),
            self.labels,
            is_shared=True,
        )
        return Reading(hub, tuple(self.findings))

    def _where(self, path: Path, otherwise: Where) -> Where:
        return _nearest(self._places, path, otherwise)

    def _named_clusters(self, uri: str) -> dict[str, dict[str, str]]:
        found = {name: dict(one) for name, one in self._clusters.items()}
        found = found or {_UNKNOWN_CLUSTER: {}}
        for name, one in found.items():
            if uri and len(found) == 1:
                one["uri"] = uri
            elif not one.get("uri"):
                one["uri"] = name if self._clusters else _PLACEHOLDER
                self.find(Kind.UNRESOLVED, Reason.CLUSTER, named(("clusters", name, "uri")))
        return found

    def _assigned_section(self) -> dict[str, Any] | None:
        part = self._assigned
        if part is None:
            return None
        names = dict.fromkeys(map(self._assigned_name, part.references))
        mode = Mode.AUTHORITATIVE if part.replaces else Mode.ADDITIVE
        return {"mode": mode, "identities": list(names)}

    def _assigned_name(self, reference: str) -> str:
        same = (
            name
            for name, one in self._identities.items()
            if one.resource_id and one.resource_id.casefold() == reference.casefold()
        )
        return next(same, reference)

    def _policy_section(self) -> dict[str, Any] | None:
        if not self._policies:
            return None
        mode = self._mode({_policy_path(name): one for name, one in self._policies.items()})
        section: dict[str, Any] = {"mode": mode}
        for name, part in self._policies.items():
            entries = {self._called(e.identity): list(e.allowed_usages) for e in part.policy}
            if name:
                section.setdefault("databases", {})[name] = entries
            else:
                section["cluster"] = entries
        return section

    def _role_section(self) -> dict[str, Any] | None:
        if not self._roles:
            return None
        mode = self._mode({_role_path(*key): part for key, part in self._roles.items()})
        section: dict[str, Any] = {"mode": mode}
        for (database, role), part in self._roles.items():
            members = [dict(one) for one in part.members.values()]
            if database:
                scope = section.setdefault("databases", {}).setdefault(database, {})
            else:
                scope = section.setdefault("cluster", {})
            scope[str(role)] = members
        return section

    def _callout_section(self) -> dict[str, Any] | None:
        part = self._callouts
        if part is None:
            return None
        section: dict[str, Any] = {"mode": Mode.AUTHORITATIVE if part.replaces else Mode.ADDITIVE}
        for name, can_call in (("allow", True), ("deny", False)):
            section[name] = [
                {"type": rule.callout_type.lower(), "uri": rule.pattern}
                for rule in part.rules.values()
                if rule.can_call is can_call
            ]
        return section

    def _mode(self, parts: Mapping[Path, _Part]) -> Mode:
        replacing = {path: one for path, one in parts.items() if one.replaces}
        if len(replacing) == len(parts):
            return Mode.AUTHORITATIVE
        for path, one in replacing.items():
            self._lose_mode(path, one.where, Reason.MIXED)
        return Mode.ADDITIVE

    def _called(self, identity: ManagedIdentity) -> str:
        """Return the name of an identity of a policy: noted by its object ID."""
        if identity.is_system:
            return SYSTEM
        wanted = identity.object_id.casefold()
        same = (n for n, one in self._identities.items() if one.object_id.casefold() == wanted)
        return next(same, identity.object_id)

    def _holder(self, reference: str) -> str:
        """Return the name of an identity that holds a role: noted by its client ID."""
        parsed = parse_reference(reference)
        if parsed.kind is not PrincipalKind.APPLICATION:
            return reference
        wanted = parsed.identifier.casefold()
        same = (n for n, one in self._identities.items() if one.client_id.casefold() == wanted)
        return next(same, reference)


def entries_of(policy: Iterable[tuple[ManagedIdentity, Sequence[str]]]) -> Policy:
    """Return a policy of identities and their usages."""
    return Policy(tuple(PolicyEntry(one, tuple(usages)) for one, usages in policy))


def _policy_path(scope: str) -> Path:
    return ("policy", "databases", scope) if scope else ("policy", "cluster")


def _role_path(database: str, role: SecurityRole) -> Path:
    scope = ("roles", "databases", database) if database else ("roles", "cluster")
    return (*scope, str(role))


def _alias(identity: ManagedIdentity) -> dict[str, str]:
    ids = {
        "name": identity.display_name,
        "resourceId": identity.resource_id,
        "objectId": identity.object_id,
        "clientId": identity.client_id,
    }
    return {name: one for name, one in ids.items() if one}


def _nearest(places: Mapping[Path, Where], path: Path, otherwise: Where = NOWHERE) -> Where:
    """Return where something stands, or what holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return otherwise
