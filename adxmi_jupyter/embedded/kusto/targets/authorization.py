"""What has to hold before a byte flows: identity, policy, callout, Azure role, target.

The first requirement that is not met is the error, in the order above. Who does not come with a
managed identity starts at the callout policy. Pages: Managed identities overview, Managed
identity policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.azure_roles import may_reach
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.policies.managed_identity_json import SYSTEM
from adxmi_jupyter.embedded.kusto.targets import denials
from adxmi_jupyter.embedded.networks import NO_SENDER, Sender, blocked, host_of, is_listed
from adxmi_jupyter.embedded.state.callouts import may_call
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database, Identity
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

_CLUSTER_ONLY = "SandboxArtifacts"


@dataclass(frozen=True)
class ActingPrincipal:
    """Who reaches for a target: an object ID, and how messages name its owner.

    `sender` is what networks see of it.
    """

    object_id: str
    shown: str
    sender: Sender = NO_SENDER


def assigned_identity(world: World, reference: str) -> Identity:
    """Return the identity of an object ID, or `system`; a KustoError when the cluster has none."""
    cluster = world.cluster
    is_system = reference.casefold() == SYSTEM
    found = cluster.system_identity if is_system else cluster.assigned(reference)
    if found is None or found.deleted:
        raise denials.identity_not_assigned(reference, cluster.name)
    return found


def require_usage(world: World, identity: Identity, usage: str, database: Database | None) -> None:
    """Raise a KustoError (403) unless the policy of the database or the cluster names the usage.

    SandboxArtifacts counts in the policy of the cluster only.
    """
    heard = database if usage != _CLUSTER_ONLY else None
    items = [*(world.cluster.policy or []), *((heard.policy if heard else None) or [])]
    for item in items:
        if item.object_id == identity.object_id and {usage, "All"} & set(item.usages):
            return
    own = f"the database '{heard.name}' or " if heard else ""
    raise denials.usage_not_allowed(identity.display_name, usage, f"{own}the cluster")


def acting_identity(
    world: World, reference: str, *, usage: str, database: Database | None
) -> Identity:
    """Return the identity that acts, its first two links checked: assigned, and allowed."""
    identity = assigned_identity(world, reference)
    require_usage(world, identity, usage, database)
    return identity


def require_callout(world: World, callout_type: str, address: str) -> None:
    """Raise a KustoError (403) unless the callout policy lets the cluster call the address."""
    if is_listed(world.cluster, host_of(address)):
        return
    if not may_call(world.cluster.callout_policy or (), callout_type, address):
        raise denials.callout_not_allowed(callout_type, address)


def as_identity(identity: Identity) -> ActingPrincipal:
    """Return a managed identity as one who reaches for a target."""
    sender = Sender(is_identity=True, is_system=not identity.resource_id)
    shown = f"the managed identity '{identity.display_name}'"
    return ActingPrincipal(identity.object_id, shown, sender)


def _as_caller(caller: Principal | None) -> ActingPrincipal:
    """Return a caller as one who reaches for a target; a KustoError (400) when there is none."""
    if caller is None:
        raise bad_request("There is no caller here whom the cluster could impersonate.")
    return ActingPrincipal(caller.object_id, f"the principal '{caller.fqn}'")


def acting_principal(
    world: World,
    method: Method,
    credential: str,
    *,
    usage: str,
    database: Database | None,
    caller: Principal | None,
) -> ActingPrincipal | None:
    """Return who reaches for a target that a connection string names.

    None for a credential that speaks for itself, or that is unknown. Raises a KustoError when the
    credential is a managed identity that is not assigned or not allowed to.
    """
    match method:
        case Method.MANAGED_IDENTITY:
            return as_identity(acting_identity(world, credential, usage=usage, database=database))
        case Method.IMPERSONATE:
            return _as_caller(caller)
        case Method.TOKEN:
            bearer = world.principal(credential)
            return _as_caller(bearer) if bearer else None
        case _:
            return None


def require_network(
    world: World, kind: str, address: str, acting: ActingPrincipal | None, *, code: str = ""
) -> None:
    """Raise a KustoError (403) unless the network lets the cluster reach a target by its address.

    `code` is that of the error, where it is not that of all targets.
    """
    found = blocked(world, kind, host_of(address), acting.sender if acting else NO_SENDER)
    if found is not None:
        raise denials.network_forbidden(*found, kind, address, code)


def has_role(world: World, acting: ActingPrincipal, action: str, scope: str) -> bool:
    """Tell whether the principal holds an Azure role that permits a data action at the scope."""
    return may_reach(world, acting.object_id, action, scope)
