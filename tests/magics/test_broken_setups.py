"""Ten set-ups that people break, each diagnosed by the first line of a check.

What is expected was written down before anything was checked.
"""

from dataclasses import replace

import pytest
from azure.mgmt.msi import ManagedServiceIdentityClient

from adxmi_jupyter.embedded.seed.azure import SUBSCRIPTION_ID
from adxmi_jupyter.embedded.state.security import DatabaseRole
from adxmi_jupyter.embedded.state.world import as_principal
from tests.embedded.clients import LoopbackAuth, UnusedCredential
from tests.embedded.conftest import ADMIN

LAKE = "https://contosolake.blob.core.windows.net"
COLUMNS = '"OrderId:long, Region:string"'


@pytest.fixture
def broken(magic):
    """Return the first row of a check that is not ok."""

    def first(line):
        frame = magic(line)
        return frame[~frame["state"].isin(["met"])].iloc[0]

    return first


@pytest.fixture
def make_again(azure):
    """Delete an identity in Azure and make it again under its name, as a pipeline would."""

    def again(name):
        former = azure.world.identity(name)
        with ManagedServiceIdentityClient(
            UnusedCredential(),
            SUBSCRIPTION_ID,
            base_url=azure.arm_uri,
            authentication_policy=LoopbackAuth(ADMIN),
        ) as client:
            identities = client.user_assigned_identities
            identities.delete("analytics", name)
            identities.create_or_update("analytics", name, {"location": "westeurope"})
        return former, azure.world.identity(name)

    return again


def test_an_identity_that_was_made_again_under_its_name(make_again, broken):
    """A pipeline deleted and created mi-export; the table names the former one."""
    former, new = make_again("mi-export")

    row = broken("external-table check ArchivedOrders")

    assert (row["requirement"], row["state"]) == ("identity exists", "not met")
    assert new.object_id in row["detail"]
    assert former.object_id in row["detail"]


@pytest.mark.nightly
def test_sandbox_artifacts_allowed_on_the_database_only(magic, broken):
    """The usage counts in the cluster policy alone, and somebody granted it on the database."""
    magic("policy grant --database Sales --identity mi-ingest --usage SandboxArtifacts")

    row = broken(
        "python-plugin check --query Orders --identity mi-ingest --script x "
        f"--artifacts mod.py={LAKE}/landing/mod.py"
    )

    assert (row["requirement"], row["state"]) == ("allowed by policy", "not met")
    assert "only the cluster policy has an effect" in row["detail"]
    assert (
        row["fix"] == "%adxmi policy grant --cluster --identity mi-ingest --usage SandboxArtifacts"
    )


@pytest.mark.nightly
def test_owner_of_the_storage_account_without_a_role_for_data(magic, broken):
    """Owner manages the account; it reads no blob."""
    magic("identity assign --identity mi-stranger")
    magic("policy grant --database Sales --identity mi-stranger --usage ExternalDataRequest")
    magic("embedded azure-role --identity mi-stranger --role Owner --target contosolake")

    row = broken(
        f"externaldata check --identity mi-stranger --location {LAKE}/landing/orders.csv "
        f"--columns {COLUMNS}"
    )

    assert (row["requirement"], row["state"]) == ("Azure role", "not met")
    assert "Owner doesn't grant access to data" in row["detail"]
    assert '--role "Storage Blob Data Reader"' in row["fix"]


@pytest.mark.nightly
def test_an_export_that_reads_a_second_database(magic, azure, broken):
    """The identity is a viewer where the export runs, and not of the database it looks up."""
    magic("policy grant --database Sales --identity mi-export --usage AutomatedFlows")
    magic("role grant --database Sales --role viewers --identity mi-export")
    azure.world.add_continuous_export(
        "Joined",
        external_table="ArchivedOrders",
        managed_identity=azure.world.identity("mi-export").object_id,
        query='Orders | join kind=leftouter database("Telemetry").Heartbeats on $left.Region == '
        "$right.Node",
        database="Sales",
    )

    row = broken("continuous-export check Joined")

    assert (row["requirement"], row["state"]) == ("security role", "not met")
    assert "viewers on Telemetry" in row["detail"]
    assert row["fix"] == (
        "%adxmi role grant --database Telemetry --role viewers --identity mi-export"
    )


def test_a_client_id_in_a_connection_string(azure, broken):
    """The portal shows the client ID first, and the service takes the text at creation."""
    ingest = azure.world.identity("mi-ingest")
    azure.world.add_external_table(
        "Copied", f"{LAKE}/archive;managed_identity={ingest.client_id}", database="Sales"
    )

    row = broken("external-table check Copied")

    assert (row["requirement"], row["state"]) == ("kind of ID", "not met")
    assert ingest.object_id in row["detail"]


@pytest.mark.nightly
def test_an_export_into_a_table_whose_own_identity_lost_its_usage(magic, azure, broken):
    """The export's identity is in order; the table's is another link further on."""
    magic("policy grant --database Sales --identity mi-ingest --usage AutomatedFlows")
    magic("role grant --database Sales --role viewers --identity mi-ingest")
    magic("policy revoke --database Sales --identity mi-export --usage ExternalTable --yes")
    azure.world.add_continuous_export(
        "Nightly",
        external_table="ArchivedOrders",
        managed_identity=azure.world.identity("mi-ingest").object_id,
        query="Orders",
        database="Sales",
    )

    row = broken("continuous-export check Nightly")

    assert (row["requirement"], row["subject"]) == ("allowed by policy", "mi-export ExternalTable")
    assert row["fix"].startswith("%adxmi policy grant --database Sales --identity mi-export")


@pytest.mark.nightly
def test_an_event_hub_of_another_tenant(broken):
    """Identities end at their tenant, whatever roles the other side gives."""
    hub = (
        "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
        "Microsoft.EventHub/namespaces/fabrikamhub/eventhubs/orders"
    )

    row = broken(
        f"event-hub check --name theirs --event-hub {hub} --identity mi-ingest --table Orders"
    )

    assert (row["requirement"], row["state"]) == ("same tenant", "not met")
    assert "a4c1e8d7-3b60-4f92-8e15-7d2c9b04f6a3" in row["detail"]


def test_a_viewer_listed_by_object_id(magic, azure, broken):
    """Resource Manager takes an object ID where a client ID belongs, and it never works."""
    ingest = azure.world.identity("mi-ingest")
    magic("policy grant --database Sales --identity mi-ingest --usage AutomatedFlows")
    by_object_id = replace(as_principal(ingest), identifier=ingest.object_id)
    azure.world.grant(by_object_id, DatabaseRole.VIEWERS, database="Sales")

    row = broken(
        "update-policy check --table Customers --source Orders --identity mi-ingest --query Orders"
    )

    assert (row["requirement"], row["state"]) == ("security role", "not met")
    assert "listed by its object ID" in row["detail"]


@pytest.mark.nightly
def test_cosmos_db_that_the_cluster_may_not_call(magic, broken):
    """The callout policy has no rule for Cosmos DB by itself."""
    magic("policy grant --database Sales --identity mi-export --usage SqlRequest")

    row = broken(
        "cosmosdb-sql-request check --identity mi-export --account contosocosmos --catalog Shop "
        '--collection Baskets --sql "select * from c"'
    )

    assert (row["requirement"], row["state"]) == ("callout policy", "not met")
    assert row["fix"].startswith("%adxmi callout allow --type cosmosdb")


@pytest.mark.nightly
def test_a_role_that_was_given_minutes_ago(magic, broken):
    """It is listed, and has no effect yet: waiting fixes it, and nothing else."""
    magic("identity assign --identity mi-stranger")
    magic("policy grant --database Sales --identity mi-stranger --usage NativeIngestion")
    magic("embedded faults late-roles")
    magic(
        'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
        "--target contosolake/landing"
    )

    row = broken(
        f"sdk-ingestion check --identity mi-stranger --location {LAKE}/landing/orders.csv "
        "--table Orders --data-format csv"
    )

    assert (row["requirement"], row["state"]) == ("Azure role", "warning")
    assert "minutes" in row["detail"]
