"""Policies that are kept and shown: retention, caching, batching and their like."""

import json
from datetime import timedelta

import pytest

from adxmi_jupyter.embedded import DatabaseRole

TOKEN = "embedded-tester"
TABLE_POLICIES = {
    "retention": "RetentionPolicy",
    "ingestionbatching": "IngestionBatchingPolicy",
    "streamingingestion": "StreamingIngestionPolicy",
    "merge": "ExtentsMergePolicy",
    "sharding": "ShardingPolicy",
    "extent_tags_retention": "ExtentTagsRetentionPolicy",
    "partitioning": "PartitioningPolicy",
    "auto_delete": "AutoDeletePolicy",
}


@pytest.fixture
def user(azure):
    azure.world.grant(
        azure.world.add_principal("tester", token=TOKEN), DatabaseRole.USERS, database="Sales"
    )
    return TOKEN


def policy_of(rows):
    return json.loads(rows[0]["Policy"])


@pytest.mark.parametrize(("policy", "name"), TABLE_POLICIES.items())
def test_a_policy_of_a_table_is_kept(run, policy, name):
    (row,) = run(f".alter table Orders policy {policy} '{{\"A\": 1}}'", database="Sales")

    assert (row["PolicyName"], row["EntityName"]) == (name, "[Sales].[Orders]")
    assert (row["Policy"], row["EntityType"]) == ('{"A": 1}', "Table")
    assert run(f".show table Sales.Orders policy {policy}", database="Telemetry") == [row]
    (deleted,) = run(f".delete table Orders policy {policy}", database="Sales")
    assert deleted["Policy"] == "null"


def test_the_script_of_a_finops_hub_clears_a_table(run):
    run(
        ".execute database script with (ThrowOnErrors=true) <|\n"
        ".create-merge table Raw ( ignore: string )\n"
        ".alter table Raw ( ignore: string )\n"
        ".alter table Raw ( Cost: real, Tags: string )\n"
        ".alter-merge table Raw policy retention softdelete = 0d recoverability = disabled\n"
        ".alter-merge table Raw policy retention softdelete = 30d\n"
        ".alter table Raw policy streamingingestion disable",
        database="Sales",
    )

    assert policy_of(run(".show table Raw policy retention", database="Sales")) == {
        "SoftDeletePeriod": "30.00:00:00",
        "Recoverability": "Disabled",
    }
    streaming = policy_of(run(".show table Raw policy streamingingestion", database="Sales"))
    assert streaming["IsEnabled"] is False


def test_merging_keeps_the_other_members(run):
    run('.alter table Orders policy merge \'{"A": 1, "B": 2}\'', database="Sales")

    rows = run(".alter-merge table Orders policy merge '{\"B\": 3}'", database="Sales")

    assert policy_of(rows) == {"A": 1, "B": 3}


def test_caching_by_lengths_of_time_and_windows(run):
    rows = run(
        ".alter tables (Orders, Customers) policy caching hot = 7d, "
        "hot_window = datetime(2020-01-01) .. datetime(2020-02-01)",
        database="Sales",
    )

    assert [row["EntityName"] for row in rows] == ["[Sales].[Orders]", "[Sales].[Customers]"]
    assert policy_of(rows)["DataHotSpan"] == "7.00:00:00"
    assert policy_of(rows)["HotWindows"] == [{"MinValue": "2020-01-01", "MaxValue": "2020-02-01"}]


def test_ingestion_time(run):
    rows = run(".alter table Orders policy ingestiontime true", database="Sales")

    assert policy_of(rows) == {"IsEnabled": True}


def test_a_database_has_defaults(run):
    (row,) = run(".show database Sales policy retention")

    assert (row["EntityName"], row["EntityType"]) == ("[Sales]", "Database")
    assert policy_of([row])["SoftDeletePeriod"] == "365.00:00:00"
    assert run(".show table Orders policy retention", database="Sales")[0]["Policy"] == "null"


def test_details_tell_what_is_in_effect(run):
    run(".alter-merge database Sales policy retention softdelete = 10d")
    run(".alter table Orders policy caching hot = 3d", database="Sales")

    orders, customers = run(".show tables details", database="Sales")
    (database,) = run(".show database policies", database="Sales")

    retention = {"SoftDeletePeriod": "10.00:00:00", "Recoverability": "Enabled"}
    assert json.loads(orders["RetentionPolicy"]) == retention
    assert json.loads(orders["CachingPolicy"])["DataHotSpan"] == "3.00:00:00"
    assert json.loads(customers["CachingPolicy"])["DataHotSpan"] == "31.00:00:00"
    assert database["RetentionPolicy"] == orders["RetentionPolicy"]


@pytest.mark.parametrize(
    "text",
    [
        ".alter table Orders policy retention 'x'",
        ".alter table Orders policy retention '1'",
        ".alter-merge table Orders policy merge '[]'",
        ".alter table None policy retention '{}'",
        ".alter table Orders policy caching hot = 7",
        '.alter database Sales policy retention \'{"SoftDeletePeriod": "ever"}\'',
        '.alter database Sales policy retention \'{"SoftDeletePeriod": "9999999999.00:00:00"}\'',
        ".alter-merge table Orders policy retention softdelete = 'long'",
    ],
)
def test_policies_that_cannot_be(refusal, text):
    assert refusal(text, database="Sales").code in {
        "General_BadRequest",
        "BadRequest_TableNotExist",
    }


@pytest.mark.parametrize(
    "text",
    [
        ".alter table Orders policy retention '{}'",
        ".delete table Orders policy retention",
        ".alter database Sales policy retention '{}'",
        ".alter tables (Orders, Customers) policy merge '{}'",
    ],
)
def test_changes_need_an_admin(refusal, user, text):
    assert refusal(text, database="Sales", token=user).code == "Forbidden"


def test_who_creates_a_table_sets_its_policies(run, user):
    run(".create table Mine (a:string)", database="Sales", token=user)

    assert run(".alter table Mine policy merge '{}'", database="Sales", token=user)
    assert run(".show database policy merge", database="Sales", token=user)


def test_the_journal_tells_what_it_was(run):
    run(".alter table Orders policy merge '{\"A\": 1}'", database="Sales")
    run(".alter table Orders policy merge '{\"A\": 2}'", database="Sales")

    event = run(".show journal", database="Sales")[-1]

    states = (event["OriginalEntityState"], event["UpdatedEntityState"])
    assert states == ('{"A": 1}', '{"A": 2}')


def test_resource_manager_shows_what_commands_set(run, kusto):
    run(".alter-merge database Sales policy retention softdelete = 10d recoverability = disabled")
    run(".alter database Sales policy caching hot = 36h")
    found = kusto.databases.get("analytics", "contoso", "Sales")
    run(".delete database Sales policy retention")
    deleted = kusto.databases.get("analytics", "contoso", "Sales")

    periods = (found.soft_delete_period, found.hot_cache_period)
    assert periods == (timedelta(days=10), timedelta(hours=36))
    assert deleted.soft_delete_period is None
    assert run(".show database Sales policy retention")[0]["Policy"] == "null"


def test_commands_show_what_resource_manager_sets(run, kusto):
    run(".alter-merge database Sales policy retention recoverability = disabled")
    kusto.databases.begin_update(
        "analytics",
        "contoso",
        "Sales",
        {"kind": "ReadWrite", "properties": {"softDeletePeriod": "P1Y", "hotCachePeriod": "PT12H"}},
    ).result()

    retention = policy_of(run(".show database Sales policy retention"))
    assert retention == {"SoftDeletePeriod": "365.00:00:00", "Recoverability": "Enabled"}
    assert policy_of(run(".show database Sales policy caching"))["DataHotSpan"] == "12:00:00"
