"""What is made to happen around the cluster on the embedded Azure."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.embedded.events import (
    assign_role,
    azure_roles_frame,
    blobs_frame,
    push_events,
    run_export,
    targets,
)
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from tests.actions.filling import EXPORT, GROUP, INGEST

READER = "Storage Blob Data Reader"
DATA_READER = "Cosmos DB Built-in Data Reader"
ORDER = '{"OrderId": 21, "Region": "north", "Amount": 10.5, "Placed": "2026-01-12T08:00:00Z"}'


@pytest.fixture
def scopes(azure):
    """The scopes where an identity holds roles, in the world itself."""

    def held(object_id):
        return [one.scope for one in azure.world.azure_roles if one.principal_id == object_id]

    return held


@pytest.mark.parametrize("identity", ["mi-export", "MI-EXPORT", EXPORT, EXPORT.upper()])
@pytest.mark.parametrize("role", [READER, READER.upper()])
@pytest.mark.parametrize("target", ["contosobackup/backups", "ContosoBackup/Backups"])
def test_a_role_is_given_by_names_in_any_letter_case(connection, scopes, identity, role, target):
    is_new = assign_role(connection, identity, role, target)

    assert is_new
    assert scopes(EXPORT)[-1].endswith("/contosobackup/blobServices/default/containers/backups")


def test_a_role_that_is_held_already_is_not_given_twice(connection):
    assert assign_role(connection, "mi-export", READER, "contosobackup")
    assert not assign_role(connection, "mi-export", READER, "contosobackup")


def test_the_system_assigned_identity_goes_by_its_word(azure, connection, scopes):
    assign_role(connection, "system", READER, "contosobackup")

    assert len(scopes(azure.world.cluster.system_identity.object_id)) == 1


def test_a_role_may_be_on_an_event_hub_or_any_scope(connection, scopes):
    hub = f"{GROUP}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
    group = GROUP.removesuffix("/providers")

    assign_role(connection, "mi-ingest", "Azure Event Hubs Data Receiver", "contosoedge/sensors")
    assign_role(connection, "mi-ingest", "Azure Event Hubs Data Receiver", group)

    assert scopes(INGEST)[-2:] == [hub, group]


@pytest.mark.parametrize(
    ("identity", "role", "target", "fix"),
    [
        ("mi-exprot", READER, "contosobackup", "--identity mi-export"),
        ("mi-export", "Storage Blob Reader", "contosobackup", f'--role "{READER}"'),
        ("mi-export", READER, "contosobakup", "--target contosobackup"),
        ("mi-export", READER, "contosobackup/backup", "--target contosobackup/backups"),
        ("mi-export", READER, "", "--target TARGET"),
    ],
)
def test_what_is_not_there_is_named_with_the_closest_match(
    connection, scopes, identity, role, target, fix
):
    before = scopes(EXPORT)

    with pytest.raises(errors.InvalidInput) as caught:
        assign_role(connection, identity, role, target)

    assert caught.value.fix == fix
    assert scopes(EXPORT) == before


def test_who_holds_what_where_is_a_frame(azure, connection):
    subscription = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
    wide = [subscription, f"{subscription}/resourceGroups/analytics"]
    azure.world.azure_roles += [
        AzureRoleAssignment(scope, scope, "some-role", EXPORT, "ServicePrincipal") for scope in wide
    ]
    assign_role(connection, "mi-export", READER, "contosobackup/backups")

    frame = azure_roles_frame(connection)

    assert list(frame.columns) == ["identity", "role", "target"]
    assert frame[frame["identity"] == "mi-export"].values.tolist() == [
        ["mi-export", DATA_READER, "contosocosmos"],
        ["mi-export", "Storage Blob Data Contributor", "contosolake"],
        ["mi-export", READER, "contosobackup/backups"],
        ["mi-export", "db_datareader", "contososql/Erp"],
        ["mi-export", "some-role", "resource group analytics"],
        ["mi-export", "some-role", f"subscription {subscription.rpartition('/')[2]}"],
    ]


@pytest.mark.parametrize(
    ("role", "target", "written"),
    [
        ("DB_DATAWRITER", "ContosoSql/Erp", ["db_datawriter", "contososql/Erp"]),
        (DATA_READER, "contosocosmos/Shop", [DATA_READER, "contosocosmos/Shop"]),
    ],
)
def test_a_role_may_be_one_that_the_target_keeps_itself(connection, role, target, written):
    assert assign_role(connection, "mi-ingest", role, target)
    assert not assign_role(connection, "mi-ingest", role, target)

    frame = azure_roles_frame(connection)
    assert ["mi-ingest", *written] in frame.values.tolist()


@pytest.mark.parametrize(
    ("role", "target", "fix"),
    [
        ("db_datareader", "contososql", "--target contososql/Erp"),
        (DATA_READER, "contosolake", "--target TARGET"),
    ],
)
def test_a_role_that_is_none_of_the_target_is_told_with_where_it_is_one(
    connection, role, target, fix
):
    with pytest.raises(errors.InvalidInput) as caught:
        assign_role(connection, "mi-ingest", role, target)

    assert caught.value.what == f"{role} isn't a role on {target}"
    assert caught.value.why.startswith("it is given on: ")
    assert caught.value.fix == fix


def test_targets_are_resources_containers_hubs_and_databases(connection):
    found = targets(connection)

    assert {"contosolake", "contosolake/archive", "contosohub", "contosohub/orders"} <= set(found)
    assert {"contososql/Erp", "contosocosmos/Shop", "contosocosmos/Shop/Baskets"} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("place", "paths"),
    [
        ("contosolake/archive", {"2024/orders.csv", "2025/orders.csv"}),
        ("contosolake/archive/", {"2024/orders.csv", "2025/orders.csv"}),
        ("contosolake/archive/2024", {"2024/orders.csv"}),
        ("contosolake/archive/2024/orders.csv", {"2024/orders.csv"}),
        ("contosolake/archive/202", set()),
        ("contosolake/exports", set()),
    ],
)
def test_blobs_are_listed_below_a_place(connection, place, paths):
    frame = blobs_frame(connection, place)

    assert set(frame["path"]) == paths
    assert list(frame.columns) == ["account", "container", "path", "bytes"]


def test_all_blobs_are_listed_without_a_place(azure, connection):
    accounts = azure.world.storage_accounts.values()
    number = sum(len(blobs) for one in accounts for blobs in one.containers.values())

    assert len(blobs_frame(connection, "")) == number


@pytest.mark.parametrize("place", ["contosolak", "contosolake/archiv", "contosolake/archiv/2024"])
def test_a_place_that_is_not_there_is_named_with_the_closest_match(connection, place):
    with pytest.raises(errors.InvalidInput) as caught:
        blobs_frame(connection, place)

    assert caught.value.fix in {
        "%adxmi embedded blobs contosolake",
        "%adxmi embedded blobs contosolake/archive",
    }


def test_events_are_ingested(connection, sales):
    assert push_events(connection, "contosohub/orders", [ORDER, ORDER]) == (2, 2)
    assert len(sales.tables["Orders"].rows) == 8


def test_events_that_no_connection_reads_come_nowhere(connection):
    assert push_events(connection, "contosoedge/sensors", [ORDER]) == (1, 0)


@pytest.mark.nightly
def test_events_that_could_not_be_ingested_are_an_error_and_wait(azure, connection, sales):
    azure.world.azure_roles = [one for one in azure.world.azure_roles if one.principal_id != INGEST]

    with pytest.raises(errors.OperationFailed) as caught:
        push_events(connection, "contosohub/orders", [ORDER])
    assign_role(connection, "mi-ingest", "Azure Event Hubs Data Receiver", "contosohub/orders")

    assert caught.value.what == "the ingestion of events from contosohub/orders failed"
    assert caught.value.why.startswith("BadRequest_InvalidAuthentication: ")
    assert caught.value.fix.startswith("%adxmi embedded azure-role --identity ")
    assert caught.value.fix.endswith(
        ' --role "Azure Event Hubs Data Receiver" --target contosohub/orders'
    )
    assert push_events(connection, "contosohub/orders", [ORDER]) == (1, 2)


def test_events_of_another_format_are_an_error_without_a_missing_link(connection):
    with pytest.raises(errors.OperationFailed) as caught:
        push_events(connection, "contosohub/orders", ["7"])

    assert caught.value.fix == "fix what the message names, and repeat the command"


def test_a_hub_that_is_not_there_is_named_with_the_closest_match(connection):
    with pytest.raises(errors.InvalidInput) as caught:
        push_events(connection, "contosohub/order", [ORDER])

    assert caught.value.fix == "%%adxmi embedded push-events contosohub/orders"


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([], "there is no event to send"),
        ([ORDER, "{"], "line 2 isn't JSON"),
        (["north"], "line 1 isn't JSON"),
    ],
)
def test_what_is_no_event_is_refused_and_nothing_is_sent(azure, connection, lines, what):
    with pytest.raises(errors.InvalidInput) as caught:
        push_events(connection, "contosohub/orders", lines)

    assert caught.value.what == what
    assert azure.world.sources.hub("contosohub/orders").events == []


@pytest.fixture
def nightly(carry_out):
    carry_out("continuous-export")


@pytest.mark.nightly
def test_a_run_that_fails_is_an_error_in_the_services_words(azure, connection, nightly):
    with pytest.raises(errors.OperationFailed) as caught:
        run_export(connection, "sales", "Nightly")

    assert caught.value.what == "the run of the continuous export Nightly failed"
    assert "is not authorized to perform operation" in caught.value.why
    assert caught.value.fix == (
        "%adxmi role grant --database sales --role viewers --identity mi-export"
    )


@pytest.mark.nightly
def test_a_run_that_fails_is_fixed_as_the_identity_that_the_list_hides(azure, connection, nightly):
    azure.world.behaviours.choose({"export-identities": "left-out"})

    with pytest.raises(errors.OperationFailed) as caught:
        run_export(connection, "Sales", "Nightly")

    assert caught.value.fix.endswith("--role viewers --identity mi-export")


def test_a_run_that_is_disabled_is_refused(carry_out, connection):
    carry_out("continuous-export", is_disabled=True)

    with pytest.raises(errors.InvalidInput) as caught:
        run_export(connection, "Sales", "Nightly")

    assert caught.value.fix == ".enable continuous-export ['Nightly']"


def test_an_export_that_is_not_there_is_refused(connection, nightly):
    with pytest.raises(errors.InvalidInput) as caught:
        run_export(connection, "Sales", "Hourly")

    assert caught.value.why == "there are: Nightly"


def test_a_cluster_has_none_of_this(azure, connections, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")
    served = connections.open(azure.kusto_uri, credential="token", database="Sales")

    with pytest.raises(errors.EmbeddedAzureNotInUse):
        assign_role(served, "mi-export", READER, "contosobackup")
    with pytest.raises(errors.EmbeddedAzureNotInUse):
        push_events(served, "contosohub/orders", [ORDER])
