"""Puts single links of the chain of an identity into a world."""

from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment


def allow(target, identity, *usages):
    """Allow an identity usages, in the policy of a cluster or of a database."""
    item = PolicyItem(
        identity.object_id, identity.client_id, "", identity.display_name, False, usages
    )
    target.policy = [*(target.policy or []), item]


def give(world, object_id, role, scope):
    """Give a principal an Azure role at a scope."""
    world.azure_roles.append(AzureRoleAssignment("r", scope, role.role_id, object_id, ""))
