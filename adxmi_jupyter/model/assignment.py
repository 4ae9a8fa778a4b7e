"""Which identities are assigned to a cluster, and the request that changes it.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs); REST reference
of Microsoft.Kusto/clusters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adxmi_jupyter.model.identity import ManagedIdentity

_SYSTEM, _USER = "SystemAssigned", "UserAssigned"


@dataclass(frozen=True)
class AssignedIdentities:
    """The identities of a cluster as Azure Resource Manager tells them.

    `etag` is the version they were read from: a change is sent for this version only. `may_call`
    names the hosts that the cluster may call, where that is restricted; None where it is not.
    """

    cluster_id: str
    cluster_name: str
    etag: str
    system: ManagedIdentity | None
    users: tuple[ManagedIdentity, ...]
    state: str = ""
    may_call: tuple[str, ...] | None = None

    @property
    def all(self) -> tuple[ManagedIdentity, ...]:
        """The system-assigned identity first, then the user-assigned ones by name."""
        return ((self.system,) if self.system else ()) + self.users

    def has(self, identity: ManagedIdentity) -> bool:
        """Tell whether an identity is assigned."""
        if identity.is_system:
            return self.system is not None
        return any(_same(identity.resource_id, user.resource_id) for user in self.users)

    def lists(self, identity: ManagedIdentity) -> bool:
        """Tell whether the very identity is assigned, by its object ID where that is known.

        One that was deleted and created again has the resource ID of the former one.
        """
        if identity.is_system:
            return self.system is not None
        return any(_is_very(identity, user) for user in self.users)


@dataclass(frozen=True)
class AssignmentChange:
    """A planned change of what is assigned; `body` is sent as the cluster's ``identity``.

    It may assign some identities and remove others: that is one request.
    """

    before: AssignedIdentities
    added: tuple[ManagedIdentity, ...]
    removed: tuple[ManagedIdentity, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change."""
        return not (self.added or self.removed)

    @property
    def body(self) -> dict[str, Any]:
        """The ``identity`` of the PATCH.

        The map of user-assigned identities is merged key by key: ``{}`` adds, ``null`` removes,
        what is not named stays. The type is not merged, so it must name every kind that is to
        be there afterwards, else that kind is switched off.
        """
        gone = [identity for identity in self.removed if not identity.is_system]
        stay = [u for u in self.before.users if not _among(u, gone)]
        new = [identity for identity in self.added if not identity.is_system]
        system = self._system_afterwards()
        kinds = ([_SYSTEM] if system else []) + ([_USER] if stay or new else [])
        body: dict[str, Any] = {"type": ", ".join(kinds) or "None"}
        if stay or new:
            body["userAssignedIdentities"] = {
                **{identity.resource_id: {} for identity in new},
                **{identity.resource_id: None for identity in gone},
            }
        return body

    @property
    def request(self) -> str:
        """The request as people read it: method and resource, then the body."""
        return f"PATCH {self.before.cluster_id}\n{json.dumps({'identity': self.body})}"

    def _system_afterwards(self) -> bool:
        if any(identity.is_system for identity in self.removed):
            return False
        present = self.before.system is not None
        return present or any(identity.is_system for identity in self.added)


def parse_assigned(cluster: Mapping[str, Any]) -> AssignedIdentities:
    """Read the identities out of a cluster resource; a missing ``identity`` means none."""
    identity = cluster.get("identity") or {}
    kinds = {kind.strip().lower() for kind in str(identity.get("type") or "").split(",")}
    name = str(cluster.get("name") or "")
    tenant = str(identity.get("tenantId") or "")
    system = (
        ManagedIdentity(
            object_id=str(identity.get("principalId") or ""),
            display_name=name,
            tenant_id=tenant,
            is_system=True,
            resource_id=str(cluster.get("id") or ""),
        )
        if _SYSTEM.lower() in kinds
        else None
    )
    ids: Mapping[str, Any] = identity.get("userAssignedIdentities") or {}
    users = [_user(resource_id, known, tenant) for resource_id, known in ids.items()]
    return AssignedIdentities(
        cluster_id=str(cluster.get("id") or ""),
        cluster_name=name,
        etag=str(cluster.get("etag") or ""),
        system=system,
        users=tuple(sorted(users, key=lambda user: user.label.lower())),
        state=str((cluster.get("properties") or {}).get("provisioningState") or ""),
        may_call=_may_call(cluster.get("properties") or {}),
    )


def _may_call(properties: Mapping[str, Any]) -> tuple[str, ...] | None:
    if str(properties.get("restrictOutboundNetworkAccess") or "").lower() != "enabled":
        return None
    return tuple(map(str, properties.get("allowedFqdnList") or ()))


def _user(resource_id: str, ids: Mapping[str, Any] | None, tenant: str) -> ManagedIdentity:
    known = ids or {}
    return ManagedIdentity(
        object_id=str(known.get("principalId") or ""),
        display_name=resource_id.rstrip("/").rsplit("/", 1)[-1],
        client_id=str(known.get("clientId") or ""),
        tenant_id=tenant,
        resource_id=resource_id,
    )


def parse_identity_resource(resource: Mapping[str, Any]) -> ManagedIdentity:
    """Read a user-assigned identity resource."""
    properties = resource.get("properties") or {}
    return ManagedIdentity(
        object_id=str(properties.get("principalId") or ""),
        display_name=str(resource.get("name") or ""),
        client_id=str(properties.get("clientId") or ""),
        tenant_id=str(properties.get("tenantId") or ""),
        resource_id=str(resource.get("id") or ""),
    )


def plan_change(
    before: AssignedIdentities,
    wanted: Iterable[ManagedIdentity],
    unwanted: Iterable[ManagedIdentity],
) -> AssignmentChange:
    """Plan to assign some identities and to remove others; those that aren't named stay.

    What is assigned already is not assigned again, what is absent not removed.
    """
    new = tuple(identity for identity in wanted if not before.has(identity))
    gone = tuple(identity for identity in unwanted if before.has(identity))
    return AssignmentChange(before, added=new, removed=gone)


def plan_assign(before: AssignedIdentities, wanted: Iterable[ManagedIdentity]) -> AssignmentChange:
    """Plan to assign identities; those assigned already are left out."""
    return plan_change(before, wanted, ())


def plan_remove(
    before: AssignedIdentities, unwanted: Iterable[ManagedIdentity]
) -> AssignmentChange:
    """Plan to remove identities; those not assigned are left out."""
    return plan_change(before, (), unwanted)


def _among(identity: ManagedIdentity, others: Iterable[ManagedIdentity]) -> bool:
    return any(_same(identity.resource_id, other.resource_id) for other in others)


def _is_very(one: ManagedIdentity, other: ManagedIdentity) -> bool:
    if one.object_id and other.object_id:
        return _same(one.object_id, other.object_id)
    return bool(one.resource_id) and _same(one.resource_id, other.resource_id)


def _same(one: str, other: str) -> bool:
    # Azure spells resourceGroups now with a capital, now without.
    return one.lower() == other.lower()
