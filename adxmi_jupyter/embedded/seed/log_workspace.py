"""A workspace of Log Analytics that storage accounts, Entra and perhaps clusters send logs to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.ids import group_id, stable_id
from adxmi_jupyter.embedded.state.log_workspaces import CATEGORIES, WORKSPACE, LogWorkspace
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adxmi_jupyter.embedded.state.clusters import Cluster, Identity
    from adxmi_jupyter.embedded.state.world import World

NAME = "contosologs"
_KEPT = timedelta(days=90)
_DAY_NS = 24 * 3600 * 1_000_000_000
_DAYS = 31
_AGENT = "Kusto.Engine"


def add_log_workspace(
    world: World, name: str = NAME, *, kept: timedelta = _KEPT, with_history: bool = False
) -> LogWorkspace:
    """Create a workspace beside the cluster, empty or with a month of what others sent there."""
    cluster = world.cluster
    group = group_id(cluster.subscription_id, cluster.resource_group)
    resource_id = f"{group}/providers/{WORKSPACE}/{name}"
    history = add_month_of_logs if with_history else None
    workspace = LogWorkspace(resource_id, stable_id("workspace", name), kept, history=history)
    with world.lock:
        world.log_workspaces.append(workspace)
    return workspace


def send_logs(cluster: Cluster, workspace: LogWorkspace, *categories: str) -> None:
    """Let a cluster send logs to a workspace: some categories, or all."""
    logs = [{"category": each, "enabled": True} for each in categories or CATEGORIES]
    sent = {"workspaceId": workspace.resource_id, "logs": logs}
    cluster.diagnostic_settings = {**cluster.diagnostic_settings, "to-workspace": sent}


def add_month_of_logs(world: World, workspace: LogWorkspace) -> None:
    """Let the workspace have a month of sign-ins and of requests to storage accounts.

    Each external table was read, and each continuous export wrote, once a day as its identity.
    """
    used, now_ns = [*_used(world)], world.clock()
    days = [now_ns - day * _DAY_NS for day in range(_DAYS, 0, -1)]
    days += [now_ns - _DAY_NS // 24]
    touched = [_touch(world, moment, *each) for moment in days for each in used]
    signed = [_sign_in(moment, identity) for moment in days for identity in _signing(used)]
    workspace.tables.setdefault("StorageBlobLogs", []).extend(touched)
    workspace.tables.setdefault("AADManagedIdentitySignInLogs", []).extend(signed)
    workspace.tables.setdefault("AzureActivity", []).append(_assigned(world, days[0]))


def _used(world: World) -> Iterator[tuple[Identity, str, bool]]:
    """Yield identities, the storage accounts that they reach, and whether they write there."""
    for database in world.cluster.databases.values():
        exported = {each.external_table for each in database.continuous_exports.values()}
        for table in database.external_tables.values():
            for each in table.connection_strings:
                location, _, named = each.partition(";managed_identity=")
                account = location.removeprefix("https://").partition(".")[0]
                identity = _named(world, named)
                if identity is not None and account in world.storage_accounts:
                    yield identity, account, table.name in exported


def _named(world: World, word: str) -> Identity | None:
    if word == "system":
        return world.cluster.system_identity
    return next((each for each in world.identities if word and each.object_id == word), None)


def _signing(used: Sequence[tuple[Identity, str, bool]]) -> list[Identity]:
    return list({each.object_id: each for each, _, _ in used}.values())


def _touch(
    world: World, moment_ns: int, identity: Identity, account: str, writes: bool
) -> dict[str, Any]:
    return {
        "TimeGenerated": moment_of(moment_ns),
        "AccountName": account,
        "OperationName": "PutBlob" if writes else "GetBlob",
        "AuthenticationType": "OAuth",
        "RequesterObjectId": identity.object_id,
        "RequesterAppId": identity.client_id,
        "RequesterTenantId": identity.tenant_id,
        "UserAgentHeader": _AGENT,
        "StatusCode": "201" if writes else "200",
        "StatusText": "Success",
        "_ResourceId": world.storage_accounts[account].resource_id.casefold(),
    }


def _sign_in(moment_ns: int, identity: Identity) -> dict[str, Any]:
    return {
        "TimeGenerated": moment_of(moment_ns),
        "ServicePrincipalId": identity.object_id,
        "AppId": identity.client_id,
        "ServicePrincipalName": identity.display_name,
        "ResourceDisplayName": "Azure Storage",
        "ResultType": "0",
    }


def _assigned(world: World, moment_ns: int) -> dict[str, Any]:
    cluster = world.cluster
    group = group_id(cluster.subscription_id, cluster.resource_group)
    return {
        "TimeGenerated": moment_of(moment_ns),
        "OperationNameValue": "MICROSOFT.KUSTO/CLUSTERS/WRITE",
        "Caller": f"admin@{world.tenant_domain}",
        "ActivityStatusValue": "Success",
        "SubscriptionId": cluster.subscription_id,
        "ResourceProviderValue": "MICROSOFT.KUSTO",
        "_ResourceId": f"{group}/providers/Microsoft.Kusto/clusters/{cluster.name}".casefold(),
    }
