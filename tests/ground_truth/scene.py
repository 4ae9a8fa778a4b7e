"""The world of one case: cleared of every grant, so that levels of factors alone make the chain.

Worlds are changed directly, or by what an administrator would do: nothing of the client takes part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import (
    AzureRoleAssignment,
    PolicyItem,
    Principal,
    PrincipalKind,
)
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import (
        ClusterRole,
        DatabaseRole,
        EmbeddedAzure,
    )
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database, Identity
    from adxmi_jupyter.embedded.state.world import World

USER = "mi-stranger"
SYSTEM = "system"
SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
GROUP = f"{SUBSCRIPTION}/resourceGroups/analytics"

ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Cosmos DB Account Reader Role": "fbdf93bf-df7d-467e-a4d2-9458aa1360c8",
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
}
"""Definitions of Azure roles, by name (page: Azure built-in roles)."""


@dataclass
class Scene:
    """The embedded Azure in one case; `acting` is how the line names the identity that acts.

    `fields` are those of the line that levels change.
    """

    azure: EmbeddedAzure
    database: str
    acting: str = USER
    fields: dict[str, str] = field(default_factory=dict)
    former: Identity | None = None

    @property
    def world(self) -> World:
        return self.azure.world

    @property
    def cluster(self) -> Cluster:
        return self.world.cluster

    @property
    def home(self) -> Database:
        return self.cluster.databases[self.database]

    @property
    def actor(self) -> Identity:
        """The identity that acts; one that is gone, as long as there is no other."""
        if self.acting != SYSTEM:
            return self.former or self.world.identity(self.acting)
        present = self.cluster.system_identity or self.former
        assert present is not None
        return present

    def clear(self) -> None:
        """Take every grant of the seeded world away, and what runs with one."""
        self.cluster.policy = None
        for database in self.cluster.databases.values():
            database.policy = None
            database.data_connections.clear()
            database.external_tables.clear()
        people = {one.object_id for one in self.world.principals}
        kept = [one for one in self.world.azure_roles if one.principal_id in people]
        self.world.azure_roles = kept
        for server in self.world.sql_servers.values():
            for erp in server.databases.values():
                erp.readers.clear()
                erp.writers.clear()
        for account in self.world.cosmos_accounts.values():
            account.readers.clear()

    def assign(self, name: str) -> Identity:
        """Assign a user-assigned identity to the cluster, if it is not yet."""
        found = self.world.identity(name)
        if found not in self.cluster.identities:
            self.cluster.identities.append(found)
        return found

    def remove_system_identity(self) -> None:
        """Switch the system-assigned identity off; what it was granted goes on naming it."""
        self.former = self.cluster.system_identity
        self.world.identities.remove(self.former)
        self.cluster.system_identity = None

    def allow(self, usages: Iterable[str], *, database: str = "", identity: str = "") -> None:
        """Allow an identity, else the one that acts, usages on a database or on the cluster."""
        who = self.world.identity(identity) if identity else self.actor
        place = self.cluster.databases[database] if database else self.cluster
        is_system = not who.resource_id
        item = PolicyItem(
            who.object_id, who.client_id, who.tenant_id, who.display_name, is_system, tuple(usages)
        )
        place.policy = [*(place.policy or []), item]

    def give(self, role: str, scope: str, *, identity: str = "") -> None:
        """Give an identity, else the one that acts, an Azure role at a scope."""
        who = self.world.identity(identity) if identity else self.actor
        name = f"{who.object_id} {role} {scope}"
        self.world.azure_roles.append(
            AzureRoleAssignment(name, scope, ROLES[role], who.object_id, "ServicePrincipal")
        )

    def resource(self, name: str) -> str:
        """Return the ID of a resource by its name."""
        return next(one.resource_id for one in self.world.resources if one.name == name)

    def put_into(self, role: DatabaseRole | ClusterRole, database: str = "") -> None:
        """Put the identity that acts into a security role."""
        self.world.grant(as_principal(self.actor), role, database=database)

    def put_by_object_id(self, role: DatabaseRole, database: str) -> None:
        """List it by its object ID, as Resource Manager accepts it and the cluster does not."""
        who = self.actor
        listed = Principal(
            PrincipalKind.APPLICATION,
            who.object_id,
            who.tenant_id,
            who.display_name,
            who.object_id,
        )
        self.world.grant(listed, role, database=database)

    def rule(self, callout_type: str, pattern: str, *, can_call: bool) -> None:
        """Add a rule to the callout policy."""
        rules = self.cluster.callout_policy or []
        self.cluster.callout_policy = [*rules, CalloutRule(callout_type, pattern, can_call)]
