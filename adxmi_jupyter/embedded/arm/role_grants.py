"""How roles on targets are entered; also without Resource Manager, where no CLI is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.azure_roles import ROLES
from adxmi_jupyter.embedded.data_roles import data_role_named, give_data_role
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.faults import Faults
    from adxmi_jupyter.embedded.state.world import World


def enter_role(
    world: World, faults: Faults, assignment: AzureRoleAssignment
) -> AzureRoleAssignment:
    """Enter an Azure role and return it as it is listed; while roles are late, without effect."""
    text = f"{assignment.scope}/providers/Microsoft.Authorization/roleAssignments/{assignment.name}"
    entered = assignment.made_now() if faults.is_on(Fault.LATE_ROLES, text) else assignment
    world.azure_roles.append(entered)
    return entered


def let_roles_take_effect(world: World) -> None:
    """Let the time pass that the roles which are listed only need to count."""
    world.azure_roles = [a if a.in_effect else a.after_a_wait() for a in world.azure_roles]


def assign_role(world: World, faults: Faults, identity: str, role: str, resource: str) -> bool:
    """Give an identity a role on a resource, all by name; return whether it is new.

    The role may be one that the target keeps itself. KeyError names what does not exist; an
    identity does not in the directory of another tenant.
    """
    principal = next((i for i in world.identities if _same(i.display_name, identity)), None)
    if principal is None:
        raise KeyError(identity)
    principal_id, own = principal.object_id, data_role_named(role)
    if own is not None:
        return give_data_role(world, principal_id, own, resource)
    definition = next((each for each in ROLES if each.name.casefold() == role.casefold()), None)
    if definition is None:
        raise KeyError(role)
    scope = _scope(world, resource)
    if world.tenant_of(scope) != principal.tenant_id:
        raise KeyError(identity)
    held = {(each.principal_id, each.role_id, each.scope.casefold()) for each in world.azure_roles}
    if (principal_id, definition.role_id, scope.casefold()) in held:
        return False
    name = stable_id("role assignment", principal_id, definition.role_id, scope)
    made = AzureRoleAssignment(name, scope, definition.role_id, principal_id, "ServicePrincipal")
    enter_role(world, faults, made)
    return True


_INSIDE = {"microsoft.eventhub/namespaces": "eventhubs", "microsoft.sql/servers": "databases"}
_CONTAINERS = "blobServices/default/containers"


def _scope(world: World, resource: str) -> str:
    """Return the scope of a name, or of what is in it: `account/container`, `namespace/hub`.

    What begins with a slash is a scope itself, such as that of a group or subscription.
    """
    if resource.startswith("/"):
        return _known_scope(world, resource)
    name, _, inside = resource.partition("/")
    found = next((each for each in world.resources if _same(each.name, name)), None)
    if found is None:
        raise KeyError(resource)
    kind = _INSIDE.get(found.kind.casefold(), _CONTAINERS)
    return f"{found.resource_id}/{kind}/{inside}" if inside else found.resource_id


def _known_scope(world: World, scope: str) -> str:
    """Return a scope whose subscription and group exist, without a slash at its end."""
    parts = [*scope.strip("/").split("/"), "", "", ""]
    subscription = next(
        (each for each in world.subscriptions if _same(each.subscription_id, parts[1])), None
    )
    if subscription is None or (parts[3] and subscription.group(parts[3]) is None):
        raise KeyError(scope)
    return scope.rstrip("/")


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
