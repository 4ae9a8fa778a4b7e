"""Continuous exports made, altered, shown and dropped by command."""

import json
from datetime import timedelta

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole

from .texts import COLUMNS, EXPORT_ID, INGEST_ID, SHOW, TOKEN, create


def test_definition_is_answered(nightly):
    (row,) = nightly

    assert list(row) == [
        "Name",
        "ExternalTableName",
        "Query",
        "ForcedLatency",
        "IntervalBetweenRuns",
        "CursorScopedTables",
        "ExportProperties",
    ]
    assert (row["Name"], row["ExternalTableName"], row["Query"]) == ("Nightly", "Lake", "Orders")
    assert row["IntervalBetweenRuns"] == timedelta(hours=2)
    assert json.loads(row["CursorScopedTables"]) == ["['Sales'].['Orders']"]
    assert json.loads(row["ExportProperties"]) == {"ManagedIdentity": EXPORT_ID}


def test_properties_are_kept(run, table):
    table()
    more = ", sizeLimit=104857600, distributed=false, forcedLatency=10m, isDisabled=true"

    run(create(more=more), database="Sales")

    (row,) = run(SHOW, database="Sales")
    assert row["IsDisabled"] is True
    assert row["ForcedLatency"] == timedelta(minutes=10)
    assert json.loads(row["ExportProperties"]) == {
        "SizeLimit": 104857600,
        "Distributed": False,
        "ManagedIdentity": EXPORT_ID,
    }


def test_without_over_every_table_of_the_query_counts(run, table):
    table()

    (row,) = run(create("Orders | where Region == 'Customers'", over=""), database="Sales")

    assert json.loads(row["CursorScopedTables"]) == ["['Sales'].['Orders']"]


@pytest.mark.parametrize(
    ("size", "disabled", "interval"),
    [
        ("104857600", "true", "2h"),
        ("0x6400000", "True", "120m"),
        ("long(104857600)", "bool(1)", "timespan(0.02:00:00)"),
        ("int(104857600)", "bool(true)", "time(2h)"),
        ("'104857600'", "'TRUE'", "'02:00:00'"),
        ("'1048' '57600'", "h'true'", "'2 hours'"),
    ],
)
def test_every_form_of_a_value(run, table, size, disabled, interval):
    table()
    text = create(more=f", sizeLimit={size}, isDisabled={disabled}").replace("2h", interval)

    run(text, database="Sales")

    (row,) = run(SHOW, database="Sales")
    assert json.loads(row["ExportProperties"])["SizeLimit"] == 104857600
    assert row["IsDisabled"] is True
    assert row["IntervalBetweenRuns"] == timedelta(hours=2)


@pytest.mark.parametrize("value", ["1e9", "1.5", "int(null)", "datetime(2026-01-01)", "'many'"])
def test_values_of_another_type_are_refused(refusal, table, value):
    table()

    error = refusal(create(more=f", sizeLimit={value}"), database="Sales")

    assert "type long" in error.description


def test_identity_as_a_literal_of_its_own(run, table):
    table()
    text = create().replace(f"'{EXPORT_ID}'", EXPORT_ID)

    (row,) = run(text, database="Sales")

    assert json.loads(row["ExportProperties"])["ManagedIdentity"] == EXPORT_ID


@pytest.mark.parametrize(
    ("auth", "query"),
    [
        ("impersonate", "Orders"),
        (f"managed_identity={EXPORT_ID}", "database('Telemetry').Events"),
    ],
)
def test_identity_is_required(refusal, table, auth, query):
    table(auth)
    text = f".create-or-alter continuous-export Nightly to table Lake <| {query}"

    error = refusal(text, database="Sales")

    assert "needs a managedIdentity" in error.description


def test_sql_table_that_impersonates_needs_an_identity(run, refusal):
    run(
        f".create external table Lake ({COLUMNS}) kind=sql table=Sold "
        "(h@'Server=tcp:contososql.database.windows.net;Initial Catalog=Erp;"
        "Authentication=Active Directory Integrated')",
        database="Sales",
    )
    text = ".create-or-alter continuous-export Nightly to table Lake <| Orders"

    assert "needs a managedIdentity" in refusal(text, database="Sales").description


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ("9c06e2b5-47d8-4f13-82ac-b5e97d10f348", "BadRequest_InvalidManagedIdentity"),
        ("mi-export", "BadRequest_InvalidManagedIdentity"),
        ("system", "Forbidden"),
        (INGEST_ID, "Forbidden"),
    ],
)
def test_identity_has_to_be_assigned_and_allowed_when_created(refusal, table, identity, code):
    table()

    error = refusal(create().replace(EXPORT_ID, identity), database="Sales")

    assert error.code == code


@pytest.mark.parametrize(
    "more",
    [
        ", sizeLimit=1",
        ", sizeLimit=1073741825",
        ", forcedLatency=-1m",
        ", distribution='everywhere'",
        ", distributionKind='odd'",
        ", parquetRowGroupSize=0",
        ", isDisabled='maybe'",
        ", useNativeParquetWriter=true",
    ],
)
def test_properties_outside_their_rules_are_refused(refusal, table, more):
    table()

    assert refusal(create(more=more), database="Sales").code == "General_BadRequest"


@pytest.mark.parametrize("interval", ["59s", "5", "'soon'"])
def test_interval_is_at_least_a_minute(refusal, table, interval):
    table()
    text = create().replace("intervalBetweenRuns=2h", f"intervalBetweenRuns={interval}")

    assert "intervalBetweenRuns" in refusal(text, database="Sales").description


@pytest.mark.parametrize(
    "text",
    [
        create(table="Nowhere"),
        create("Nowhere"),
        create("Orders | project OrderId"),
        create("cluster('x').database('y').T"),
        create(over="over (Customers)"),
        create(over="over (Nowhere)"),
    ],
)
def test_definitions_that_cannot_run_are_refused(refusal, table, text):
    table()

    error = refusal(text, database="Sales")

    assert error.code in {"General_BadRequest", "BadRequest_TableNotExist"}


def test_a_definition_whose_query_is_none_is_a_syntax_error(refusal, table):
    table()

    assert refusal(create("Orders | frobnicate"), database="Sales").code == "BadRequest_SyntaxError"


def test_format_that_is_not_written_is_refused(refusal, table):
    table(form="avro")

    assert "Avro" in refusal(create(), database="Sales").description


def test_nothing_is_exported_to_cosmos_db(run, refusal):
    run(
        f".create external table Lake ({COLUMNS}) kind=sql (h@'AccountEndpoint="
        "https://contosocosmos.documents.azure.com/;Database=Shop;Collection=Baskets;"
        "AccountKey=Y29udG9zb2Nvc21vcyBrZXk=') with (sqlDialect='CosmosDbSql')",
        database="Sales",
    )

    assert "Cosmos DB" in refusal(create(), database="Sales").description


def test_drop_answers_the_exports_that_remain(azure, run, nightly):
    azure.world.add_continuous_export(
        "Weekly", database="Sales", external_table="Lake", query="Orders"
    )

    rows = run(".drop continuous-export Nightly", database="Sales")

    assert [row["Name"] for row in rows] == ["Weekly"]


@pytest.mark.parametrize("text", [".enable", ".disable", ".drop"])
def test_unknown_export(refusal, text):
    error = refusal(f"{text} continuous-export Nightly", database="Sales")

    assert error.type.endswith("EntityNotFoundInContainerException")


def test_commands_need_a_database_admin(azure, refusal, nightly):
    tester = azure.world.add_principal("tester", token=TOKEN)
    azure.world.grant(tester, DatabaseRole.USERS, database="Sales")

    codes = {
        refusal(text, database="Sales", token=TOKEN).code
        for text in (create(), ".disable continuous-export Nightly", f"{SHOW} failures")
    }

    assert codes == {"Forbidden"}


def test_monitors_see_failures_and_artifacts(azure, run, nightly):
    tester = azure.world.add_principal("tester", token=TOKEN)
    azure.world.grant(tester, ClusterRole.MONITOR)

    assert run(f"{SHOW} failures", database="Sales", token=TOKEN) == []
    assert run(f"{SHOW} exported-artifacts", database="Sales", token=TOKEN) == []


def test_obfuscated_literals_of_the_query_are_not_shown(run, table):
    table()
    query = """Orders | where Region != h'secret' and Region != @'x' and Region != h@"se""cret" """

    run(create(query), database="Sales")

    (row,) = run(SHOW, database="Sales")
    assert row["Query"] == (
        "Orders | where Region != h'*******' and Region != @'x' and Region != h@\"*******\""
    )


def test_scripts_create_exports(azure, run, table):
    table()

    (row,) = run(f".execute database script <|\n{create()}", database="Sales")

    assert (row["CommandType"], row["Result"]) == ("ContinuousExportCreateOrAlter", "Completed")
