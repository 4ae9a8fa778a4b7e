"""The identity member of a cluster PATCH (page: Configure managed identities for your cluster)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.cluster_body import NONE, SYSTEM, USER, type_text
from adxmi_jupyter.embedded.arm.errors import bad_request, linked_authorization_failed
from adxmi_jupyter.embedded.arm.request import member, shown
from adxmi_jupyter.embedded.azure_roles import ASSIGN, may
from adxmi_jupyter.embedded.state.clusters import Identity
from adxmi_jupyter.embedded.state.ids import cluster_id, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.world import World

_KINDS = {kind.casefold(): kind for kind in (SYSTEM, USER, NONE)}
_DICTIONARY = "userAssignedIdentities"


@dataclass(frozen=True)
class Wanted:
    """The identities that a cluster is to have."""

    system: bool
    users: tuple[Identity, ...]

    @property
    def type(self) -> str:
        """Text of the identity type."""
        return type_text(system=self.system, user=bool(self.users))


def present(cluster: Cluster) -> Wanted:
    """Return the identities that a cluster has."""
    return Wanted(cluster.system_identity is not None, tuple(cluster.identities))


def wanted(call: ArmRequest, cluster: Cluster, value: object) -> Wanted:
    """Return what an identity member asks for; an ArmError when it is impossible or forbidden.

    The dictionary is merged per key: an object adds or keeps, null removes, keys not named stay.
    The type is not merged: a kind it leaves out is switched off.
    """
    identity = member(value)
    kinds = _kinds(identity.get("type"))
    named = member(identity.get(_DICTIONARY))
    if USER not in kinds:
        if any(each is not None for each in named.values()):
            raise bad_request(f"'{_DICTIONARY}' needs '{USER}' in the type of the identity.")
        return Wanted(SYSTEM in kinds, ())
    users = _merged(call, cluster, named)
    if not users:
        raise bad_request(f"'{USER}' needs at least one identity in '{_DICTIONARY}'.")
    return Wanted(SYSTEM in kinds, users)


def take_effect(world: World, cluster: Cluster, target: Wanted, unseen: int) -> None:
    """Give the cluster these identities; a new system identity is unknown for `unseen` lookups."""
    if target.system and cluster.system_identity is None:
        cluster.system_identity = Identity(
            cluster.name,
            world.mint("object", cluster.name),
            world.mint("client", cluster.name),
            cluster.tenant_id,
            unseen=unseen,
        )
        world.identities.append(cluster.system_identity)
    elif not target.system and cluster.system_identity is not None:
        world.identities = [i for i in world.identities if i is not cluster.system_identity]
        cluster.system_identity = None
    cluster.identities = list(target.users)


def _kinds(value: object) -> frozenset[str]:
    words = [word.strip().casefold() for word in value.split(",")] if isinstance(value, str) else []
    kinds = frozenset(_KINDS.get(word, "") for word in words)
    if not kinds or "" in kinds or (NONE in kinds and len(kinds) > 1):
        raise bad_request(f"'{value}' is no type of identity.", "InvalidRequestContent")
    return kinds


def _merged(call: ArmRequest, cluster: Cluster, named: Mapping[str, Any]) -> tuple[Identity, ...]:
    users = list(cluster.identities)
    for resource_id, value in named.items():
        known = next((i for i in users if same(i.resource_id, resource_id)), None)
        if value is None:
            users = [i for i in users if i is not known]
            continue
        found = _usable(call, cluster, resource_id, known)
        if known is None:
            users.append(found)
    return tuple(users)


def _usable(
    call: ArmRequest, cluster: Cluster, resource_id: str, known: Identity | None
) -> Identity:
    """Return an identity that the caller may assign, whether it is assigned already or not."""
    if not resource_id.startswith("/subscriptions/"):
        raise bad_request(f"'{resource_id}' is no resource ID.", "LinkedInvalidPropertyId")
    if not may(call.world, call.caller, ASSIGN, resource_id):
        raise linked_authorization_failed(
            shown(call.caller), ASSIGN, cluster_id(cluster), resource_id
        )
    candidates = [*call.world.identities, *([known] if known else [])]
    found = next((i for i in candidates if same(i.resource_id, resource_id)), None)
    if found is None:
        raise bad_request(f"'{resource_id}' was not found.", "FailedIdentityOperation")
    return found
