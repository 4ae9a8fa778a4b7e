"""Runs of continuous exports, with every link that can be missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_CONTRIBUTOR
from tests.embedded.links import allow, give

from .texts import EXPORT_ID, INGEST_ID, LAKE, SHOW, create


def test_a_run_writes_all_records_and_remembers_the_blob(azure, run, nightly, lake):
    export = azure.run_now("Sales", "Nightly")

    (row,) = run(f"{SHOW} exported-artifacts", database="Sales")
    (path,) = lake
    assert (row["ExternalTableName"], row["NumRecords"]) == ("Lake", 6)
    assert row["Path"] == f"{LAKE}/exports/{path}"
    assert path.startswith("daily/export_1_")
    assert path.endswith(".csv")
    assert lake[path].splitlines()[0] == b"1,north,120.5,2026-01-05T08:30:00Z"
    assert export.last_run_result == "Completed"
    (shown,) = run(SHOW, database="Sales")
    assert shown["LastRunTime"] == shown["ExportedTo"]
    assert shown["LastRunResult"] == "Completed"


def test_a_second_run_exports_new_records_only(azure, run, nightly, lake):
    azure.run_now("Sales", "Nightly")
    orders = azure.world.cluster.databases["Sales"].tables["Orders"]
    orders.rows.append((7, "west", 5.0, "2026-01-10T00:00:00Z"))

    azure.run_now("Sales", "Nightly")
    azure.run_now("Sales", "Nightly")

    rows = run(f"{SHOW} exported-artifacts", database="Sales")
    assert [row["NumRecords"] for row in rows] == [6, 1]
    assert b"7,west,5.0,2026-01-10T00:00:00Z\n" in lake.values()


def test_the_same_runs_write_the_same_names(azure, run, nightly, lake):
    azure.run_now("Sales", "Nightly")

    assert list(lake) == ["daily/export_1_85c87539e086557eb6151d2acec57c05.csv"]


def test_missing_role_on_the_database_fails_the_run(run, table, run_failed):
    table()
    run(create(), database="Sales")

    row = run_failed()

    assert (row["Name"], row["FailureKind"]) == ("Nightly", "Failure")
    assert "is not authorized" in row["Details"]
    assert row["LastSuccessRun"] is None
    (shown,) = run(SHOW, database="Sales")
    assert shown["LastRunResult"] == "Failed"


def test_usage_taken_away_fails_the_run(azure, nightly, run_failed):
    azure.world.cluster.policy = []

    assert "'AutomatedFlows'" in run_failed()["Details"]


def test_usage_of_the_external_table_is_needed_as_well(azure, nightly, run_failed):
    azure.world.cluster.databases["Sales"].policy = []

    assert "'ExternalTable'" in run_failed()["Details"]


def test_reading_rights_are_not_enough_to_write(azure, run, table, viewer, run_failed):
    table(f"managed_identity={INGEST_ID}")
    database = azure.world.cluster.databases["Sales"]
    allow(database, azure.world.identity("mi-ingest"), "ExternalTable")
    run(create(), database="Sales")

    row = run_failed()

    assert "may not write" in row["Details"]


def test_identity_removed_from_the_cluster_fails_the_run(azure, nightly, run_failed):
    azure.world.cluster.identities.clear()

    assert "not assigned" in run_failed()["Details"]


def test_a_repaired_run_exports_what_failed_before(azure, run, table, run_failed, lake):
    table()
    run(create(), database="Sales")
    run_failed()

    run(f".add database Sales viewers ('aadapp={EXPORT_ID};{azure.world.tenant_id}')")
    azure.run_now("Sales", "Nightly")

    assert [row["NumRecords"] for row in run(f"{SHOW} exported-artifacts", database="Sales")] == [6]


def test_impersonating_table_is_written_as_the_identity_of_the_export(
    azure, run, table, viewer, lake
):
    table("impersonate")
    run(create(), database="Sales")

    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"
    assert len(lake) == 1


def test_export_without_an_identity_runs_as_the_cluster(azure, run, table, lake):
    table()
    run(
        ".create-or-alter continuous-export Nightly over (Orders) to table Lake <| Orders",
        database="Sales",
    )

    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"
    assert len(lake) == 1


def test_other_databases_need_the_role_too(azure, run, viewer, run_failed):
    run(
        ".create external table Lake (Timestamp:datetime, Level:string, Message:string) "
        f"kind=storage dataformat=csv (h@'{LAKE}/exports;managed_identity={EXPORT_ID}')",
        database="Sales",
    )
    run(create("database('Telemetry').Events", over=""), database="Sales")

    row = run_failed()
    run(f".add database Telemetry viewers ('aadapp={EXPORT_ID}')")

    assert "on 'Telemetry'" in row["Details"]
    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"


@pytest.mark.nightly
def test_altering_keeps_what_was_exported(azure, run, nightly, lake):
    azure.run_now("Sales", "Nightly")

    run(create("Orders | where Region == 'north'"), database="Sales")
    azure.run_now("Sales", "Nightly")

    assert len(lake) == 1
    assert len(run(f"{SHOW} exported-artifacts", database="Sales")) == 1


def test_disabled_export_does_not_run(azure, run, nightly, lake):
    (row,) = run(".disable continuous-export Nightly", database="Sales")

    export = azure.run_now("Sales", "Nightly")

    assert row["IsDisabled"] is True
    assert export.last_run_time is None
    assert not lake


def test_enabled_export_runs_again(azure, run, nightly, lake):
    run(".disable continuous-export Nightly", database="Sales")

    (row,) = run(".enable continuous-export Nightly", database="Sales")
    azure.run_now("Sales", "Nightly")

    assert row["IsDisabled"] is False
    assert len(lake) == 1


def test_dropped_source_table_fails_the_run(azure, run, nightly, run_failed):
    run(".drop table Orders", database="Sales")

    assert "'Orders'" in run_failed()["Details"]


def test_run_of_an_unknown_export(azure):
    with pytest.raises(KeyError):
        azure.run_now("Sales", "Nightly")


def test_role_given_directly_on_a_container(azure, run, table, viewer, lake):
    table(f"managed_identity={INGEST_ID}")
    world = azure.world
    allow(world.cluster, world.identity("mi-ingest"), "ExternalTable")
    account = world.storage_accounts["contosolake"]
    give(world, INGEST_ID, BLOB_CONTRIBUTOR, account.container_id("exports"))
    run(create(), database="Sales")

    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"


def test_export_put_into_the_world_runs_as_well(azure, run, viewer, lake):
    world = azure.world
    lake_table = replace(
        world.cluster.databases["Sales"].external_tables["ArchivedOrders"],
        connection_strings=(f"{LAKE}/exports;managed_identity={EXPORT_ID}",),
    )
    world.cluster.databases["Sales"].external_tables["ArchivedOrders"] = lake_table
    world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT_ID,
    )

    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"
    assert len(lake) == 1


def test_artifacts_and_failures_are_kept_for_fourteen_days(azure, run, nightly):
    azure.world.clock.stop_at(datetime(2026, 6, 1, tzinfo=UTC))
    azure.run_now("Sales", "Nightly")
    azure.world.cluster.databases["Sales"].tables.pop("Orders")
    azure.run_now("Sales", "Nightly")

    azure.world.clock.move(timedelta(days=14))
    young = [run(f"{SHOW} {log}", database="Sales") for log in ("exported-artifacts", "failures")]
    azure.world.clock.move(timedelta(seconds=1))
    old = [run(f"{SHOW} {log}", database="Sales") for log in ("exported-artifacts", "failures")]

    assert [len(rows) for rows in young] == [1, 1]
    assert old == [[], []]
