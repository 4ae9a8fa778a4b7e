"""Who may reach a resource over which network: its firewall, its private endpoints.

Pages: Configure Azure Storage firewalls and virtual networks; Azure SQL Database server-level
firewall rules; Configure IP firewall in Azure Cosmos DB; Azure Event Hubs firewall rules; Configure
Azure AI services virtual networks; Create a managed private endpoint (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, field

STORAGE = "Microsoft.Storage/storageAccounts"
EVENT_HUBS = "Microsoft.EventHub/namespaces"
SQL = "Microsoft.Sql/servers"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
MODELS = "Microsoft.CognitiveServices/accounts"

ENABLED, DISABLED = "Enabled", "Disabled"
ALLOW, DENY = "Allow", "Deny"
PENDING, APPROVED = "Pending", "Approved"
AZURE_ADDRESSES = "0.0.0.0"  # noqa: S104 - how SQL Server and Cosmos DB write "all of Azure"
OUTBOUND_ADDRESS = "203.0.113.10"
"""The public address from which clusters call, one of those kept for documentation."""


@dataclass
class PrivateEndpoint:
    """A private endpoint that was asked for at a resource; its owner approves it, or does not."""

    name: str
    endpoint_id: str
    group: str
    status: str = PENDING
    message: str = ""


@dataclass
class ManagedPrivateEndpoint:
    """A private endpoint that a cluster asked for; `resource_id` is what it leads to.

    `region` is given for targets that need one; `system_data` tells who made it.
    """

    name: str
    resource_id: str
    group: str
    message: str = ""
    region: str = ""
    system_data: dict[str, str] = field(default_factory=dict)


@dataclass
class Network:
    """The network rules of a resource.

    `default` is what becomes of traffic that no rule allows, where rules are looked at at all.
    `addresses` are IP addresses, networks (`10.0.0.0/8`) or ranges (`10.0.0.1-10.0.0.9`),
    `subnets` and `instances` resource IDs. `services` tells whether trusted services of Azure may
    pass.
    """

    public: str = ENABLED
    default: str = ALLOW
    services: bool = False
    addresses: list[str] = field(default_factory=list)
    subnets: list[str] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)
    endpoints: list[PrivateEndpoint] = field(default_factory=list)


def network_for(kind: str) -> Network:
    """Return the rules of a new resource of a type: the cluster passes.

    A SQL server always has a firewall; what is seeded lets all of Azure through.
    """
    if kind == SQL:
        return Network(default=DENY, addresses=[AZURE_ADDRESSES])
    return Network(services=kind == STORAGE)
