"""The fix after a denial is for the identity, usage, database or host that the denial names."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.state.entities import IngestionMapping
from adxmi_jupyter.model.usage import Usage
from tests.examples import sampled

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
ORDERS = f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
BLOBS = f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs"
LAKE_ID = f"{GROUP}/Microsoft.Storage/storageAccounts/contosolake"
COSMOS_ID = f"{GROUP}/Microsoft.DocumentDB/databaseAccounts/contosocosmos"
LAKE = "https://contosolake.blob.core.windows.net"
HUB = (
    f"--database Telemetry --name second --event-hub {ORDERS} --identity mi-ingest "
    "--data-format JSON --table"
)
LISTED = "%adxmi event-hub list --all-databases"
VALIDATION = "EventHubValidationErorFound: [BadRequest] Validation Errors found: it is in use"


@pytest.fixture
def denied(magic):
    """Run a line that is denied and return its error."""

    def run(line, body=None):
        with pytest.raises((errors.ServiceRefusal, errors.OperationFailed)) as caught:
            magic(line, body)
        return caught.value

    return run


@pytest.fixture
def without_export(magic):
    """Remove mi-export from the cluster, whose policies go on naming it."""
    magic("identity remove --identity mi-export --yes")


REVOKED = {
    "another identity's usage": "--database Sales --identity mi-ingest --usage DataConnection",
    "another usage of it": "--database Sales --identity mi-ingest --usage NativeIngestion",
}


@pytest.mark.nightly
@pytest.mark.parametrize("what", REVOKED.values(), ids=REVOKED)
def test_a_policy_that_names_another_identity_that_is_gone(denied, without_export, what):
    failure = denied(f"policy revoke {what} --yes")

    assert failure.fix == "%adxmi identity assign --identity mi-export"


@pytest.mark.nightly
def test_the_policy_of_the_cluster_as_well(magic, denied, without_export):
    magic("policy grant --cluster --identity mi-ingest --usage AzureAI")

    failure = denied("policy revoke --cluster --identity mi-ingest --usage AzureAI --yes")

    assert failure.fix == "%adxmi identity assign --identity mi-export"


@pytest.mark.nightly
def test_the_fix_that_was_proposed_is_no_part_of_the_denial(magic, denied, without_export):
    failure = denied(f"policy revoke {REVOKED['another usage of it']} --yes")

    frame = magic(
        "check --error", f"{failure}\n  fix: %adxmi identity assign --identity mi-stranger"
    )

    assert list(frame[frame["state"] == "not met"]["subject"]) == ["mi-export"]


@pytest.mark.nightly
def test_the_system_assigned_identity_by_its_object_id(magic, denied):
    magic("identity remove --identity system --yes")

    failure = denied('policy alter --database "Tom\'s Lab" --yes', _entries())

    assert "identity assign --identity system" in failure.fix


def _entries():
    return (
        '[{"ObjectId": "system", "AllowedUsages": "All"},'
        '{"ObjectId": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "AllowedUsages": "AzureAI"}]'
    )


@pytest.mark.nightly
def test_a_caller_who_lacks_a_role_is_not_told_to_change_a_policy(magic, denied):
    magic("connect embedded --credential as:reader --name reader")

    failure = denied(
        "external-table create --database Sales --name New --columns A:long --data-format csv "
        f"--location {LAKE}/archive --identity mi-ingest -c reader"
    )

    assert "policy grant" not in failure.fix
    assert "status" in failure.fix


@pytest.mark.nightly
def test_an_event_hub_whose_consumer_group_is_taken(denied):
    failure = denied(f"event-hub create {HUB} Events")

    assert "policy grant" not in failure.fix
    assert failure.fix.startswith("--consumer-group analytics; ")
    assert LISTED in failure.fix


@pytest.mark.nightly
def test_the_check_of_it_is_not_all_met(magic):
    frame = magic(f"event-hub check {HUB} Events").set_index("requirement")

    assert frame.loc["consumer group", "state"] == "not met"
    assert "sales-orders of the database Sales" in frame.loc["consumer group", "detail"]


@pytest.mark.nightly
def test_its_own_consumer_group_is_free_for_it(magic):
    line = HUB.replace("Telemetry", "Sales").replace("second", "sales-orders")

    frame = magic(f"event-hub check {line} Orders").set_index("requirement")

    assert frame.loc["consumer group", "state"] == "met"


@pytest.mark.nightly
def test_a_consumer_group_that_is_not_there(denied):
    failure = denied(f"event-hub create {HUB} Events --consumer-group nobody")

    assert "consumer-group create --name nobody" in failure.fix
    assert "--namespace-name contosohub --eventhub-name orders" in failure.fix


@pytest.mark.nightly
def test_an_event_hub_that_is_not_there(magic):
    line = HUB.replace("eventhubs/orders", "eventhubs/nothing")

    frame = magic(f"event-hub check {line} Events").set_index("requirement")

    assert frame.loc["consumer group", "state"] == "unknown"
    assert "no such resource" in frame.loc["consumer group", "detail"]


@pytest.mark.nightly
def test_an_event_grid_connection_that_takes_it(magic, denied):
    magic(
        f"event-grid create --database Sales --name blobs --storage-account {LAKE_ID} "
        f"--event-hub {BLOBS} --identity mi-ingest --table Orders --data-format CSV"
    )

    failure = denied(f"event-hub create {HUB.replace(ORDERS, BLOBS)} Events")

    assert "%adxmi event-grid list --all-databases" in failure.fix


CONNECTIONS = {
    "event-hub": f"--event-hub {ORDERS} --consumer-group analytics --data-format JSON",
    "event-grid": f"--event-hub {BLOBS} --storage-account {LAKE_ID} --data-format CSV",
    "cosmosdb-connection": f"--account {COSMOS_ID} --catalog Shop --container Baskets",
}


@pytest.mark.nightly
@pytest.mark.parametrize("noun", CONNECTIONS)
def test_a_table_that_is_not_there(denied, noun):
    line = f"{noun} create --database Telemetry --name x --identity mi-ingest {CONNECTIONS[noun]}"

    failure = denied(f"{line} --table Event")

    assert failure.fix == f"%adxmi {line} --table Events"


@pytest.mark.nightly
@pytest.mark.parametrize("noun", CONNECTIONS)
def test_a_mapping_that_is_not_there(denied, noun):
    line = f"{noun} create --database Telemetry --name x --identity mi-ingest {CONNECTIONS[noun]}"

    failure = denied(f"{line} --table Events --mapping Nothing")

    assert failure.fix == "create the ingestion mapping, or name another one"


@pytest.mark.nightly
def test_a_mapping_whose_columns_the_table_lacks(magic, azure):
    mapping = '[{"column": "Level", "path": "$.l"}, {"column": "Gone", "path": "$.g"}]'
    azure.world.cluster.databases["Telemetry"].tables["Events"].mappings.append(
        IngestionMapping("Partly", "json", mapping, "2026-01-01T00:00:00Z")
    )

    frame = magic(f"event-hub check {HUB} Events --consumer-group analytics --mapping Partly")

    told = frame.set_index("requirement").loc["table"]
    assert told["state"] == "not met"
    assert told["detail"].endswith("columns that the table lacks: Gone")


@pytest.mark.nightly
def test_a_table_that_was_dropped_since_is_found(magic, azure):
    del azure.world.cluster.databases["Sales"].tables["Orders"]

    frame = magic("event-hub check sales-orders --database Sales").set_index("requirement")

    assert frame.loc["table", "state"] == "not met"


def test_a_validation_that_is_pasted_lists_the_connections(magic):
    frame = magic("check --error", VALIDATION)

    assert list(frame["requirement"]) == ["validation"]
    assert list(frame["fix"]) == [LISTED]
    assert "not met" not in set(frame["state"])


USAGES = [one for one in Usage if one not in {Usage.ALL, Usage.SANDBOX_ARTIFACTS}]


@pytest.mark.nightly
@pytest.mark.parametrize("usage", sampled(USAGES, each=4))
def test_only_the_usage_that_is_named_is_granted(magic, usage):
    magic("policy revoke --database Sales --identity mi-ingest --usage NativeIngestion --yes")
    magic("policy revoke --database Sales --identity mi-ingest --usage DataConnection --yes")
    text = f"ManagedIdentityNotAllowedByPolicyException: 'mi-ingest' for '{usage}'"

    frame = magic("check --error", text)

    assert list(frame[frame["state"] == "not met"]["fix"]) == [
        f"%adxmi policy grant --database Sales --identity mi-ingest --usage {usage}"
    ]


WISHES = {
    "a line of this tool": "policy revoke --identity mi-stranger --usage DataConnection",
    "a policy": '[{"ObjectId": "9c06e2b5-47d8-4f13-82ac-b5e97d10f348", "AllowedUsages": "AzureAI"}]',
}


@pytest.mark.nightly
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("named", ["e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", "mi-export"])
def test_what_a_command_asked_for_is_not_what_was_denied(magic, without_export, named, wish):
    frame = magic(
        "check --error", f"BadRequest_InvalidManagedIdentity: '{named}' is not there\n{wish}"
    )

    assert set(frame["subject"]) == {"mi-export"}
    assert list(frame[frame["state"] == "not met"]["fix"]) == [
        "%adxmi identity assign --identity mi-export"
    ]


def test_a_denial_that_names_nobody_is_about_what_its_command_asked_for(magic):
    frame = magic("check --error", f"BadRequest_InvalidManagedIdentity\n{WISHES['a policy']}")

    assert "%adxmi identity assign --identity mi-stranger" in set(frame["fix"])


@pytest.mark.parametrize(
    ("code", "noun"),
    [
        ("EventHubValidationErorFound", "event-hub"),
        ("EventGridValidationErorFound", "event-grid"),
        ("CosmosDbValidationErorFound", "cosmosdb-connection"),
    ],
)
def test_connections_of_the_kind_that_was_validated_are_listed(magic, code, noun):
    frame = magic("check --error", f"{code}: no")

    assert frame["fix"][0] == f"%adxmi {noun} list --all-databases"
