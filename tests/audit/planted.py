"""A cluster with planted findings of every rule, and as many look-alikes that are fine.

Both lists were written before the audit was run on it. A place is the rule, the database (empty for
the cluster), the identity, the usage, and a part of the subject.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import (
    ClusterRole,
    DatabaseRole,
    DataConnection,
    Principal,
    PrincipalKind,
    Table,
)
from adxmi_jupyter.embedded.azure_roles import (
    BLOB_CONTRIBUTOR,
    BLOB_READER,
    HUB_RECEIVER,
    OWNER,
    READER,
)
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.embedded.state.data_log import UPDATE_POLICY, DataOperation, Origin
from adxmi_jupyter.embedded.state.entities import StoredFunction
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.request_log import (
    LoggedRequest,
    RequestEnd,
    RequestHead,
    RequestState,
)
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment, Script

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Identity

LAKE = "https://contosolake.blob.core.windows.net"
DATABASES = ("Alpha", "Beta", "Gamma", "Delta")
FOREIGN_TENANT = "77777777-0000-4000-8000-000000000007"
GONE = "66666666-0000-4000-8000-000000000006"
FORMER_SYSTEM = "55555555-0000-4000-8000-000000000005"
KEEPS, REMOVES = "RetainPermissionOnScriptCompletion", "RemovePermissionOnScriptCompletion"

PLANTED = [
    ("MI001", "", "mi-wide", "All", ""),
    ("MI001", "", "contoso", "All", ""),
    ("MI002", "Alpha", "mi-broad", "All", ""),
    ("MI002", "Beta", "mi-broad", "All", ""),
    ("MI003", "", "mi-table", "ExternalTable", ""),
    ("MI003", "", "mi-function", "SqlRequest", ""),
    ("MI004", "Alpha", "mi-table", "SqlRequest", ""),
    ("MI004", "Beta", "mi-flow", "ExportRequest", ""),
    ("MI004", "Delta", "mi-hub", "DataConnection", ""),
    ("MI004", "Delta", "mi-ghost", "AzureAI", ""),
    ("MI005", "Alpha", "mi-table", "ExternalTable", ""),
    # Not planned: the two look-alikes of mi-hidden make it so.
    ("MI005", "Delta", "mi-hidden", "ExternalDataRequest", ""),
    ("MI006", "Gamma", GONE, "", ""),
    ("MI006", "Delta", "former", "", ""),
    ("MI006", "Delta", GONE, "", ""),
    ("MI007", "", "mi-idle", "", ""),
    # Not planned: who calls the cluster need not be assigned to it.
    ("MI007", "", "mi-admin", "", ""),
    ("MI008", "", "mi-ghost", "", ""),
    ("MI009", "Alpha", "mi-plugin", "SandboxArtifacts", ""),
    ("MI010", "", "mi-shared", "", ""),
    ("MI010", "", "mi-stage", "", ""),
    ("MI011", "", "mi-flow", "", "AllDatabasesViewer"),
    ("MI011", "", "mi-admin", "", "AllDatabasesAdmin"),
    ("MI012", "Beta", "mi-flow", "", "admins"),
    ("MI013", "", "mi-table", "", "Storage Blob Data Contributor"),
    ("MI013", "", "mi-hub", "", "Owner"),
    ("MI014", "Gamma", "", "", "script deploy"),
    ("MI015", "Beta", "", "", "Signed"),
    ("MI015", "Gamma", "", "", "keyed"),
    ("MI016", "", "", "", "diagnostic settings"),
    ("MI017", "", "", "", "AllDatabasesMonitor of misnamed"),
    ("MI018", "", "", "", "trustedExternalTenants"),
]

LOOK_ALIKES = [
    ("MI001", "", "mi-every", "", "several usages on the cluster, none of them All"),
    ("MI002", "Gamma", "mi-sql", "", "several usages on a database, none of them All"),
    ("MI003", "", "mi-every", "ExternalTable", "needed in every database"),
    ("MI003", "", "mi-hidden", "ExternalDataRequest", "requests elsewhere hide their identity"),
    ("MI003", "", "mi-flow", "AutomatedFlows", "a flow that is gone ran elsewhere"),
    ("MI003", "", "mi-plugin", "SandboxArtifacts", "counts on the cluster only"),
    ("MI004", "Gamma", "mi-sql", "SqlRequest", "ran 25 days ago"),
    ("MI004", "Gamma", "mi-sql", "ExportRequest", "only failed: wanted"),
    ("MI004", "Alpha", "mi-sdk", "NativeIngestion", "leaves no trace that can be read"),
    ("MI004", "Alpha", "mi-young", "AzureAI", "allowed today"),
    ("MI004", "Delta", "mi-hidden", "ExternalDataRequest", "h@ hides the identity"),
    ("MI004", "Beta", "mi-function", "ExternalDataRequest", "a stored function names it"),
    ("MI004", "Beta", "mi-function", "FutureUsage", "newer than this release"),
    ("MI004", "Delta", "mi-old", "AutomatedFlows", "an update policy that is gone ran"),
    ("MI004", "Alpha", "mi-plugin", "SandboxArtifacts", "without effect: MI009 tells it"),
    ("MI005", "Beta", "mi-function", "ExternalTable", "another identity has it on the cluster"),
    ("MI006", "", "contoso", "", "the present system-assigned identity"),
    ("MI006", "Gamma", "mi-sql", "", "its object ID is in capital letters"),
    ("MI007", "", "mi-key", "", "the customer-managed key is read with it"),
    ("MI007", "", "mi-arm", "", "a data connection names it, and no policy"),
    ("MI008", "", "mi-table", "", "one usage has a trace, another none"),
    ("MI008", "", "mi-sdk", "", "cannot be told"),
    ("MI008", "", "mi-hub", "", "a connection names it that no policy allows"),
    ("MI009", "", "mi-plugin", "SandboxArtifacts", "on the cluster it counts"),
    ("MI010", "", "mi-near", "", "shared within the subscription and environment"),
    ("MI011", "", "mi-sdk", "", "AllDatabasesMonitor reads no data"),
    ("MI012", "Gamma", "mi-flow", "", "Viewer"),
    ("MI012", "Delta", "mi-sdk", "", "Admin that sends requests of its own"),
    ("MI013", "", "mi-every", "", "the smallest role on the container"),
    ("MI013", "", "mi-sql", "", "may export, which leaves no object"),
    ("MI014", "Alpha", "", "", "a script that removes its permission"),
    ("MI014", "Delta", "", "", "its deployer is no longer Admin"),
    ("MI015", "Delta", "", "", "impersonation, public files, and identities"),
    ("MI017", "", "mi-admin", "", "by the client ID"),
]


def plant(world):
    """Make the world: everything that the two lists are about."""
    cluster = world.cluster
    cluster.databases.clear()
    cluster.identities.clear()
    cluster.policy = None
    world.azure_roles = [one for one in world.azure_roles if one.principal_type == "User"]
    for other in world.other_clusters:
        other.identities = []
    names = (
        *("wide", "broad", "table", "flow", "hub", "ghost", "idle", "plugin", "shared", "stage"),
        *("admin", "every", "sql", "hidden", "sdk", "young", "function", "old", "key", "arm"),
        "near",
    )
    for name in names:
        world.add_identity(f"mi-{name}")
    for name in DATABASES:
        made = world.add_database(name, tables=(Table("Raw", (("Id", "long"),)),))
        made.tables["Clean"] = Table("Clean", (("Id", "long"),))
    _policies(world)
    _objects(world)
    _logs(world)
    _azure(world)


def _policies(world):
    cluster = world.cluster
    cluster.policy = [
        _item(world, "mi-wide", "All"),
        _item(world, "contoso", "All"),
        _item(world, "mi-table", "ExternalTable"),
        _item(world, "mi-flow", "AutomatedFlows"),
        _item(world, "mi-every", "ExternalTable"),
        _item(world, "mi-function", "SqlRequest"),
        _item(world, "mi-hidden", "ExternalDataRequest"),
        _item(world, "mi-plugin", "SandboxArtifacts"),
        _item(world, "mi-shared", "SandboxArtifacts"),
        _item(world, "mi-stage", "SandboxArtifacts"),
        _item(world, "mi-near", "SandboxArtifacts"),
    ]
    shouting = _item(world, "mi-sql", "SqlRequest", "ExportRequest")
    policies = {
        "Alpha": [
            _item(world, "mi-broad", "All"),
            _item(world, "mi-table", "ExternalTable", "SqlRequest"),
            _item(world, "mi-plugin", "SandboxArtifacts"),
            _item(world, "mi-sdk", "NativeIngestion"),
        ],
        "Beta": [
            _item(world, "mi-broad", "All"),
            _item(world, "mi-flow", "ExportRequest"),
            _item(world, "mi-function", "ExternalDataRequest", "ExternalTable", "FutureUsage"),
        ],
        "Gamma": [
            PolicyItem(GONE, "", world.tenant_id, "", False, ("ExternalTable",)),
            PolicyItem(shouting.object_id.upper(), *_rest(shouting)),
        ],
        "Delta": [
            PolicyItem(GONE, "", world.tenant_id, "", False, ("AzureAI",)),
            PolicyItem(FORMER_SYSTEM, "", world.tenant_id, "former", True, ("ExternalTable",)),
            _item(world, "mi-hub", "DataConnection"),
            _item(world, "mi-ghost", "AzureAI"),
            _item(world, "mi-hidden", "ExternalDataRequest"),
            _item(world, "mi-old", "AutomatedFlows"),
        ],
    }
    for name, items in policies.items():
        cluster.databases[name].policy = items


def _item(world, name, *usages):
    one: Identity = world.identity(name)
    is_system = one is world.cluster.system_identity
    return PolicyItem(one.object_id, one.client_id, one.tenant_id, name, is_system, usages)


def _rest(item):
    return item.client_id, item.tenant_id, item.display_name, item.is_system, item.usages


def _objects(world):
    def as_(name):
        return f";managed_identity={world.identity(name).object_id}"

    world.add_external_table("Archive", f"{LAKE}/archive{as_('mi-table')}", database="Alpha")
    for name in DATABASES:
        world.add_external_table("Shared", f"{LAKE}/shared{as_('mi-every')}", database=name)
    world.add_external_table("Mine", f"{LAKE}/mine{as_('mi-function')}", database="Beta")
    world.add_external_table("Signed", f"{LAKE}/signed?sv=2024&sig=c2VjcmV0", database="Beta")
    world.add_external_table("Asking", f"{LAKE}/asking;impersonate", database="Delta")
    world.add_external_table("Open", f"{LAKE}/open", database="Delta")
    flow = world.identity("mi-flow").object_id
    world.add_update_policy(
        "Clean", database="Beta", source="Raw", query="Raw", managed_identity=flow
    )
    world.add_continuous_export(
        "Nightly", database="Gamma", external_table="Shared", query="Raw", managed_identity=flow
    )
    body = f'{{ externaldata(Line:string) ["{LAKE}/lines{as_("mi-function")}"] }}'
    world.cluster.databases["Beta"].functions["Lines"] = StoredFunction("Lines", "()", body)
    function = world.identity("mi-function").object_id
    text = "Server=tcp:contososql.database.windows.net;Database=Erp;Authentication=Active Directory"
    body = f"{{ evaluate sql_request('{text} Managed Identity;User Id={function}', 'select 1') }}"
    world.cluster.databases["Gamma"].functions["Stock"] = StoredFunction("Stock", "()", body)
    hub = next(one for one in world.resources if one.name == "contosohub").resource_id
    for database, name, identity in (
        ("Alpha", "orders", "mi-hub"),
        ("Alpha", "armed", "mi-arm"),
        ("Gamma", "keyed", ""),
    ):
        properties = {
            "eventHubResourceId": f"{hub}/eventhubs/orders",
            "consumerGroup": name,
            "tableName": "Raw",
            "dataFormat": "JSON",
        }
        if identity:
            properties["managedIdentityResourceId"] = world.identity(identity).resource_id
        connections = world.cluster.databases[database].data_connections
        connections.append(DataConnection(name, "EventHub", properties))


def _logs(world):
    sql, hidden = world.identity("mi-sql").object_id, world.identity("mi-hidden").object_id
    sdk = as_principal(world.identity("mi-sdk"))
    erp = 'Server=tcp:contososql.database.windows.net;Database=Erp;Authentication="Active Directory'
    _log(
        world, "Gamma", 25,
        f"evaluate sql_request('{erp} Managed Identity\";User Id={sql}', 'select 1')",
    )  # fmt: skip
    table = world.identity("mi-table").object_id
    stock = f"evaluate sql_request('{erp} Managed Identity\";User Id={table}', 'select 1')"
    _log(world, "Alpha", 8, f".create function Stock() {{ {stock} }}")
    export = f'.export to csv ("{LAKE}/out;managed_identity={sql}") <| Raw'
    _log(world, "Gamma", 9, export, failed=True)
    _log(world, "Alpha", 4, f'externaldata(L:string)["{LAKE}/a;managed_identity={hidden}"]')
    _log(world, "Beta", 4, "externaldata(L:string)[h@'*******']")
    _log(world, "Delta", 6, "externaldata(L:string)[h@'*******']")
    names = "external_artifacts=bag_pack('a.zip'"
    for name in ("mi-plugin", "mi-shared", "mi-stage", "mi-near"):
        who = world.identity(name).object_id
        text = f"evaluate python(typeof(*), 'x', {names}, '{LAKE}/py;managed_identity={who}'))"
        _log(world, "Alpha", 3, text)
    _log(world, "Delta", 2, "Raw | count", principal=sdk)
    for name in DATABASES:
        _log(world, name, 5, "external_table('Shared') | count")
    made = Origin(UPDATE_POLICY, properties={"SourceTable": "Raw"})
    operations = world.cluster.logs.data.operations
    operations.append(DataOperation(_ns(7), "Delta", "Gone", made, 3))
    operations.append(DataOperation(_ns(1), "Beta", "Clean", made, 3))


def _ns(days):
    return round((datetime.now(UTC) - timedelta(days=days)).timestamp()) * 10**9


def _log(world, database, days, text, *, failed=False, principal=None):
    caller = principal or world.principal("embedded-reader")
    is_query = not text.startswith(".")
    head = RequestHead(
        stable_id("client", text, database), stable_id("activity", text, database), text, database,
        caller.fqn, caller.shown_name, caller.shown_name, "KusWeb", is_query, _ns(days),
    )  # fmt: skip
    state = RequestState.FAILED if failed else RequestState.COMPLETED
    kind = "" if is_query else "DataExportToFile"
    world.cluster.logs.requests.add(LoggedRequest(head, RequestEnd(state, command_type=kind)))


def as_principal(identity):
    return Principal(
        PrincipalKind.APPLICATION,
        identity.client_id,
        identity.tenant_id,
        identity.display_name,
        identity.object_id,
    )


def _azure(world):
    cluster = world.cluster
    cluster.tags = {"environment": "production"}
    cluster.settings["trustedExternalTenants"] = [{"value": "*"}]
    cluster.settings["keyVaultProperties"] = {
        "keyName": "data",
        "keyVaultUri": "https://contosokeys.vault.azure.net",
        "userIdentity": world.identity("mi-key").resource_id,
    }
    world.other_clusters[0].identities = [world.identity("mi-shared")]
    staging = world.add_cluster("contosostaging", subscription="Contoso")
    staging.tags, staging.identities = {"environment": "staging"}, [world.identity("mi-stage")]
    twin = world.add_cluster("contosotwin", subscription="Contoso")
    twin.tags, twin.identities = {"environment": "production"}, [world.identity("mi-near")]
    _roles(world)
    _azure_roles(world)
    _scripts(world)


def _roles(world):
    def grant(name, role, database=""):
        world.grant(as_principal(world.identity(name)), role, database=database)

    grant("mi-flow", ClusterRole.VIEWER)
    grant("mi-admin", ClusterRole.ADMIN)
    grant("mi-sdk", ClusterRole.MONITOR)
    grant("mi-flow", DatabaseRole.ADMINS, "Beta")
    grant("mi-flow", DatabaseRole.VIEWERS, "Gamma")
    grant("mi-sdk", DatabaseRole.ADMINS, "Delta")
    own = world.tenant_id
    wrong = stable_id("misnamed")
    world.grant(
        Principal(PrincipalKind.APPLICATION, wrong, own, "misnamed", wrong), ClusterRole.MONITOR
    )
    guest = stable_id("guest")
    visitor = Principal(PrincipalKind.USER, guest, FOREIGN_TENANT, "guest", guest)
    world.grant(visitor, DatabaseRole.VIEWERS, database="Alpha")


def _azure_roles(world):
    lake = next(one for one in world.resources if one.name == "contosolake").resource_id
    hub = next(one for one in world.resources if one.name == "contosohub").resource_id
    for name, role, scope in (
        ("mi-table", BLOB_CONTRIBUTOR, lake),
        ("mi-hub", OWNER, hub),
        ("mi-hub", HUB_RECEIVER, f"{hub}/eventhubs/orders"),
        ("mi-every", BLOB_CONTRIBUTOR, f"{lake}/blobServices/default/containers/shared"),
        ("mi-function", BLOB_READER, f"{lake}/blobServices/default/containers/mine"),
        ("mi-table", READER, lake),
        ("mi-sql", BLOB_CONTRIBUTOR, lake),
    ):
        one = world.identity(name).object_id
        made = stable_id("role", one, role.role_id, scope)
        world.azure_roles.append(
            AzureRoleAssignment(made, scope, role.role_id, one, "ServicePrincipal")
        )


def _scripts(world):
    databases = world.cluster.databases
    pipeline = Principal(
        PrincipalKind.APPLICATION,
        stable_id("pipeline"),
        world.tenant_id,
        "pipeline",
        stable_id("pipeline object"),
    )
    world.grant(pipeline, DatabaseRole.ADMINS, database="Gamma")
    world.grant(pipeline, DatabaseRole.ADMINS, database="Alpha")
    for database, name, action in (
        ("Gamma", "deploy", KEEPS),
        ("Alpha", "clean", REMOVES),
        ("Delta", "moved", KEEPS),
    ):
        data = {
            "createdBy": pipeline.identifier,
            "createdByType": "Application",
            "createdAt": "2026-01-05T08:00:00Z",
            "lastModifiedBy": pipeline.identifier,
            "lastModifiedByType": "Application",
            "lastModifiedAt": "2026-01-05T08:00:00Z",
        }
        given = {"scriptContent": ".show version", "principalPermissionsAction": action}
        databases[database].scripts[name] = Script(name, given, data)
