"""What depends on managed identities: external tables, continuous exports, update policies."""

import json
from datetime import timedelta

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
CONTAINER = "https://contosolake.blob.core.windows.net/archive"
SHOWS = [
    ".show external tables",
    ".show external table ArchivedOrders",
    ".show continuous-exports",
    ".show table * policy update",
    ".show table Sales.Orders policy update",
]


@pytest.fixture
def grant(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def grant_role(role, database=""):
        azure.world.grant(tester, role, database=database)

    return grant_role


@pytest.fixture
def shown_connection(azure, run):
    """Return the connection string of a storage external table as the service shows it."""

    def show(connection_string):
        azure.world.add_external_table("Probe", connection_string, database="Sales")
        (row,) = run(".show external table Probe", database="Sales")
        return row["ConnectionStrings"][0]

    return show


@pytest.fixture
def nightly(azure):
    return azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders | where Amount > 0",
        managed_identity=EXPORT_ID,
        tables=("Orders",),
        interval="1.00:00:00",
    )


def test_seeded_external_table_names_its_identity(run):
    (row,) = run(".show external tables", database="Sales")

    assert row["TableName"] == "ArchivedOrders"
    assert row["TableType"] == "Blob"
    assert row["ConnectionStrings"] == [f"{CONTAINER};managed_identity={EXPORT_ID}"]
    assert json.loads(row["Properties"])["Format"] == "Csv"


def test_one_external_table_by_name(azure, run):
    azure.world.add_external_table("Archived Orders", f"{CONTAINER};impersonate", database="Sales")

    (row,) = run(".show external table ['Archived Orders']", database="Sales")

    assert row["ConnectionStrings"] == [f"{CONTAINER};impersonate"]


@pytest.mark.parametrize(
    ("text", "database"),
    [
        (".show external tables", "Tom's Lab"),
        (".show continuous-exports", "Tom's Lab"),
        (".show continuous-exports", "Telemetry"),
    ],
)
def test_databases_without_any_show_no_rows(run, text, database):
    rows = run(text, database=database)

    assert rows == []


@pytest.mark.parametrize(
    ("connection_string", "shown"),
    [
        (CONTAINER, CONTAINER),
        (f"{CONTAINER};impersonate", f"{CONTAINER};impersonate"),
        (f"{CONTAINER};Impersonate", f"{CONTAINER};impersonate"),
        (f"{CONTAINER};managed_identity=system", f"{CONTAINER};managed_identity=system"),
        (f"{CONTAINER};Managed_Identity=system", f"{CONTAINER};managed_identity=system"),
        (f"{CONTAINER};a2V5a2V5a2V5==", f"{CONTAINER};*******"),
        (f"{CONTAINER};sharedkey=a2V5==", f"{CONTAINER};*******"),
        (f"{CONTAINER};token=eyJhbGciOi", f"{CONTAINER};*******"),
        (f"{CONTAINER};AwsCredentials=AKIA,secret", f"{CONTAINER};*******"),
        (f"{CONTAINER}?sv=2022&sig=secret", f"{CONTAINER}?*******"),
        (f"{CONTAINER};", f"{CONTAINER};"),
    ],
)
def test_secrets_of_storage_connection_strings_are_masked(
    shown_connection, connection_string, shown
):
    answer = shown_connection(connection_string)

    assert answer == shown


def test_every_connection_string_of_an_external_table_is_shown(azure, run):
    azure.world.add_external_table("Two", f"{CONTAINER};key", CONTAINER, database="Sales")

    (row,) = run(".show external table Two", database="Sales")

    assert row["ConnectionStrings"] == [f"{CONTAINER};*******", CONTAINER]


@pytest.mark.parametrize(
    ("connection_string", "shown"),
    [
        (
            'Server=tcp:erp;Authentication="Active Directory Managed Identity";User Id=x;',
            'Server=tcp:erp;Authentication="Active Directory Managed Identity";User Id=x;',
        ),
        ("Server=tcp:erp;User Id=x;Password=se;", "Server=tcp:erp;User Id=x;Password=*******;"),
        ('Server=tcp:erp;pwd="s;e""c";Database=d', "Server=tcp:erp;pwd=*******;Database=d"),
        (
            "AccountEndpoint=https://c;AccountKey=a2V5==",
            "AccountEndpoint=https://c;AccountKey=*******",
        ),
    ],
)
def test_secrets_of_sql_connection_strings_are_masked(azure, run, connection_string, shown):
    azure.world.add_external_table(
        "Stock", connection_string, database="Sales", table_type="Sql", target="dbo.Stock"
    )

    (row,) = run(".show external table Stock", database="Sales")

    properties = json.loads(row["Properties"])
    assert properties["TargetEntityName"] == "dbo.Stock"
    assert properties["TargetEntityConnectionString"] == shown
    assert row["ConnectionStrings"] == [shown]


@pytest.mark.parametrize("text", [".show continuous-exports", ".show continuous-export Nightly"])
def test_continuous_export_names_its_identity(run, nightly, text):
    (row,) = run(text, database="Sales")

    assert row["Name"] == "Nightly"
    assert row["ExternalTableName"] == "ArchivedOrders"
    assert row["Query"] == nightly.query
    assert row["IntervalBetweenRuns"] == timedelta(days=1)
    assert json.loads(row["ExportProperties"]) == {"ManagedIdentity": EXPORT_ID}
    assert json.loads(row["CursorScopedTables"]) == ["['Sales'].['Orders']"]


def test_continuous_export_without_an_identity(azure, run):
    azure.world.add_continuous_export(
        "Plain", database="Sales", external_table="ArchivedOrders", query="Orders"
    )

    (row,) = run(".show continuous-export Plain", database="Sales")

    assert json.loads(row["ExportProperties"]) == {}
    assert row["LastRunTime"] is None


def test_update_policy_names_its_identity(azure, run):
    azure.world.add_update_policy(
        "Customers",
        database="Sales",
        source="Orders",
        query="Orders | take 1",
        managed_identity=EXPORT_ID,
    )

    (row,) = run(".show table Customers policy update", database="Sales")

    assert row["PolicyName"] == "UpdatePolicy"
    assert row["EntityName"] == "[Sales].[Customers]"
    assert row["EntityType"] == "Table"
    assert json.loads(row["Policy"]) == [
        {
            "IsEnabled": True,
            "Source": "Orders",
            "SourceIsWildCard": False,
            "Query": "Orders | take 1",
            "IsTransactional": False,
            "PropagateIngestionProperties": False,
            "ManagedIdentity": EXPORT_ID,
        }
    ]


def test_update_policies_of_all_tables(azure, run):
    azure.world.add_update_policy("Customers", database="Sales", source="Orders", query="Orders")

    rows = run(".show table * policy update", database="Sales")

    assert [row["EntityName"] for row in rows] == ["[Sales].[Orders]", "[Sales].[Customers]"]
    assert rows[0]["Policy"] == "null"
    assert json.loads(rows[1]["Policy"])[0]["ManagedIdentity"] is None


def test_table_with_the_name_of_its_database_needs_no_context(run):
    (row,) = run(".show table ['Tom\\'s Lab'].Experiments policy update", database="Sales")

    assert row["EntityName"] == "[Tom's Lab].[Experiments]"


@pytest.mark.parametrize(
    ("text", "code", "error_type"),
    [
        (".show external table archivedorders", "General_BadRequest", "EntityNotFoundInContainer"),
        (".show continuous-export Nightly", "General_BadRequest", "EntityNotFoundInContainer"),
        (".show table orders policy update", "BadRequest_TableNotExist", "TableNotFound"),
        (".show table Nowhere.Orders policy update", "BadRequest_DatabaseNotExist", "Database"),
    ],
)
def test_unknown_names_are_refused(refusal, text, code, error_type):
    error = refusal(text, database="Sales")

    assert error.code == code
    assert error.type.startswith(f"Kusto.Data.Exceptions.{error_type}")
    assert error.permanent


@pytest.mark.parametrize("text", SHOWS)
@pytest.mark.parametrize("role", [DatabaseRole.USERS, DatabaseRole.VIEWERS, DatabaseRole.MONITORS])
def test_database_roles_that_may_show(connect, grant, role, text):
    grant(role, "Sales")

    answer = connect(TOKEN).execute("Sales", text)

    assert answer.errors_count == 0


@pytest.mark.parametrize("text", SHOWS)
def test_all_databases_monitor_may_show(connect, grant, text):
    grant(ClusterRole.MONITOR)

    answer = connect(TOKEN).execute("Sales", text)

    assert answer.errors_count == 0


@pytest.mark.parametrize("text", SHOWS)
def test_ingestors_may_not_show(refusal, grant, text):
    grant(DatabaseRole.INGESTORS, "Sales")

    error = refusal(text, database="Sales", token=TOKEN)

    assert error.code == "Forbidden"
    assert "on 'Sales'" in error.description


def test_scripts_skip_them(run):
    (row,) = run(".execute database script <| .show external tables", database="Sales")

    assert row["Result"] == "Skipped"


def test_external_tables_are_no_child_entities_of_the_policy(run):
    (row,) = run(".show database Sales policy managed_identity")

    assert json.loads(row["ChildEntities"]) == ["Orders", "Customers"]
