"""Query acceleration policies of external tables, and the health they show."""

import json

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from tests.embedded.links import allow, give

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
DELTA = "https://contosolake.blob.core.windows.net/delta/orders"
ON = {"IsEnabled": True, "Hot": "1.00:00:00"}
AS_EXPORT = {**ON, "ManagedIdentity": EXPORT_ID}


def alter(policy, *, merge=False, name="Lake"):
    text = json.dumps(policy)
    return f".alter{'-merge' * merge} external table {name} policy query_acceleration '{text}'"


@pytest.fixture
def lake(azure):
    """Put a delta table into the world without looking at it; its credential can be chosen."""

    def create(auth=f"managed_identity={EXPORT_ID}", place=DELTA, **more):
        return azure.world.add_external_table(
            "Lake",
            f"{place};{auth}",
            database="Sales",
            table_type="Delta",
            columns=(("OrderId", "long"), ("Placed", "datetime")),
            **more,
        )

    return create


@pytest.fixture
def state(run):
    """Return the state of the acceleration of `Lake`."""

    def shown():
        (row,) = run(".show external table Lake details", database="Sales")
        return json.loads(row["QueryAccelerationState"])

    return shown


def test_policy_is_set_and_shown(run, lake):
    lake()
    windows = [{"MinValue": "2025-01-01", "MaxValue": "2025-02-01"}]
    policy = {
        **AS_EXPORT,
        "MaxAge": "00:10:00",
        "HotWindows": windows,
        "HotDateTimeColumn": "Placed",
    }

    (row,) = run(alter(policy), database="Sales")

    assert (row["PolicyName"], row["EntityName"]) == ("QueryAccelerationPolicy", "[Sales].[Lake]")
    assert (row["EntityType"], row["ChildEntities"]) == ("ExternalTable", "")
    assert json.loads(row["Policy"]) == policy
    assert run(".show external table Lake policy query_acceleration", database="Sales") == [row]
    (details,) = run(".show external table Lake details", database="Sales")
    assert json.loads(details["QueryAccelerationPolicy"]) == policy


def test_all_tables_are_shown(run, lake):
    lake()
    run(alter(ON), database="Sales")

    rows = run(".show external table * policy query_acceleration", database="Sales")

    assert [row["EntityName"] for row in rows] == ["[Sales].[ArchivedOrders]", "[Sales].[Lake]"]
    assert rows[0]["Policy"] == "null"
    assert json.loads(rows[1]["Policy"])["MaxAge"] == "00:05:00"


def test_merge_changes_what_is_named_and_joins_windows(run, lake):
    lake()
    first, second = (
        {"MinValue": f"{year}-01-01", "MaxValue": f"{year + 1}-01-01"} for year in (2020, 2022)
    )
    run(alter({**AS_EXPORT, "HotWindows": [first]}), database="Sales")

    (row,) = run(alter({"Hot": "5d", "HotWindows": [first, second]}, merge=True), database="Sales")

    policy = json.loads(row["Policy"])
    assert (policy["Hot"], policy["ManagedIdentity"]) == ("5.00:00:00", EXPORT_ID)
    assert policy["HotWindows"] == [first, second]


def test_alter_replaces_everything(run, lake):
    lake()
    run(alter(AS_EXPORT), database="Sales")

    (row,) = run(alter(ON), database="Sales")

    assert json.loads(row["Policy"])["ManagedIdentity"] is None


def test_delete_leaves_none(run, lake):
    lake()
    run(alter(ON), database="Sales")

    (row,) = run(".delete external table Lake policy query_acceleration", database="Sales")

    assert row["Policy"] == "null"


@pytest.mark.parametrize(
    "policy",
    [
        {"Hot": "1.00:00:00"},
        {"IsEnabled": True},
        {**ON, "Hot": "23:59:59"},
        {**ON, "Hot": "soon"},
        {**ON, "MaxAge": "00:00:59"},
        {**ON, "HotWindows": [{"MinValue": "2020"}]},
        {**ON, "HotWindows": 5},
        {**ON, "HotWindows": [{"MinValue": "2020-01-01", "MaxValue": "later"}]},
        {**ON, "HotDateTimeColumn": "OrderId"},
        {**ON, "HotDateTimeColumn": "Nowhere"},
        {**ON, "IsEnabled": "perhaps"},
        [ON],
    ],
)
def test_policies_outside_their_rules_are_refused(refusal, lake, policy):
    lake()

    assert refusal(alter(policy), database="Sales").code == "General_BadRequest"


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ("9c06e2b5-47d8-4f13-82ac-b5e97d10f348", "BadRequest_InvalidManagedIdentity"),
        ("system", "Forbidden"),
    ],
)
def test_identity_has_to_be_assigned_and_allowed_when_set(refusal, lake, identity, code):
    lake()

    assert refusal(alter({**ON, "ManagedIdentity": identity}), database="Sales").code == code


def test_only_delta_tables_are_accelerated(refusal):
    error = refusal(alter(ON, name="ArchivedOrders"), database="Sales")

    assert error.code == "General_BadRequest"


def test_healthy_table(run, lake, state):
    lake()

    run(alter(ON), database="Sales")

    found = state()
    assert (found["IsHealthy"], found["NotHealthyReason"]) == (True, "")
    assert found["CompletePercentage"] == 100.0
    assert found["HotSize"] > 0


def test_statistics_of_the_tables_with_a_policy(run, lake):
    lake()
    run(alter(ON), database="Sales")

    (row,) = run(".show external tables operations query_acceleration statistics", database="Sales")

    assert (row["ExternalTableName"], row["IsEnabled"]) == ("Lake", True)
    assert (row["AccelerationCompletePercentage"], row["NotHealthyReason"]) == (100.0, "")


def test_table_that_impersonates_needs_an_identity(run, lake, state):
    lake("impersonate")
    run(alter(ON), database="Sales")

    before = state()
    run(alter(AS_EXPORT), database="Sales")

    assert before["IsHealthy"] is False
    assert before["NotHealthyReason"].startswith(
        "Managed identity must be specified for external tables"
    )
    assert state()["IsHealthy"] is True


def test_unreadable_table_is_not_healthy_until_the_role_is_there(azure, run, lake, state):
    world = azure.world
    system = world.identity("contoso")
    allow(world.cluster, system, "AutomatedFlows")
    lake("impersonate")
    run(alter({**ON, "ManagedIdentity": "system"}), database="Sales")

    before = state()
    account = world.storage_accounts["contosolake"]
    give(world, system.object_id, BLOB_READER, account.resource_id)

    assert before["NotHealthyReason"].startswith("InaccessibleDeltaTable")
    assert state()["IsHealthy"] is True


def test_usage_taken_away_is_not_healthy(azure, run, lake, state):
    lake("impersonate")
    run(alter(AS_EXPORT), database="Sales")
    azure.world.cluster.policy = []

    assert "'AutomatedFlows'" in state()["NotHealthyReason"]


def test_folder_without_a_delta_table_is_not_healthy(run, lake, state):
    lake(place="https://contosolake.blob.core.windows.net/archive")

    run(alter(ON), database="Sales")

    assert state()["NotHealthyReason"].startswith("DeltaTableNotFound")


def test_schema_updates_go_off_first(run, refusal, lake):
    lake(options={"AutoUpdateSchema": True}, infers_schema=True)
    run(alter(ON), database="Sales")

    texts = [
        ".delete external table Lake policy query_acceleration",
        alter({"IsEnabled": False}, merge=True),
    ]

    assert {refusal(text, database="Sales").code for text in texts} == {"General_BadRequest"}


@pytest.mark.parametrize("role", [DatabaseRole.USERS, DatabaseRole.MONITORS])
def test_changing_needs_a_database_admin(azure, run, refusal, lake, role):
    lake()
    azure.world.grant(azure.world.add_principal("t", token=TOKEN), role, database="Sales")
    show = ".show external table Lake policy query_acceleration"

    assert refusal(alter(ON), database="Sales", token=TOKEN).code == "Forbidden"
    assert len(run(show, database="Sales", token=TOKEN)) == 1


def test_altering_the_table_keeps_the_policy(run, lake):
    lake()
    run(alter(ON), database="Sales")

    run(
        f".alter external table Lake kind=delta (h'{DELTA};managed_identity={EXPORT_ID}')",
        database="Sales",
    )

    (row,) = run(".show external table Lake policy query_acceleration", database="Sales")
    assert json.loads(row["Policy"])["IsEnabled"] is True


def test_scripts_set_policies(run, lake):
    lake()

    (row,) = run(f".execute database script <|\n{alter(ON)}", database="Sales")

    assert row["CommandType"] == "ExternalTablePolicyQueryAccelerationAlter"
    assert row["Result"] == "Completed"


def test_the_seeded_delta_table_is_accelerated_when_the_policy_allows_it(azure, run):
    run(alter(AS_EXPORT, name="OrdersDelta"), database="Telemetry")
    (before,) = run(".show external table OrdersDelta details", database="Telemetry")
    telemetry = azure.world.cluster.databases["Telemetry"]
    allow(telemetry, azure.world.identity("mi-export"), "ExternalTable")

    (after,) = run(".show external table OrdersDelta details", database="Telemetry")

    assert json.loads(before["QueryAccelerationState"])["IsHealthy"] is False
    assert json.loads(after["QueryAccelerationState"])["IsHealthy"] is True


def test_the_seeded_delta_table_is_read_when_the_policy_allows_it(azure, run, refusal):
    query = "external_table('OrdersDelta') | project OrderId, Region | take 1"
    refused = refusal(query, database="Telemetry")
    telemetry = azure.world.cluster.databases["Telemetry"]
    allow(telemetry, azure.world.identity("mi-export"), "ExternalTable")

    rows = run(query, database="Telemetry")

    assert refused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert rows[0]["Region"] == "north"


def test_the_columns_of_the_seeded_delta_table_are_those_of_its_log(azure, run):
    run(
        f".create external table Inferred kind=delta (h'{DELTA};managed_identity={EXPORT_ID}')",
        database="Sales",
    )

    inferred = azure.world.cluster.databases["Sales"].external_tables["Inferred"]
    seeded = azure.world.cluster.databases["Telemetry"].external_tables["OrdersDelta"]

    assert (seeded.columns, seeded.infers_schema) == (inferred.columns, True)
