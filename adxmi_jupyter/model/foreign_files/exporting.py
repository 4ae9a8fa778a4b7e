"""Make of a policy file what writers write: policies, roles, rules, with all IDs; and what is lost.

A writer says what its format is able to; what it cannot say is found here, once for all formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.callout import CalloutRule
from adxmi_jupyter.model.foreign_files.values import Finding, Kind, Reason, mistake, named
from adxmi_jupyter.model.policy import Policy, PolicyEntry
from adxmi_jupyter.model.policy_file.nodes import EVERY_DATABASE, Mode
from adxmi_jupyter.model.principal import (
    PrincipalKind,
    application,
    looks_like_reference,
    parse_reference,
)

if TYPE_CHECKING:
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.foreign_files.identities import Identities
    from adxmi_jupyter.model.foreign_files.values import Hub
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.sections import Entry, Member
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.model.role import SecurityRole

BOTH = frozenset((Mode.ADDITIVE, Mode.AUTHORITATIVE))


@dataclass(frozen=True)
class Abilities:
    """What a format can say; of modes: those that it has."""

    policy: frozenset[Mode] = BOTH
    cluster_policy: bool = True
    roles: frozenset[Mode] = BOTH
    cluster_roles: bool = False
    callouts: bool = True
    assigned: bool = False
    no_assigned: bool = False
    descriptions: bool = False
    protects_roles: bool = False
    microsoft_accounts: bool = True
    clusters: bool = False
    comments: bool = True


@dataclass(frozen=True)
class PolicyPart:
    """The policy of a scope (the cluster has no name); `notes` are reasons, by the object ID."""

    database: str
    mode: Mode
    policy: Policy
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Holder:
    """Who holds a role."""

    reference: PrincipalReference
    label: str = ""
    description: str = ""
    why: str = ""
    protect: bool = False


@dataclass(frozen=True)
class RolePart:
    """A role in a scope (the cluster has no name), and all of its members."""

    database: str
    role: SecurityRole
    mode: Mode
    members: tuple[Holder, ...]


@dataclass(frozen=True)
class Outgoing:
    """Everything that a writer writes."""

    policies: tuple[PolicyPart, ...]
    roles: tuple[RolePart, ...]
    assigned: tuple[ManagedIdentity, ...] | None
    rules: tuple[CalloutRule, ...] | None
    rules_mode: Mode
    findings: tuple[Finding, ...]

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that are named, each once."""
        names = [*(one.database for one in self.policies), *(one.database for one in self.roles)]
        return tuple(dict.fromkeys(filter(None, names)))


def outgoing(hub: Hub, identities: Identities, can: Abilities) -> Outgoing:
    """Return what a format writes of a hub; raises InvalidForeignFile for what is no principal."""
    return _Export(hub, identities, can).all()


def _remark(word: str, reference: str, why: str) -> str:
    """Return what to say of an entry: the name of its identity, and the reason for it."""
    name = f"{word} is {reference}" if reference != word else ""
    return ": ".join(filter(None, (name, why)))


class _Export:
    def __init__(self, hub: Hub, identities: Identities, can: Abilities) -> None:
        self.hub, self.identities, self.can = hub, identities, can
        self.content = hub.content
        self.findings: list[Finding] = []

    def all(self) -> Outgoing:
        policies = tuple(self._policies())
        roles = tuple(self._roles())
        assigned = self._assigned()
        rules = self._rules()
        self._others()
        found = tuple(self.findings)
        return Outgoing(policies, roles, assigned, rules, self.rules_mode, found)

    @property
    def rules_mode(self) -> Mode:
        """The mode of the callout rules: a list that is not managed must not be replaced."""
        section = self.content.callouts
        is_whole = section and section.allow is not None and section.deny is not None
        return section.mode if section and is_whole else Mode.ADDITIVE

    def lose(self, path: Path, reason: Reason, item: str = "", *, unresolved: bool = False) -> None:
        kind = Kind.UNRESOLVED if unresolved else Kind.LOST
        where = self.hub.where(path)
        self.findings.append(Finding(kind, reason, named(path), item, where, path))

    def _mode(self, section: str, mode: Mode, able: frozenset[Mode]) -> Mode | None:
        """Return the mode that a section is written with; None where it is not written."""
        if mode is Mode.OBSERVE:
            self.lose((section,), Reason.OBSERVED)
            return None
        if mode in able:
            return mode
        (other,) = able
        reason = Reason.REMOVES if other is Mode.AUTHORITATIVE else Reason.ONLY_ADDS
        self.lose((section, "mode"), reason, mode)
        return other

    def _policies(self) -> Iterator[PolicyPart]:
        section = self.content.policy
        if section is None:
            return
        mode = self._mode("policy", section.mode, self.can.policy)
        if mode is None:
            return
        if section.cluster is not None:
            path: Path = ("policy", "cluster")
            if self.can.cluster_policy:
                yield from self._policy("", mode, section.cluster, path)
            else:
                self.lose(path, Reason.NOT_IN_FORMAT)
        databases = section.databases
        for name, entries in (databases.named if databases else {}).items():
            if entries is not None:
                path = ("policy", "databases", name)
                yield from self._policy(name, mode, entries, path)
        if databases and databases.everywhere is not None:
            self.lose(("policy", "databases", EVERY_DATABASE), Reason.EVERY_DATABASE)

    def _policy(
        self, database: str, mode: Mode, entries: Mapping[str, Entry], path: Path
    ) -> Iterator[PolicyPart]:
        found: list[PolicyEntry] = []
        notes: dict[str, str] = {}
        is_whole = True
        for reference, entry in entries.items():
            identity = self.identities.of(reference)
            at = (*path, reference)
            if not identity.object_id:
                self.lose(at, Reason.OBJECT_ID, unresolved=True)
                is_whole = False
                continue
            self._lose_remarks(at, entry)
            if entry.usages:
                found.append(PolicyEntry(identity, entry.usages))
                notes[identity.word] = _remark(identity.word, reference, entry.why)
        if mode is Mode.AUTHORITATIVE and not is_whole:
            self.lose(path, Reason.INCOMPLETE)
        else:
            yield PolicyPart(database, mode, Policy(tuple(found)), notes)

    def _lose_remarks(self, path: Path, one: Entry | Member, *, protects: bool = False) -> None:
        if one.why:
            reason = Reason.COMMENT if self.can.comments else Reason.NOT_IN_FORMAT
            self.lose((*path, "why"), reason)
        if one.protect and not protects:
            self.lose((*path, "protect"), Reason.NOT_IN_FORMAT)

    def _roles(self) -> Iterator[RolePart]:
        section = self.content.roles
        if section is None:
            return
        mode = self._mode("roles", section.mode, self.can.roles)
        if mode is None:
            return
        databases = section.databases
        scopes: list[tuple[str, Any, Path]] = [
            (name, by_role, ("roles", "databases", name))
            for name, by_role in (databases.named if databases else {}).items()
        ]
        if section.cluster is not None:
            if self.can.cluster_roles:
                scopes.insert(0, ("", section.cluster, ("roles", "cluster")))
            else:
                self.lose(("roles", "cluster"), Reason.NOT_IN_FORMAT)
        for name, by_role, path in scopes:
            for role, members in (by_role or {}).items():
                if members is not None:
                    yield from self._role(name, role, mode, members, (*path, str(role)))
        if databases and databases.everywhere is not None:
            self.lose(("roles", "databases", EVERY_DATABASE), Reason.EVERY_DATABASE)

    def _role(
        self, database: str, role: SecurityRole, mode: Mode, members: tuple[Member, ...], path: Path
    ) -> Iterator[RolePart]:
        found = [self._holder(one, (*path, number)) for number, one in enumerate(members)]
        holders = tuple(one for one in found if one is not None)
        if mode is Mode.AUTHORITATIVE and len(holders) < len(found):
            self.lose(path, Reason.INCOMPLETE)
        elif not found and Mode.AUTHORITATIVE not in self.can.roles:
            self.lose(path, Reason.NOT_IN_FORMAT)
        else:
            yield RolePart(database, role, mode, holders)

    def _holder(self, member: Member, path: Path) -> Holder | None:
        reference = self._reference(member.principal, path)
        if reference is None:
            return None
        if reference.kind is PrincipalKind.MICROSOFT_ACCOUNT and not self.can.microsoft_accounts:
            self.lose(path, Reason.PRINCIPAL, str(reference))
            return None
        self._lose_remarks(path, member, protects=self.can.protects_roles)
        description = member.description or ""
        if description and not self.can.descriptions:
            self.lose((*path, "description"), Reason.NOT_IN_FORMAT)
        label = self.hub.labels.get(str(reference).casefold(), "")
        if not label and not looks_like_reference(member.principal):
            label = member.principal
        return Holder(reference, label, description, member.why, member.protect)

    def _reference(self, principal: str, path: Path) -> PrincipalReference | None:
        if looks_like_reference(principal) and not self.identities.is_alias(principal):
            try:
                return parse_reference(principal)
            except InvalidInput as error:
                raise mistake(self.hub.where(path), error.what, error.why, error.fix) from error
        identity = self.identities.of(principal)
        if not identity.client_id:
            self.lose(path, Reason.CLIENT_ID, principal, unresolved=True)
            return None
        return application(identity.client_id, identity.tenant_id)

    def _assigned(self) -> tuple[ManagedIdentity, ...] | None:
        section = self.content.assigned
        if section is None or section.identities is None:
            return None
        if not self.can.assigned or not (section.identities or self.can.no_assigned):
            self.lose(("assigned",), Reason.NOT_IN_FORMAT)
            return None
        if self._mode("assigned", section.mode, frozenset((Mode.AUTHORITATIVE,))) is None:
            return None
        found = [self.identities.of(one) for one in section.identities]
        is_whole = True
        for number, one in enumerate(found):
            if not one.is_system and not one.resource_id:
                path = ("assigned", "identities", number)
                self.lose(path, Reason.RESOURCE_ID, section.identities[number], unresolved=True)
                is_whole = False
        if not is_whole:
            self.lose(("assigned",), Reason.INCOMPLETE)
        return tuple(found) if is_whole else None

    def _rules(self) -> tuple[CalloutRule, ...] | None:
        section = self.content.callouts
        if section is None or (section.allow is None and section.deny is None):
            return None
        if not self.can.callouts:
            self.lose(("callouts",), Reason.NOT_IN_FORMAT)
            return None
        if self._mode("callouts", section.mode, BOTH) is None:
            return None
        if self.rules_mode is not section.mode:
            self.lose(("callouts", "mode"), Reason.UNMANAGED, section.mode)
        allowed = [CalloutRule(one.type, one.uri, can_call=True) for one in section.allow or ()]
        denied = [CalloutRule(one.type, one.uri, can_call=False) for one in section.deny or ()]
        return tuple(allowed + denied)

    def _others(self) -> None:
        content = self.content
        for name, one in (
            ("azureRoles", content.azure_roles),
            ("audit", content.audit),
            ("protected", content.protected),
        ):
            if one:
                self.lose((name,), Reason.NOT_IN_FORMAT)
        for name in content.identities:
            self.lose(("identities", name), Reason.ALIAS)
        for name, cluster in content.clusters.items():
            path = ("clusters", name)
            if not self.can.clusters:
                self.lose(path, Reason.CLUSTER)
            elif name != self.hub.cluster and not self.hub.is_shared:
                self.lose(path, Reason.OTHER_CLUSTER)
            elif cluster.resource_id:
                self.lose((*path, "resourceId"), Reason.NOT_IN_FORMAT)
