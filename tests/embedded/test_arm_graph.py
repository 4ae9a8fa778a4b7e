"""Resource Graph queries that find clusters and identities, through the real SDK."""

import pytest
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from adxmi_jupyter.embedded.state.resources import Resource

SUBSCRIPTION = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
CLUSTERS = "resources | where type =~ 'microsoft.kusto/clusters'"
IDENTITIES = "resources | where type == 'microsoft.managedidentity/userassignedidentities'"
KUSTO = "Microsoft.Kusto/clusters"
WEB = "microsoft.web/sites"
ANALYTICS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics"
CLUSTER_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics"
    "/providers/Microsoft.Kusto/Clusters/contoso"
)


@pytest.fixture
def ask(manage):
    """Send a query and return the answer."""

    def query(text, *, subscriptions=None, token="embedded-admin", **options):
        request = QueryRequest(
            query=text, subscriptions=subscriptions, options=QueryRequestOptions(**options)
        )
        return manage(ResourceGraphClient, token=token).resources(request)

    return query


def test_cluster_is_found_by_its_public_address(ask):
    text = "where properties.uri =~ 'https://CONTOSO.westeurope.kusto.windows.net'"

    answer = ask(f"{CLUSTERS} | {text} | project id, name, identity, properties.uri")

    (row,) = answer.data
    assert row["id"] == CLUSTER_ID
    assert row["identity"]["type"] == "SystemAssigned, UserAssigned"
    assert row["properties_uri"] == "https://contoso.westeurope.kusto.windows.net"
    assert (answer.count, answer.total_records, answer.result_truncated) == (1, 1, "false")
    assert answer.skip_token is None


@pytest.mark.parametrize("ending", ["", "/"])
def test_cluster_is_found_by_its_loopback_address(ask, azure, ending):
    text = f"{CLUSTERS} | where properties.uri =~ '{azure.kusto_uri}{ending}' | project id"

    assert ask(text).data == [{"id": CLUSTER_ID}]


def test_several_subscriptions(ask):
    text = f"{CLUSTERS} | project id, name | order by id asc"

    everywhere = [row["name"] for row in ask(text).data]
    one = [row["name"] for row in ask(text, subscriptions=[ARCHIVE.upper()]).data]
    both = [row["name"] for row in ask(text, subscriptions=[SUBSCRIPTION, ARCHIVE]).data]

    assert everywhere == both == ["contoso", "contosoarchive"]
    assert one == ["contosoarchive"]


@pytest.mark.parametrize(
    ("column", "name"), [("principalId", "mi-ingest"), ("clientId", "mi-export")]
)
def test_identity_is_found_by_its_ids(ask, azure, column, name):
    known = azure.world.identity(name)
    value = {"principalId": known.object_id, "clientId": known.client_id}[column]

    answer = ask(f"{IDENTITIES} and tostring(properties.{column}) =~ '{value}' | project id, name")

    assert answer.data == [{"id": known.resource_id, "name": name}]


def test_identities_of_a_subscription(ask):
    answer = ask(
        f"{IDENTITIES} | project name, resourceGroup, principal = properties['principalId']"
    )

    assert [(row["name"], row["resourceGroup"]) for row in answer.data] == [
        ("mi-ingest", "analytics"),
        ("mi-export", "analytics"),
        ("mi-stranger", "shared-identities"),
    ]
    assert all(row["principal"] for row in answer.data)


def test_whole_row(ask):
    (row,) = ask(f"{CLUSTERS} | where name == 'contoso'").data

    assert row["type"] == "microsoft.kusto/clusters"
    assert row["location"] == "westeurope"
    assert row["subscriptionId"] == SUBSCRIPTION
    assert row["properties"]["provisioningState"] == "Succeeded"


def test_a_resource_of_another_tenant_shows_it(ask, azure):
    text = "resources | where name in ('contosohub', 'fabrikamhub') | project name, tenantId"

    tenants = {row["name"]: row["tenantId"] for row in ask(text).data}

    assert tenants["contosohub"] == azure.world.tenant_id
    assert tenants["fabrikamhub"] not in {"", azure.world.tenant_id}


def test_system_identity_has_no_row_of_its_own(ask):
    answer = ask("resources | where name == 'contoso' | project type")

    assert answer.data == [{"type": "microsoft.kusto/clusters"}]


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("name in ('contoso', 'mi-ingest')", 2),
        ("name in~ ('CONTOSO')", 1),
        ("name != 'contoso' and name !~ 'MI-INGEST'", 12),
        ("name !in ('contoso', 'mi-ingest')", 12),
        ("name !in~ ('CONTOSO', 'mi-ingest')", 12),
        ("toupper(name) == 'CONTOSO'", 1),
        ("tolower(toupper(name)) in ('contoso', 'mi-export')", 2),
        (f"tolower(id) in ('{CLUSTER_ID.lower()}', 'x')", 1),
        (f"id in ('{CLUSTER_ID.lower()}')", 0),
        (f"id in~ ('{CLUSTER_ID.lower()}')", 1),
        ("tolower(tostring(properties.provisioningState)) == 'succeeded'", 9),
        ("tolower(properties) == ''", 0),
        ("name contains 'STRANGE' or (name startswith 'contosol')", 2),
        ("tolower(name) == 'nothing'", 0),
        ("properties.uri.deep == 'x'", 0),
        ('name == "it\'s"', 0),
    ],
)
def test_conditions(ask, condition, number):
    answer = ask(f"resources | where {condition} | count")

    assert answer.data == [{"Count": number}]


def test_order_and_take(ask):
    text = f"{IDENTITIES} | sort by resourceGroup asc, name | limit 2 | project name // newest"

    assert [row["name"] for row in ask(text).data] == ["mi-ingest", "mi-export"]


def test_pages(ask):
    text = "resources | project id | order by id asc"

    first = ask(text, top=7)
    second = ask(text, top=7, skip_token=first.skip_token)
    whole = ask(text)

    assert (first.count, first.total_records, first.result_truncated) == (7, 14, "false")
    assert (second.count, second.result_truncated, second.skip_token) == (7, "false", None)
    assert first.data + second.data == whole.data


def test_pages_need_the_id(ask):
    answer = ask("resources | project name", top=4)

    assert answer.result_truncated == "true"
    assert answer.skip_token is None


def test_skip(ask):
    answer = ask("resources | project id", skip=12)

    assert answer.count == 2


def test_table_format(ask):
    answer = ask("resources | project name, sku | take 1", result_format="table")
    empty = ask("resources | where name == '' | project name", result_format="table")
    number = ask("resources | count", result_format="table")

    assert [c["type"] for c in answer.data["columns"]] == ["string", "object"]
    assert answer.data["rows"][0][0] == "contoso"
    assert empty.data == {"columns": [], "rows": []}
    assert number.data["columns"] == [{"name": "Count", "type": "integer"}]


def test_index_has_no_ids_of_identities_without_a_right_to_read_them(ask):
    answer = ask("resources | project name", token="embedded-reader")

    assert answer.data == [{"name": "contoso"}]


def test_caller_without_any_role_has_no_subscription(ask, azure, refused):
    azure.world.add_principal("nobody", token="nobody")

    error = refused(ask, CLUSTERS, token="nobody")

    assert error.status_code == 400
    assert error.error.details[0].code == "NoValidSubscriptionsInQueryRequest"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources | make-series count() on name", "make-series"),
        ("resources | frobnicate", "frobnicate"),
        (f"resources | where {'(' * 200}name == 'x'{')' * 200}", "nested so deeply"),
        (f"resources | project x = dynamic({'[' * 3000}{']' * 3000})", "nested so deeply"),
        ("resources | where", "ends too early"),
        ("resources | where name == contoso", "'contoso'"),
        ("where name == 'x'", "'where'"),
        ("resources |", "ends too early"),
        ("resources | where Name == 'x'", "'Name'"),
    ],
)
def test_what_is_not_understood_is_said(ask, refused, text, reason):
    error = refused(ask, text)

    assert error.status_code == 400
    assert error.error.code == "BadRequest"
    assert reason in error.error.message


def test_types_are_counted(ask):
    text = "resources | where type has 'kusto' | summarize n = count() by type | order by n desc"

    (row, *_) = ask(text).data

    assert (row["type"], row["n"]) == ("microsoft.kusto/clusters", 2)


def test_other_tables_are_refused(ask, refused):
    error = refused(ask, "advisorresources | project name")

    assert "advisorresources" in error.error.message


def test_request_without_a_query_is_refused(send):
    path = "/providers/Microsoft.ResourceGraph/resources"

    response = send("POST", path, version="2021-03-01", json={"query": " "})

    assert response.status_code == 400


@pytest.mark.parametrize("options", [{"$top": "many"}, {"$skipToken": {}, "$skip": "x"}, []])
def test_unreadable_options_are_refused(send, options):
    path = "/providers/Microsoft.ResourceGraph/resources"

    response = send(
        "POST", path, version="2021-03-01", json={"query": CLUSTERS, "options": options or [1]}
    )

    assert response.status_code == 400


def test_quota_headers(send):
    path = "/providers/Microsoft.ResourceGraph/resources"

    first, second = (
        send("POST", path, version="2021-03-01", json={"query": CLUSTERS}) for _ in range(2)
    )

    assert first.headers["x-ms-user-quota-remaining"] == "14"
    assert second.headers["x-ms-user-quota-remaining"] == "13"
    assert second.headers["x-ms-user-quota-resets-after"] in {"00:00:04", "00:00:05"}
    assert second.headers["x-ms-tenant-subscription-limit-hit"] == "false"


def test_quota_that_is_used_up(send, azure):
    azure.arm.graph_quota, azure.arm.throttles_graph = 2, True
    path = "/providers/Microsoft.ResourceGraph/resources"

    def answers(token):
        asked = (
            send("POST", path, version="2021-03-01", json={"query": CLUSTERS}, token=token)
            for _ in range(3)
        )
        return [(one.status_code, one.headers["x-ms-user-quota-remaining"]) for one in asked]

    assert answers("embedded-admin") == [(200, "1"), (200, "0"), (429, "0")]
    assert answers("embedded-reader")[0] == (200, "1")


@pytest.fixture
def many(azure):
    for number in range(1_100):
        azure.world.resources.append(
            Resource(f"{ANALYTICS}/providers/Microsoft.Web/sites/s{number:04}", WEB, "westeurope")
        )


@pytest.mark.nightly
def test_a_page_has_a_hundred_rows_unless_told_otherwise(ask, many):
    text = f"resources | where type =~ '{WEB}' | project id | order by id asc"

    usual, large, larger = ask(text), ask(text, top=1_000), ask(text, top=5_000)

    assert (usual.count, usual.total_records, usual.result_truncated) == (100, 1_100, "false")
    assert [large.count, larger.count] == [1_000, 1_000]
    assert usual.skip_token
    assert larger.skip_token
    rest = ask(text, top=5_000, skip_token=larger.skip_token)
    assert (rest.count, rest.skip_token) == (100, None)


@pytest.mark.parametrize("tail", ["project id", "project name | order by name asc"])
def test_rows_without_order_or_id_are_cut_and_not_paged(ask, many, tail):
    answer = ask(f"resources | where type =~ '{WEB}' | {tail}")

    assert (answer.count, answer.result_truncated, answer.skip_token) == (1_000, "true", None)


def test_skip_does_not_count_with_take(ask, many):
    text = f"resources | where type =~ '{WEB}' | project id | order by id asc | take 5"

    assert ask(text, skip=3).count == 5


def test_subscriptions_are_listed(ask):
    text = "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project name"
    groups = "resourcecontainers | where name == 'archive' | project resourceGroup, location"

    assert [row["name"] for row in ask(text).data] == ["Contoso", "Contoso Archive", "Fabrikam"]
    assert ask(groups).data == [{"resourceGroup": "archive", "location": "northeurope"}]
    assert ask(text, token="embedded-reader").data == []


def test_role_assignments_are_listed(ask, azure):
    object_id = azure.world.identity("mi-export").object_id
    text = (
        "authorizationresources "
        "| where type =~ 'microsoft.authorization/roleassignments' "
        f"and tostring(properties.principalId) in~ ('{object_id.upper()}') "
        "| project id, role = tolower(tostring(properties.roleDefinitionId)), "
        "scope = tostring(properties.scope) | order by id asc"
    )

    (row,) = ask(text).data

    assert row["role"].endswith("/ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert row["scope"].endswith("/contosolake")


def test_several_subscriptions_are_one_answer(ask, azure):
    azure.world.add_cluster("fabrikamkusto", subscription="Fabrikam", state="Running")
    every = {each.name: each.subscription_id for each in azure.world.subscriptions}
    text = "resources | where type =~ 'microsoft.kusto/clusters' | project id, name | order by name asc"

    def names(*subscriptions, **options):
        found = ask(text, subscriptions=[every[name] for name in subscriptions], **options)
        return [row["name"] for row in found.data]

    assert names("Contoso", "Fabrikam") == ["contoso", "fabrikamkusto"]
    assert names("Contoso Archive") == ["contosoarchive"]
    assert names() == ["contoso", "contosoarchive", "fabrikamkusto"]


def test_the_tenant_is_a_management_group(send, azure):
    azure.world.add_cluster("fabrikamkusto", subscription="Fabrikam")
    path, text = "/providers/Microsoft.ResourceGraph/resources", f"{CLUSTERS} | project name"
    body = {"query": text, "managementGroups": [azure.world.tenant_id]}

    found = send("POST", path, version="2024-04-01", json=body).json()["data"]
    both = send("POST", path, version="2024-04-01", json={**body, "subscriptions": ["x"]})

    assert [row["name"] for row in found] == ["contoso", "contosoarchive"]
    assert both.status_code == 400


@pytest.mark.parametrize("path", [CLUSTER_ID, f"/subscriptions/{SUBSCRIPTION}/providers/{KUSTO}"])
def test_get_and_list_through_the_graph(send, path):
    asked = f"{path}?useResourceGraph=true"
    usual, graphed = send("GET", path), send("GET", asked, version="2031-01-01")

    found = graphed.json().get("value", [graphed.json()])[0]
    assert graphed.headers["x-ms-arg-snapshot-timestamp"]
    assert found.pop("apiVersion") == "2025-02-14"
    assert found == usual.json().get("value", [usual.json()])[0]


def test_what_the_graph_does_not_know_is_answered_as_usual(send):
    path = f"{CLUSTER_ID}/databases?useResourceGraph=true"

    known, unknown = send("GET", path), send("GET", path, version="2031-01-01")

    assert known.status_code == 200
    assert "x-ms-arg-snapshot-timestamp" not in known.headers
    assert unknown.json()["error"]["code"] == "NoRegisteredProviderFound"
