"""`%adxmi WORKFLOW check NAME`: one that exists, whatever kind it is of."""

import json
from datetime import timedelta

import pytest

from adxmi_jupyter.embedded.state.entities import AccelerationPolicy, StoredFunction
from adxmi_jupyter.embedded.state.resources import DataConnection
from adxmi_jupyter.errors import ConflictingOptions, InvalidValue, WorkflowNotFound
from adxmi_jupyter.magics.console import execute
from adxmi_jupyter.model import kql

LAKE = "https://contosolake.blob.core.windows.net"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
CLUSTER = f"{GROUP}/Microsoft.Kusto/clusters/contoso"
EXPORT_ID = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/mi-export"
HUB = f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs"
BEGINS = ["kind of ID", "identity exists", "assigned to the cluster", "allowed by policy"]
IN_AZURE = ["same tenant", "Azure role"]
ADO = "Authentication=Active Directory Managed Identity"
PLACES = {
    "blob": f"{LAKE}/landing/orders.csv;managed_identity={EXPORT}",
    "sql": f"Server=tcp:contososql.database.windows.net;Initial Catalog=Erp;{ADO};User Id={EXPORT}",
    "cosmos": (
        "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;"
        f"Collection=Baskets;{ADO};User Id={EXPORT}"
    ),
    "model": (
        "https://contosoai.openai.azure.com/openai/deployments/text-embedding/embeddings"
        f"?api-version=2024-06-01;managed_identity={EXPORT}"
    ),
}
CALLS = {
    "externaldata": ("externaldata(A:int)[{}]", "blob"),
    "infer-storage-schema": (
        "evaluate infer_storage_schema(dynamic({{'StorageContainers': [{}]}}))",
        "blob",
    ),
    "python-plugin": (
        "Orders | evaluate python(typeof(*), 'x', external_artifacts=dynamic({{'a.zip': {}}}))",
        "blob",
    ),
    "sql-request": ("evaluate sql_request({}, 'select 1')", "sql"),
    "cosmosdb-sql-request": ("evaluate cosmosdb_sql_request({}, 'select * from c')", "cosmos"),
    "ai-embeddings": ("Orders | evaluate ai_embeddings(Region, {})", "model"),
}
OF_FUNCTIONS = {
    "externaldata": [*BEGINS, "callout policy", *IN_AZURE],
    "infer-storage-schema": [*BEGINS, "callout policy", *IN_AZURE],
    "python-plugin": [BEGINS[0], "plugin", *BEGINS[1:], "callout policy", *IN_AZURE],
    "sql-request": [*BEGINS, "callout policy", "permission at the target"],
    "cosmosdb-sql-request": [*BEGINS, "callout policy", "same tenant", "Cosmos DB role"],
    "ai-embeddings": [*BEGINS, "callout policy", *IN_AZURE],
}


@pytest.fixture
def sales(azure):
    return azure.world.cluster.databases["Sales"]


def add_function(database, name, body):
    database.functions[name] = StoredFunction(name, "()", f"{{ {body} }}")


def requirements(frame):
    return list(frame["requirement"])


@pytest.mark.nightly
@pytest.mark.parametrize("noun", CALLS)
def test_a_function_is_checked_by_its_name(magic, sales, noun):
    call, place = CALLS[noun]
    add_function(sales, "Fetch", call.format(kql.string_literal(PLACES[place])))

    frame = magic(f"{noun} check Fetch --database Sales")

    assert requirements(frame) == OF_FUNCTIONS[noun]
    assert set(frame["workflow"]) == {noun}
    assert set(frame["name"]) == {"Fetch"}
    assert set(frame[frame["requirement"].isin(BEGINS[:3])]["state"]) == {"met"}


@pytest.mark.nightly
def test_a_function_that_calls_several_is_checked_for_each(magic, sales):
    calls = [CALLS[noun][0].format(kql.string_literal(PLACES[CALLS[noun][1]])) for noun in CALLS]
    add_function(sales, "All", " ; ".join(calls))

    frame = magic("check --database Sales")

    functions = frame[frame["name"] == "Sales/All"]
    assert set(functions["workflow"]) == set(CALLS)
    assert {
        noun: list(functions[functions["workflow"] == noun]["requirement"]) for noun in CALLS
    } == OF_FUNCTIONS


@pytest.mark.nightly
def test_an_external_table_is_checked_by_its_name(magic):
    frame = magic("external-table check ArchivedOrders --database Sales")

    assert requirements(frame) == [*BEGINS, "callout policy", *IN_AZURE, "follower clusters"]
    assert set(frame["state"]) == {"met"}


@pytest.mark.nightly
def test_a_continuous_export_is_checked_through_its_table(magic, azure):
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders | join database('Telemetry').Events on $left.Region == $right.Level",
        managed_identity=EXPORT,
    )

    frame = magic("continuous-export check Nightly --database Sales")

    assert requirements(frame) == [
        *BEGINS,
        *("security role", "security role", "external table", "allowed by policy"),
        *("callout policy", *IN_AZURE),
    ]
    assert list(frame[frame["requirement"] == "security role"]["fix"]) == [
        "%adxmi role grant --database Sales --role viewers --identity mi-export",
        "%adxmi role grant --database Telemetry --role viewers --identity mi-export",
    ]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"is_disabled": True}, "disabled; .enable continuous-export enables it"),
        (
            {"last_run_result": "Failed"},
            "the last run failed; .show continuous-export NAME failures shows why",
        ),
    ],
)
def test_an_export_that_does_not_run_is_a_warning(magic, azure, more, told):
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
        **more,
    )

    last = magic("continuous-export check Nightly --database Sales").iloc[-1]

    assert (last["requirement"], last["subject"], last["state"]) == ("state", "Nightly", "warning")
    assert last["detail"] == told


def test_an_update_policy_of_two_identities_is_checked_for_both(magic, azure):
    ingest = azure.world.identity("mi-ingest").object_id
    for source, who in (("Orders", EXPORT), ("Returns", ingest)):
        azure.world.add_update_policy(
            "Customers", database="Sales", source=source, query=source, managed_identity=who
        )

    frame = magic("update-policy check Customers --database Sales")

    assert list(frame[frame["requirement"] == "assigned to the cluster"]["subject"]) == [
        "mi-export",
        "mi-ingest",
    ]


@pytest.mark.nightly
def test_query_acceleration_is_checked_by_the_name_of_its_table(magic, azure):
    azure.world.add_external_table(
        "Lake",
        f"{LAKE}/delta/orders;impersonate",
        database="Telemetry",
        table_type="Delta",
        acceleration=AccelerationPolicy(
            is_enabled=False, hot=timedelta(days=7), managed_identity=EXPORT
        ),
    )

    frame = magic("query-acceleration check Lake --database Telemetry")

    assert requirements(frame) == [*BEGINS, "external table", "callout policy", *IN_AZURE, "state"]
    assert frame.iloc[-1]["state"] == "warning"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("noun", "kind", "properties", "requirements_beyond"),
    [
        ("event-hub", "EventHub", {"eventHubResourceId": HUB}, IN_AZURE),
        (
            "event-hub",
            "EventHubWithManagedIdentity",
            {"eventHubResourceIdForManagedIdentity": HUB},
            IN_AZURE,
        ),
        (
            "event-grid",
            "EventGrid",
            {
                "eventHubResourceId": HUB,
                "storageAccountResourceId": f"{GROUP}/Microsoft.Storage/storageAccounts/contosolake",
            },
            [*IN_AZURE, *IN_AZURE],
        ),
        (
            "cosmosdb-connection",
            "CosmosDb",
            {
                "cosmosDbAccountResourceId": (
                    f"{GROUP}/Microsoft.DocumentDB/databaseAccounts/contosocosmos"
                )
            },
            [*IN_AZURE, "Cosmos DB role"],
        ),
    ],
)
@pytest.mark.parametrize(
    ("resource_id", "subject", "begins"),
    [(EXPORT_ID, "mi-export", BEGINS[1:]), (CLUSTER, "contoso", BEGINS[2:])],
)
def test_a_data_connection_is_checked_by_its_name(
    magic, sales, noun, kind, properties, requirements_beyond, resource_id, subject, begins
):
    properties = {**properties, "managedIdentityResourceId": resource_id}
    sales.data_connections.append(DataConnection("feed", kind, properties))

    frame = magic(f"{noun} check feed --database Sales")

    assert requirements(frame) == [*begins, *requirements_beyond]
    assert frame.iloc[0]["subject"] == subject
    assert list(frame["state"])[: len(begins) - 1] == ["met"] * (len(begins) - 1)


@pytest.mark.nightly
def test_a_data_connection_with_a_key_says_so(magic, sales):
    sales.data_connections.append(DataConnection("keyed", "EventHub", {"eventHubResourceId": HUB}))

    told = ["authentication", "met", "no managed identity: a key of the event hub"]
    frame = magic("event-hub check keyed --database Sales")
    assert frame[["requirement", "state", "detail"]].values.tolist() == [told]
    every = magic("event-hub check --database Sales")
    assert every[every["name"] == "keyed"][["requirement", "state", "detail"]].values.tolist() == [
        told
    ]
    assert "keyed" not in set(magic("check --database Sales")["name"])


@pytest.mark.nightly
def test_without_a_name_all_of_the_kind_are_checked(magic, azure):
    azure.world.add_external_table(
        "Other", f"{LAKE}/archive;managed_identity={EXPORT}", database="Sales"
    )

    frame = magic("external-table check --database Sales")

    assert list(dict.fromkeys(frame["name"])) == ["ArchivedOrders", "Other"]


def test_where_there_is_none_that_is_told(magic, capsys):
    frame = magic("continuous-export check --database Sales")

    assert frame[["requirement", "state", "detail"]].values.tolist() == [
        ["listing", "met", "there is none in Sales, as far as you can read"]
    ]
    assert (
        "Sales has none to check; options describe one that is planned" in capsys.readouterr().out
    )


def test_a_name_that_none_has_is_told_with_the_closest(magic):
    with pytest.raises(WorkflowNotFound) as caught:
        magic("external-table check ArchivdOrders --database Sales")

    assert caught.value.fix == "%adxmi external-table check ArchivedOrders --database Sales"
    assert caught.value.why == "there are: ArchivedOrders"


def test_a_name_and_options_exclude_each_other(magic):
    with pytest.raises(ConflictingOptions) as caught:
        magic("external-table check ArchivedOrders --database Sales --location x")

    assert caught.value.fix == "%adxmi external-table check ArchivedOrders --database Sales"


def test_a_name_and_a_cell_body_exclude_each_other(magic):
    with pytest.raises(ConflictingOptions):
        magic("continuous-export check Nightly --database Sales", "Orders")


def test_what_is_kept_nowhere_takes_no_name(magic):
    with pytest.raises(InvalidValue):
        magic("sdk-ingestion check Nightly")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi external-table check --database Sales ", ["ArchivedOrders"]),
        ("%adxmi external-table check --database Telemetry O", ["OrdersDelta"]),
        ("x = %adxmi event-hub check s", ["sales-orders"]),
    ],
)
def test_names_are_completed(azure, completions, code, expected):
    assert [text for text, _, _ in completions(code)] == expected


@pytest.mark.nightly
def test_a_hostile_name_is_found_and_text(magic, azure):
    hostile = "<b onclick=x>Tom's | \u202etable</b>"
    azure.world.add_external_table(
        hostile, f"{LAKE}/archive;managed_identity={EXPORT}", database="Sales"
    )

    frame = magic(f'external-table check "{hostile}" --database Sales')

    assert set(frame["name"]) == {hostile}
    assert "<b onclick" not in frame._repr_html_()


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["check", "--database", "Telemetry"], "external-table Telemetry/OrdersDelta"),
        (
            ["external-table", "check", "OrdersDelta", "--database", "Telemetry"],
            "external-table OrdersDelta",
        ),
    ],
)
def test_the_console_checks_too(capsys, words, title):
    code = execute(words)

    lines = capsys.readouterr().out.splitlines()
    assert code == 3
    assert lines[0] == title
    assert "  ✗ allowed by policy: mi-export ExternalTable" in lines
    assert any(" — adxmi policy grant --database Telemetry" in line for line in lines)


@pytest.mark.nightly
def test_the_console_writes_a_row_for_each_link(tmp_path):
    out = tmp_path / "links.json"

    code = execute(["check", "--database", "Telemetry", "--out", str(out)])

    assert code == 3
    assert [row["requirement"] for row in json.loads(out.read_text())] == [
        *BEGINS,
        "callout policy",
        *IN_AZURE,
        "follower clusters",
    ]


GRANT = "policy grant --database Sales --identity mi-ingest"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("policy diff --database Sales --against-cluster", 0),
        ("policy diff --database Sales --against-cluster --exit-code", 3),
        ("policy diff --database Sales --against-database Sales --exit-code", 0),
        (f"{GRANT} --usage ExportRequest -n", 0),
        (f"{GRANT} --usage ExportRequest -n --exit-code", 3),
        (f"{GRANT} --usage DataConnection -n --exit-code", 0),
        ("identity assign --identity mi-stranger -n --exit-code", 3),
        ("identity assign --identity mi-ingest -n --exit-code", 0),
        ("external-table check ArchivedOrders --database Sales --fix --dry-run --exit-code", 0),
    ],
)
def test_something_found_is_an_exit_code_where_it_is_asked_for(line, code):
    assert execute(line.split()) == code
