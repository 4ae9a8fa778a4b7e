"""Migrating one object of every kind: the same rows before and after, and the way back."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.migrate.applying import Applying, apply
from adxmi_jupyter.actions.migrate.migrating import Result
from adxmi_jupyter.actions.migrate.planning import chosen, plan
from adxmi_jupyter.actions.plan.undoing import undo
from tests import secrets_world as world

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
TABLES = [name for name in world.TABLES if name != "AsCaller"]


@pytest.fixture
def migrated(connection):
    """Migrate objects of Sales as mi-export; return how each ended."""

    def run(*names):
        identity = resolved(connection, ("mi-export",))[0].identity
        done = apply(
            connection,
            lambda: chosen(plan(connection, ["Sales"], identity), names, "", every=False),
            Applying(confirmed=True, without_restore=True),
            lambda _: None,
        )
        return done.outcomes

    return run


@pytest.fixture
def sales(azure):
    return azure.world.cluster.databases["Sales"]


@pytest.fixture
def as_caller(connection, azure, sales):
    """An external table that impersonates, readable by the admin, with a flow that reads it."""
    world.let_admin_write(azure)
    world.add_table(connection, "AsCaller")
    azure.world.add_continuous_export(
        "Hourly",
        database="Sales",
        external_table="AsCaller",
        query="Orders",
        managed_identity=EXPORT,
    )


@pytest.mark.nightly
@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_every_kind_has_the_same_rows_and_no_secret(connection, sales, migrated, name):
    world.add_table(connection, name)
    before = world.rows(connection, world.QUERIES[name])
    kept = sales.external_tables[name]

    outcomes = migrated(name)

    assert [(one.result, str(one.failure)) for one in outcomes] == [(Result.MIGRATED, "None")]
    assert world.rows(connection, world.QUERIES[name]) == before
    now = sales.external_tables
    assert list(now) == ["ArchivedOrders", name]
    assert all(EXPORT in one for one in now[name].connection_strings)
    # The script names the columns of a delta table whether they were inferred or not: it is said.
    changing = {"connection_strings": (), "infers_schema": False}
    assert {**vars(now[name]), **changing} == {**vars(kept), **changing}
    shown = world.shown(connection)
    assert not [one for one in world.SECRETS if one in shown]


@pytest.mark.nightly
@pytest.mark.parametrize("name", list(world.FUNCTIONS))
def test_a_function_has_the_same_rows_and_no_secret(connection, sales, migrated, name):
    world.add_function(connection, name)
    before = world.rows(connection, world.QUERIES[name])
    kept = sales.functions[name]

    outcomes = migrated(name)

    assert [(one.result, str(one.failure)) for one in outcomes] == [(Result.MIGRATED, "None")]
    assert world.rows(connection, world.QUERIES[name]) == before
    assert (sales.functions[name].folder, sales.functions[name].doc_string) == (
        kept.folder,
        kept.doc_string,
    )
    shown = world.shown(connection)
    assert not [one for one in world.SECRETS if one in shown]


@pytest.mark.nightly
def test_an_export_runs_as_the_identity_and_keeps_what_it_exported(
    connection, azure, sales, migrated
):
    world.add_table(connection, "Out")
    world.add_export(connection)
    azure.run_now("Sales", "Nightly")
    kept = sales.continuous_exports["Nightly"]

    outcomes = migrated("Nightly", "Out")

    assert [one.migration.object.name for one in outcomes] == ["Out", "Nightly"]
    assert [one.result for one in outcomes] == [Result.MIGRATED] * 2
    now = sales.continuous_exports["Nightly"]
    assert (now.managed_identity, now.interval, now.tables, now.cursors) == (
        EXPORT,
        kept.interval,
        kept.tables,
        kept.cursors,
    )
    assert azure.run_now("Sales", "Nightly").last_run_result == "Completed"
    undo(connection, None, None, confirmed=True)
    assert sales.continuous_exports["Nightly"].managed_identity == ""


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["EventHub", "EventGrid"])
def test_a_data_connection_reads_as_the_identity_and_by_its_key_again(
    connection, azure, sales, kind
):
    world.add_connection(azure, kind, "by-key")
    before = dict(sales.data_connections[-1].properties)
    names = ("by-key",)
    identity = resolved(connection, ("mi-ingest",))[0].identity

    done = apply(
        connection,
        lambda: chosen(plan(connection, ["Sales"], identity), names, "", every=False),
        Applying(confirmed=True),
        lambda _: None,
    )

    assert [(one.result, str(one.failure)) for one in done.outcomes] == [(Result.MIGRATED, "None")]
    now = sales.data_connections[-1].properties
    assert now["managedIdentityResourceId"].endswith("/mi-ingest")
    undo(connection, None, None, confirmed=True)
    assert sales.data_connections[-1].properties["managedIdentityResourceId"] is None
    assert before["tableName"] == sales.data_connections[-1].properties["tableName"]


@pytest.mark.nightly
def test_a_table_that_impersonates_is_migrated_and_brought_back(
    connection, as_caller, sales, migrated
):
    before = world.rows(connection, "external_table('AsCaller')")

    outcomes = migrated("AsCaller")

    assert [(one.result, str(one.failure)) for one in outcomes] == [(Result.MIGRATED, "None")]
    assert world.rows(connection, "external_table('AsCaller')") == before
    undo(connection, None, None, confirmed=True)
    assert sales.external_tables["AsCaller"].connection_strings[0].endswith(";impersonate")


@pytest.mark.nightly
def test_an_update_policy_that_reads_a_table_by_key_gets_an_identity(connection, sales, migrated):
    world.add_table(connection, "DeltaByKey")
    world.add_update_policy(connection)

    outcomes = migrated("DeltaByKey", "Copy")

    assert [(one.result, str(one.failure)) for one in outcomes] == [
        (Result.MIGRATED, "None"),
        (Result.MIGRATED, "None"),
    ]
    (item,) = sales.tables["Copy"].update_policy
    assert (item.managed_identity, item.is_transactional) == (EXPORT, True)
    assert sales.external_tables["DeltaByKey"].acceleration is not None
    undo(connection, None, None, confirmed=True)
    assert [one.managed_identity for one in sales.tables["Copy"].update_policy] == [None]


@pytest.mark.nightly
def test_a_secret_cannot_come_back_from_the_history(connection, migrated):
    world.add_function(connection, "Files")
    migrated("Files")

    with pytest.raises(errors.HistoryUnavailable, match="keeps none"):
        undo(connection, None, None, confirmed=True)
