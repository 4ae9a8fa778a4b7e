"""Networks of targets: what keeps a cluster out, which exceptions let it in, what ARM shows."""

import pytest
from azure.mgmt.kusto.models import ManagedPrivateEndpoint
from azure.mgmt.resourcegraph.models import QueryRequest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from adxmi_jupyter.embedded.state.ids import cluster_id
from tests.embedded.ingesting import COSMOS, INGEST_ID, LAKE, NAMESPACE, ORDER, PROVIDERS
from tests.embedded.links import allow, give

SQL = f"{PROVIDERS}/Microsoft.Sql/servers/contososql"
BLOB = "https://contosolake.blob.core.windows.net/landing/orders.csv"
FILES = "externaldata (Line: string) [h'{place}'] with (format='txt')"
STOCK = (
    "evaluate sql_request('Server=tcp:contososql.database.windows.net;Initial Catalog=Erp;"
    f'Authentication="Active Directory Managed Identity";User Id={INGEST_ID};\', '
    "'select * from Stock') : (Sku: string, Quantity: long, Price: real)"
)
BASKETS = (
    "evaluate cosmosdb_sql_request('AccountEndpoint=https://contosocosmos.documents.azure.com/;"
    'Database=Shop;Collection=Baskets;Authentication="Active Directory Managed Identity";'
    f"User Id={INGEST_ID};', 'select * from c')"
)
VECTORS = (
    "evaluate ai_embeddings('text', 'https://contosoai.openai.azure.com/openai/deployments/"
    f"text-embedding/embeddings?api-version=2024-06-01;managed_identity={INGEST_ID}')"
)


@pytest.fixture
def granted(azure, run):
    """Let `mi-ingest` do everything but pass the network."""
    world = azure.world
    allow(world.cluster, world.identity("mi-ingest"), "All")
    world.sql_servers["contososql"].databases["Erp"].readers.add(INGEST_ID)
    world.cosmos_accounts["contosocosmos"].readers.add(INGEST_ID)
    azure.assign_role("mi-ingest", "Cognitive Services OpenAI User", "contosoai")
    for kind, pattern in (("cosmosdb", "contosocosmos"), ("azure_openai", "contosoai")):
        rule = f'[{{"CalloutType": "{kind}", "CalloutUriRegex": "{pattern}", "CanCall": true}}]'
        run(f".alter-merge cluster policy callout @'{rule}'")


@pytest.fixture
def ask(run):
    return lambda query: run(query, database="Sales")


@pytest.fixture
def denied(refusal):
    return lambda query: refusal(query, database="Sales")


def files(suffix):
    return FILES.format(place=f"{BLOB};{suffix}")


BY_IDENTITY = files(f"managed_identity={INGEST_ID}")
QUERIES = {
    "contosolake": (BY_IDENTITY, "AuthorizationFailure"),
    "contososql": (STOCK, "not allowed to access the server"),
    "contosocosmos": (BASKETS, "blocked by your Cosmos DB account firewall"),
    "contosoai": (VECTORS, "Virtual Network/Firewall rules"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_firewall_keeps_the_cluster_out_with_the_words_of_the_service(
    azure, granted, ask, denied, name
):
    query, words = QUERIES[name]
    before = ask(query)
    network = azure.world.network(name)
    network.default, network.services, network.addresses = "Deny", False, ["198.51.100.7"]

    error = denied(query)

    assert before
    assert words in error.description


@pytest.mark.parametrize("name", QUERIES)
def test_an_address_rule_that_holds_the_cluster_lets_it_in(azure, granted, ask, name):
    network = azure.world.network(name)
    network.default, network.services, network.addresses = "Deny", False, ["203.0.113.0/24"]

    assert ask(QUERIES[name][0])


@pytest.mark.parametrize("name", ["contososql", "contosocosmos"])
def test_the_address_of_all_azure_lets_the_cluster_in(azure, granted, ask, name):
    azure.world.network(name).addresses = ["0.0.0.0"]

    assert ask(QUERIES[name][0])


@pytest.mark.parametrize("public", ["Enabled", "Disabled"])
def test_a_managed_identity_passes_as_a_trusted_service(azure, granted, ask, public):
    network = azure.world.network("contosolake")
    network.default, network.services, network.public = "Deny", True, public

    assert ask(BY_IDENTITY)


def test_who_is_impersonated_does_not_pass_as_a_trusted_service(azure, granted, ask, denied):
    admin = next(p for p in azure.world.principals if p.token == "embedded-admin")
    give(azure.world, admin.object_id, BLOB_READER, LAKE)
    command = f".ingest into table Orders (h'{BLOB};impersonate') with (format='csv')"
    before = ask(command)
    network = azure.world.network("contosolake")
    network.default, network.services = "Deny", True

    error = denied(command)

    assert before
    assert error.code == "Download_Forbidden"
    assert ask(command.replace("impersonate", f"managed_identity={INGEST_ID}"))


def test_trusted_services_do_not_pass_where_the_service_trusts_none(azure, granted, denied):
    network = azure.world.network("contosoai")
    network.default, network.services = "Deny", True

    assert "Firewall" in denied(VECTORS).description


def test_a_rule_for_an_instance_lets_the_system_assigned_identity_in(azure, granted, ask, denied):
    world = azure.world
    allow(world.cluster, world.cluster.system_identity, "All")
    give(world, world.cluster.system_identity.object_id, BLOB_READER, LAKE)
    network = world.network("contosolake")
    network.default, network.services = "Deny", False
    network.instances = [cluster_id(world.cluster)]

    assert ask(files("managed_identity=system"))
    assert denied(BY_IDENTITY)


def test_restricted_outbound_access_stops_calls_to_other_hosts(azure, granted, ask, denied):
    settings = azure.world.cluster.settings
    settings["restrictOutboundNetworkAccess"] = "Enabled"
    settings["allowedFqdnList"] = ["contososql.database.windows.net"]

    assert ask(STOCK)
    assert "restricts its outbound" in denied(BY_IDENTITY).description


def test_an_approved_private_endpoint_lets_the_cluster_in(azure, granted, kusto, send, denied, ask):
    azure.world.network("contososql").public = "Disabled"
    asked = ManagedPrivateEndpoint(private_link_resource_id=SQL, group_id="sqlServer")

    kusto.managed_private_endpoints.begin_create_or_update(
        "analytics", "contoso", "to-sql", asked
    ).result()
    pending = denied(STOCK)
    (waiting,) = send("GET", f"{SQL}/privateEndpointConnections", version="2021-11-01").json()[
        "value"
    ]
    state = {"privateLinkServiceConnectionState": {"status": "Approved", "description": "ok"}}
    send("PUT", waiting["id"], version="2021-11-01", json={"properties": state})

    assert "Deny Public Network Access" in pending.description
    assert waiting["properties"]["privateLinkServiceConnectionState"]["status"] == "Pending"
    assert ask(STOCK)


def test_a_removed_private_endpoint_is_gone_at_the_target(azure, kusto):
    endpoints = kusto.managed_private_endpoints
    asked = ManagedPrivateEndpoint(private_link_resource_id=LAKE, group_id="dfs")
    endpoints.begin_create_or_update("analytics", "contoso", "to-lake", asked).result()
    there = [each.name for each in endpoints.list("analytics", "contoso")]

    endpoints.begin_delete("analytics", "contoso", "to-lake").result()

    assert there == ["contoso/to-lake"]
    assert list(endpoints.list("analytics", "contoso")) == []
    assert azure.world.network("contosolake").endpoints == []


@pytest.mark.parametrize(
    ("resource_id", "group"), [(LAKE, "vault"), (f"{LAKE}s", "blob"), (COSMOS, "blob")]
)
def test_a_private_endpoint_needs_a_target_and_one_of_its_groups(
    kusto, refused, resource_id, group
):
    asked = ManagedPrivateEndpoint(private_link_resource_id=resource_id, group_id=group)
    create = kusto.managed_private_endpoints.begin_create_or_update

    assert refused(create, "analytics", "contoso", "new", asked).status_code == 400


def test_an_event_hub_lets_the_cluster_in_as_a_trusted_service(azure, new_rows, failures):
    network = azure.world.network("contosohub")
    network.public = "Disabled"

    azure.push_events("contosohub/orders", [ORDER])
    refused = failures()
    network.services = True
    azure.deliver_events()

    assert len(refused) == 1
    assert len(new_rows()) == 1


def test_the_graph_shows_the_rules_of_a_target(azure, graph):
    query = "resources | where name == 'contosolake' | project properties"
    network = azure.world.network("contosolake")
    network.default, network.addresses, network.subnets = "Deny", ["198.51.100.7"], ["/subnets/a"]

    (found,) = graph.resources(QueryRequest(query=query)).data

    acls = found["properties"]["networkAcls"]
    assert (acls["bypass"], acls["defaultAction"]) == ("AzureServices", "Deny")
    assert [each["value"] for each in acls["ipRules"]] == ["198.51.100.7"]
    assert [each["id"] for each in acls["virtualNetworkRules"]] == ["/subnets/a"]


@pytest.mark.parametrize(
    ("path", "version", "told"),
    [
        (f"{NAMESPACE}/networkRuleSets/default", "2024-01-01", ("defaultAction", "Allow")),
        (COSMOS, "2024-11-15", ("networkAclBypass", "None")),
        (LAKE, "2023-05-01", ("publicNetworkAccess", "Enabled")),
    ],
)
def test_resource_manager_shows_the_rules_of_a_target(send, path, version, told):
    name, value = told

    assert send("GET", path, version=version).json()["properties"][name] == value


def test_sql_servers_list_their_firewall_rules(azure, send):
    azure.world.network("contososql").addresses.append("198.51.100.1-198.51.100.9")

    found = send("GET", f"{SQL}/firewallRules", version="2021-11-01").json()["value"]

    assert [tuple(each["properties"].values()) for each in found] == [
        ("0.0.0.0", "0.0.0.0"),
        ("198.51.100.1", "198.51.100.9"),
    ]


def test_who_may_not_read_a_target_sees_no_rules_of_it(send):
    answer = send("GET", f"{SQL}/firewallRules", version="2021-11-01", token="embedded-reader")

    assert answer.status_code == 403
