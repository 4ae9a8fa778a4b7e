"""The noun ``migrate``: what it lists, plans and applies, and that no secret is shown."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded import ShownScript
from tests import secrets_world as world


@pytest.fixture
def connection(magics):
    return magics.connections.current()


def test_a_table_is_listed_planned_migrated_and_its_secret_shown_nowhere(magic, connection, capsys):
    world.add_table(connection, "ByKey")
    before = world.rows(connection, world.QUERIES["ByKey"])

    listed = magic("migrate list")
    planned = magic("migrate plan ByKey")
    with pytest.raises(errors.ConfirmationRequired, match="can't be restored: ByKey"):
        magic("migrate apply ByKey --yes")
    done = magic("migrate apply ByKey --yes --without-restore")

    (row,) = listed.to_dict("records")
    assert (row["kind"], row["name"], row["identity"]) == ("external-table", "ByKey", "mi-export")
    assert row["can_be_restored"] == "no: its secret is masked"
    assert ";managed_identity=" in repr(planned)
    assert "partition by" in planned["definition"][0]
    assert list(done["result"]) == ["migrated"]
    assert world.rows(connection, world.QUERIES["ByKey"]) == before
    everything = capsys.readouterr().out + repr(planned) + world.shown(connection)
    assert not [one for one in world.SECRETS if one in everything]
    assert "undo --apply" not in everything
    assert magic("migrate list").empty


@pytest.mark.nightly
def test_what_takes_no_identity_is_said_and_never_sent(magic, connection, capsys):
    connection.kusto.command(
        ".create external table People (Id:int) kind=sql table=People "
        "(h@'Server=hr.mysql.database.azure.com;Port=3306;Database=hr;UID=u;Pwd=hidden-one;') "
        "with (sqlDialect='MySQL')",
        database="Sales",
    )

    (row,) = magic("migrate list").to_dict("records")
    with pytest.raises(errors.MigrationBlocked, match="MySQL cannot use a managed identity"):
        magic("migrate apply People --yes --without-restore")

    assert row["identity"] == ""
    assert "can't be migrated: MySQL" in row["note"]
    assert magic("migrate apply --all --yes").empty
    assert "left out: external-table People" in capsys.readouterr().out


@pytest.mark.nightly
def test_an_unknown_name_is_answered_with_the_closest_one(magic, connection):
    world.add_table(connection, "BySas")

    with pytest.raises(errors.WorkflowNotFound, match="migrate plan BySas"):
        magic("migrate plan BySass")
    with pytest.raises(errors.MissingOption, match="--all"):
        magic("migrate plan")
    with pytest.raises(errors.ConflictingOptions):
        magic("migrate plan BySas --all")


@pytest.mark.nightly
def test_a_missing_role_is_named_with_the_command_for_the_owner(magic, connection):
    connection.kusto.command(
        f".create external table Cold {world.ORDERS} kind=storage dataformat=csv "
        f"(h@'https://contosobackup.blob.core.windows.net/backups;{world.ACCOUNT_KEY}')",
        database="Sales",
    )

    with pytest.raises(errors.MigrationBlocked, match="azure-role --identity mi-ingest"):
        magic("migrate apply Cold --identity mi-ingest --yes --without-restore")

    assert list(magic("history")["kind"]) == []


@pytest.mark.nightly
def test_what_only_users_query_as_themselves_is_listed_on_request(magic, connection, capsys):
    world.add_table(connection, "AsCaller")

    assert magic("migrate list").empty
    assert "--interactive" in capsys.readouterr().out
    assert list(magic("migrate list --interactive")["name"]) == ["AsCaller"]
    assert list(magic("migrate plan AsCaller")["name"]) == ["AsCaller"]
    assert magic("migrate plan --all").empty


@pytest.mark.nightly
def test_names_are_completed(magic, connection, completions):
    world.add_table(connection, "ByKey")
    magic("migrate list")

    assert "ByKey" in [text for text, _, _ in completions("%adxmi migrate plan By")]


@pytest.mark.nightly
def test_a_caller_who_cannot_read_definitions_is_told_so(magic, connection, azure):
    world.add_table(connection, "ByKey")
    azure.world.behaviours.csl_script = ShownScript.TO_ADMINS
    magic("connect embedded --name reader --credential as:reader")

    (row,) = magic("migrate list --database Sales").to_dict("records")

    assert "its definition can't be read" in row["note"]
    assert "requires Database Admin of Sales" in row["note"]


@pytest.mark.nightly
def test_query_acceleration_of_a_table_that_impersonates_is_unattended(magic, connection, azure):
    world.let_admin_write(azure)
    for command in (
        f".create external table AsUser kind=delta (h@'{world.LAKE}/delta/orders;impersonate')",
        f".alter external table AsUser policy query_acceleration '{world.HOT}'",
    ):
        assert magic("migrate list").empty
        connection.kusto.command(command, database="Sales")

    assert list(magic("migrate list")["name"]) == ["AsUser"]


@pytest.mark.nightly
def test_an_update_policy_that_reads_through_functions_is_listed(magic, connection):
    world.add_table(connection, "DeltaByKey")
    policy = '[{"IsEnabled":true,"Source":"Orders","Query":"Outer()"}]'
    for command in (
        f".alter external table DeltaByKey policy query_acceleration '{world.HOT}'",
        ".create function Inner() { external_table('DeltaByKey') }",
        ".create function Outer() { Inner | where OrderId > 1 }",
        f".create table Copy {world.ORDERS}",
        f".alter table Copy policy update ```{policy}```",
    ):
        connection.kusto.command(command, database="Sales")

    listed = magic("migrate list").set_index("name")

    assert list(listed.index) == ["DeltaByKey", "Copy"]
    assert listed.loc["Copy", "target"] == "DeltaByKey"


def test_a_list_of_what_nothing_could_be_read_of_is_an_error_and_names_the_permission(
    magic, connection
):
    magic("connect embedded --name limited --credential as:reader --database Sales")
    for database in connection.azure.world.cluster.databases.values():
        database.roles.clear()

    with pytest.raises(errors.NotAuthorized) as raised:
        magic("migrate list")

    assert "ask for " in raised.value.fix
    assert "Database" in raised.value.fix
