"""More clusters around the seeded one: a fleet to learn on, with what fleets are like.

Clusters share identities, one is stopped, one is closed to the public network, one differs from its
sibling, one follows another; an identity is deleted, one lives where the admin may not look, and a
Synapse pool is left over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.seed.azure import add_subscription
from adxmi_jupyter.embedded.state.clusters import (
    RUNNING,
    STOPPED,
    Database,
    Identity,
    PolicyItem,
    Table,
)
from adxmi_jupyter.embedded.state.followers import follow_leaders
from adxmi_jupyter.embedded.state.ids import group_id, identity_id, stable_id
from adxmi_jupyter.embedded.state.resources import ManagementGroup, Resource, Subscription

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.world import World

POOLS = "Microsoft.Synapse/workspaces/kustoPools"
GROUP = "contoso-data"
_RETAIL, _LAB, _FINANCE = "Contoso Retail", "Contoso Lab", "Contoso Finance"
_SALES = (("OrderId", "long"), ("Store", "string"), ("Amount", "real"))
_PROD = {"stage": "prod", "team": "retail"}


def add_fleet(world: World) -> None:
    """Put a fleet around the seeded cluster, in subscriptions of their own."""
    retail = add_subscription(world, _RETAIL, "stores")
    lab = add_subscription(world, _LAB, "experiments")
    finance = Subscription(
        stable_id("subscription", _FINANCE), _FINANCE, {"ledger": world.cluster.region}
    )
    world.subscriptions.append(finance)
    below = [retail.subscription_id, lab.subscription_id]
    world.management_groups.append(ManagementGroup(GROUP, "Contoso Data", below))
    _add_retail(world, retail, finance)
    _add_lab(world, lab)
    world.at(add_cluster(world, "contosoledger", _FINANCE, [])).add_database("Ledger")
    follow_leaders(world.clusters)


def _add_retail(world: World, retail: Subscription, finance: Subscription) -> None:
    export = world.identity("mi-export")
    own = add_identity(world, "mi-retail", retail)
    foreign = add_identity(world, "mi-finance", finance)
    sales = [policy_item(export, "ExternalTable"), policy_item(own, "NativeIngestion")]
    east = add_cluster(world, "contosoretaileu", _RETAIL, [export, own], tags=_PROD)
    add_database(east, "Sales", sales)
    add_database(east, "Stock", [policy_item(own, "DataConnection")])
    west = add_cluster(
        world, "contosoretailus", _RETAIL, [export, own, foreign], region="eastus", tags=_PROD
    )
    west.provisioning_state = "Failed"
    add_database(west, "Sales", sales)
    add_database(west, "Stock", [policy_item(own, "DataConnection"), policy_item(export, "All")])
    west.policy = [policy_item(foreign, "AutomatedFlows")]
    add_cluster(world, "contosoreports", _RETAIL, [export], tags={"stage": "prod"})
    world.at(east).follow("Sales", by="contosoreports")


def _add_lab(world: World, lab: Subscription) -> None:
    gone = _identity(world, "mi-lab", lab)
    gone.deleted = True
    bench = add_cluster(
        world, "contosolab", _LAB, [world.identity("mi-export"), gone], state=STOPPED
    )
    bench.tags = {"stage": "test"}
    add_database(bench, "Experiments", [policy_item(gone, "ExternalTable")])
    vault = add_cluster(world, "contosovault", _LAB, [], tags={"stage": "prod"})
    vault.settings["publicNetworkAccess"] = "Disabled"
    add_database(vault, "Vault", None)
    group = group_id(lab.subscription_id, "experiments")
    pool = f"{group}/providers/{POOLS.replace('/kustoPools', '')}/contososynapse/kustoPools/old"
    world.resources.append(Resource(pool, POOLS, world.cluster.region))


def add_cluster(
    world: World,
    name: str,
    subscription: str,
    identities: list[Identity],
    *,
    region: str = "",
    state: str = RUNNING,
    tags: Mapping[str, str] | None = None,
) -> Cluster:
    """Create a cluster with these identities; the admin administers it, and all tenants may call.

    `subscription` is a name.
    """
    cluster = world.add_cluster(name, subscription=subscription, region=region, state=state)
    cluster.identities = list(identities)
    cluster.tags = dict(tags or {})
    cluster.settings["trustedExternalTenants"] = [{"value": "*"}]
    return cluster


def add_database(
    cluster: Cluster,
    name: str,
    policy: list[PolicyItem] | None,
    tables: tuple[str, ...] = ("Facts",),
) -> Database:
    """Create a database with a policy and empty tables; its ID is that of this cluster only."""
    made = {table: Table(table, _SALES) for table in tables}
    database = Database(name, stable_id("database", cluster.name, name), made, policy)
    cluster.databases[name] = database
    return database


def add_identity(world: World, name: str, subscription: Subscription) -> Identity:
    """Create a user-assigned identity in the first group of a subscription."""
    identity = _identity(world, name, subscription)
    world.identities.append(identity)
    return identity


def _identity(world: World, name: str, subscription: Subscription) -> Identity:
    group = next(iter(subscription.groups))
    return Identity(
        name,
        stable_id("object", name),
        stable_id("client", name),
        world.tenant_id,
        identity_id(subscription.subscription_id, group, name),
        world.cluster.region,
    )


def policy_item(identity: Identity, *usages: str) -> PolicyItem:
    """Return what allows an identity these usages."""
    return PolicyItem(
        identity.object_id,
        identity.client_id,
        identity.tenant_id,
        identity.display_name,
        is_system=not identity.resource_id,
        usages=usages,
    )
