"""What exists of a workflow, and which identity each one uses."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.identities import assigned
from adxmi_jupyter.actions.policy.policies import scopes_of
from adxmi_jupyter.actions.workflow.listing import listing, listing_frame, unassigned_notes
from adxmi_jupyter.embedded import DataConnection
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.declaration.registry import declaration_of, nouns
from adxmi_jupyter.model.policy import Scope
from tests.actions.filling import BACKUP, EDGE_HUB, EXPORT, INGEST, LAKE, STRANGER
from tests.service.answers import v1
from tests.service.replay import replay

SALES = (Scope("Sales"),)
COLUMNS = ["database", "name", "kind", "identity", "object_id", "target", "state"]


@pytest.fixture
def listed(connection):
    def listed(noun, scopes=SALES, *, by=None, **more):
        by = by or connection
        return listing_frame(by, listing(by, declaration_of(noun), scopes, **more))

    return listed


def test_an_external_table_is_listed_with_its_identity_and_where_it_leads(listed):
    frame = listed("external-table")

    assert frame.to_dict("records") == [
        {
            "database": "Sales",
            "name": "ArchivedOrders",
            "kind": "Blob",
            "identity": "mi-export",
            "object_id": EXPORT,
            "target": f"{LAKE}/archive",
            "state": "",
        }
    ]


def test_the_frame_says_what_was_asked(listed):
    assert listed("external-table").attrs["adxmi"] == {
        "connection": "embedded",
        "command": ".show external tables",
    }


# Lists of queries need `.show functions`.
KEPT = [noun for noun in nouns() if hasattr(declaration_of(noun).listing, "drop")]


@pytest.mark.parametrize("noun", [*KEPT, "event-hub", "event-grid", "sdk-ingestion", "export"])
def test_a_list_has_the_same_columns_even_without_rows(azure, listed, noun):
    azure.world.add_database("Empty")

    frame = listed(noun, (Scope("Empty"),)).iloc[:0]

    assert list(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes)) == {"string"}


def test_the_system_assigned_identity_is_shown_by_its_name(azure, listed):
    azure.world.add_external_table("Sys", f"{LAKE}/x;managed_identity=system", database="Sales")

    row = listed("external-table").iloc[1]

    assert (row["identity"], row["object_id"]) == ("contoso", "system")


def test_one_that_names_several_identities_has_a_row_for_each(azure, listed):
    azure.world.add_external_table(
        "Two",
        f"{LAKE}/x;managed_identity={EXPORT}",
        f"{LAKE}/y;managed_identity={INGEST}",
        database="Sales",
    )

    frame = listed("external-table").iloc[1:]

    assert list(frame["name"]) == ["Two", "Two"]
    assert list(frame["identity"]) == ["mi-export", "mi-ingest"]


@pytest.mark.parametrize(
    "secret", ["?sv=2024&sp=r&sig=c2VjcmV0", ";a2V5LW9mLXRoZS1hY2NvdW50", ";sharedkey=a2V5LW9m"]
)
def test_one_without_an_identity_is_listed_and_its_secret_is_not(azure, listed, secret):
    azure.world.add_external_table("Keyed", f"{BACKUP}/backups{secret}", database="Sales")

    row = listed("external-table").iloc[1]

    assert (row["name"], row["identity"], row["object_id"]) == ("Keyed", "", "")
    assert row["target"] == f"{BACKUP}/backups"


def test_an_identity_that_no_policy_names_is_named_by_azure(azure, listed):
    string = f"{LAKE}/x;managed_identity={STRANGER}"
    azure.world.add_external_table("Theirs", string, database="Sales")

    assert listed("external-table").iloc[1]["identity"] == "mi-stranger"


def test_an_identity_that_nobody_can_name_is_shown_by_its_object_id(azure, listed, outsider):
    string = f"{LAKE}/x;managed_identity={STRANGER}"
    azure.world.add_external_table("Theirs", string, database="Sales")

    assert listed("external-table", by=outsider).iloc[1]["identity"] == STRANGER


def test_azure_is_not_asked_for_names_that_policies_tell(azure, listed):
    listed("external-table")

    assert azure.arm_requests_served == 0


@pytest.mark.nightly
def test_a_list_does_not_fail_for_want_of_names(listed, fault):
    fault("unavailable", match="managed_identity")
    fault("unavailable", match="/subscriptions")

    frame = listed("external-table")

    assert list(frame["identity"]) == [EXPORT]


def test_exports_are_listed_with_how_their_last_run_went(azure, listed):
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )
    before = list(listed("continuous-export")["state"])
    azure.run_now("Sales", "Nightly")

    frame = listed("continuous-export")

    assert before == [""]
    assert frame.loc[0, ["identity", "target", "state"]].tolist() == [
        "mi-export",
        "ArchivedOrders",
        "Failed",
    ]


def test_tables_without_an_update_policy_are_not_listed(azure, listed):
    azure.world.add_update_policy(
        "Customers", database="Sales", source="Orders", query="Orders", managed_identity="system"
    )

    frame = listed("update-policy")

    assert list(frame["name"]) == ["Customers"]
    assert list(frame["identity"]) == ["contoso"]


def test_data_connections_are_listed_by_kind(listed):
    assert list(listed("event-hub")["name"]) == ["sales-orders"]
    assert list(listed("event-grid")["name"]) == []


def test_the_identity_of_a_data_connection_is_found_behind_its_resource_id(listed):
    row = listed("event-hub").iloc[0]

    assert (row["identity"], row["object_id"], row["state"]) == ("mi-ingest", INGEST, "Succeeded")
    assert row["target"].endswith("/eventhubs/orders")


def test_a_data_connection_with_a_key_has_no_identity(sales, listed):
    sales.data_connections.append(
        DataConnection("keyed", "EventHub", {"eventHubResourceId": EDGE_HUB})
    )

    row = listed("event-hub").iloc[1]

    assert (row["name"], row["identity"], row["object_id"]) == ("keyed", "", "")


def test_an_identity_that_was_removed_from_the_cluster_is_still_named_and_that_is_said(
    azure, connection, listed
):
    azure.world.cluster.identities.remove(azure.world.identity("mi-ingest"))
    scopes, declaration = SALES, declaration_of("event-hub")
    assigned(connection)

    read = listing(connection, declaration, scopes)

    assert list(listing_frame(connection, read)["identity"]) == ["mi-ingest"]
    assert unassigned_notes(connection, read) == (
        "mi-ingest is named but not assigned to the cluster",
    )


def test_an_identity_that_was_deleted_is_shown_by_the_id_it_is_named_by(azure, connection, listed):
    export = azure.world.identity("mi-export")
    azure.world.identities.remove(export)
    azure.world.cluster.identities.remove(export)
    azure.world.cluster.policy = None
    azure.world.cluster.databases["Sales"].policy = None
    assigned(connection)

    read = listing(connection, declaration_of("external-table"), SALES)

    assert list(listing_frame(connection, read)["identity"]) == [EXPORT]
    assert unassigned_notes(connection, read) == (
        f"{EXPORT} is named but not assigned to the cluster",
    )


def test_nothing_is_said_of_assignments_that_nobody_looked_at(azure, connection):
    azure.world.cluster.identities.clear()

    read = listing(connection, declaration_of("external-table"), SALES)

    assert unassigned_notes(connection, read) == ()


def test_what_is_kept_nowhere_is_listed_by_policy(listed):
    frame = listed("sdk-ingestion")

    assert frame.loc[0, ["database", "name", "kind", "identity", "target"]].tolist() == [
        *("Sales", "", "policy entry", "mi-ingest", "NativeIngestion"),
    ]


def test_what_the_cluster_policy_allows_is_listed_with_every_database(azure, listed, connection):
    usage = f'[{{"ObjectId": "{EXPORT}", "AllowedUsages": "All"}}]'
    connection.kusto.command(f".alter-merge cluster policy managed_identity ```{usage}```")

    frame = listed("export", (Scope("Telemetry"),))

    assert frame.loc[0, ["database", "identity"]].tolist() == ["", "mi-export"]


def test_every_database_is_read(azure, connection, listed):
    azure.world.add_external_table("T", f"{LAKE}/x;managed_identity=system", database="Tom's Lab")

    frame = listed("external-table", scopes_of(connection, all_databases=True))

    assert list(frame["database"]) == ["Sales", "Telemetry", "Tom's Lab"]


def test_every_database_of_data_connections_is_read_with_one_look_for_the_cluster(
    azure, connection, listed
):
    scopes = scopes_of(connection, all_databases=True)
    before = azure.arm_requests_served

    listed("event-hub", scopes)

    # Where the cluster is, three databases.
    assert azure.arm_requests_served - before == 4


def test_databases_one_may_not_read_are_told_or_left_out(azure, connection, outsider, listed):
    scopes = scopes_of(connection, all_databases=True)

    with pytest.raises(errors.PartialRead) as caught:
        listed("external-table", scopes, by=outsider)
    read = listing(outsider, declaration_of("external-table"), scopes, skip_unreadable=True)

    assert caught.value.what == (
        "2 of 3 databases could not be read: database Telemetry, database Tom's Lab"
    )
    assert caught.value.remediation == Retry.having("--skip-unreadable")
    assert [one.existing.name for one in read.found] == ["ArchivedOrders"]
    assert [str(scope) for scope, _ in read.unreadable] == [
        "database Telemetry",
        "database Tom's Lab",
    ]


def test_a_cluster_policy_one_may_not_read_is_told_or_left_out(reader, listed):
    with pytest.raises(errors.PartialRead) as caught:
        listed("sdk-ingestion", by=reader)

    frame = listed("sdk-ingestion", by=reader, skip_unreadable=True)

    assert caught.value.what == "1 of 2 policies could not be read: cluster"
    assert list(frame["database"]) == ["Sales"]


@pytest.mark.parametrize(
    ("noun", "fix"), [("external-table", "--database Sales"), ("event-hub", "--database Sales")]
)
def test_a_database_that_is_not_there_is_named_with_the_closest_match(listed, noun, fix):
    with pytest.raises(errors.DatabaseNotFound) as caught:
        listed(noun, (Scope("Slaes"),))

    assert caught.value.fix == fix


def test_functions_that_do_it_are_listed_with_the_identities_in_their_text(
    connections, monkeypatch
):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-any")
    string = f"Authentication=Active Directory Managed Identity;User Id={EXPORT}"
    body = f"{{ evaluate sql_request('Server=x;{string}', 'select 1') }}"
    rows = [["Stock", "()", body], ["Other", "()", "{ Orders }"]]

    with replay(v1({"Name": "string", "Parameters": "string", "Body": "string"}, rows)) as uri:
        served = connections.open(uri, credential="token", database="Sales")
        read = listing(served, declaration_of("sql-request"), SALES)

    (found,) = read.found
    assert (found.existing.name, found.existing.identities) == ("Stock", (EXPORT,))
    assert read.command == ".show functions"
