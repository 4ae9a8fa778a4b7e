"""Azure roles that are listed before they count, by the switch `late-roles`."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER, OWNER
from tests.embedded.ingesting import LAKE, STRANGER_ID
from tests.embedded.links import allow

NAME = "0b6e7a52-93d1-4f08-b5c4-6a2e8d7f1c39"
SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
DEFINITION = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
FIXED = datetime(2026, 1, 5, 8, tzinfo=UTC)
READ = (
    "externaldata(OrderId: long, Region: string, Amount: real, Placed: datetime)"
    " [h'https://contosolake.blob.core.windows.net/archive/2024/orders.csv;"
    f"managed_identity={STRANGER_ID}']"
)


@pytest.fixture
def stranger(azure):
    """Let `mi-stranger` come as far as the storage account."""
    world = azure.world
    identity = world.identity("mi-stranger")
    world.cluster.identities.append(identity)
    allow(world.cluster, identity, "ExternalDataRequest")


@pytest.fixture
def grant(authorization):
    """Let a principal read the storage account, through Resource Manager."""

    def give(principal_id=STRANGER_ID, role=BLOB_READER, scope=LAKE):
        definition = f"{DEFINITION}/{role.role_id}"
        properties = {"roleDefinitionId": definition, "principalId": principal_id}
        body = {"properties": properties}
        return authorization.role_assignments.create(scope, NAME, body)

    return give


@pytest.fixture
def created_on(authorization):
    """Return when the listed roles of a principal were made."""

    def times(principal_id=STRANGER_ID):
        text = f"principalId eq '{principal_id}'"
        found = authorization.role_assignments.list_for_scope(LAKE, filter=text)
        return [each.created_on for each in found]

    return times


def test_late_role_is_listed_and_has_no_effect(azure, stranger, grant, created_on, refusal):
    azure.faults.add("late-roles")
    before = datetime.now(UTC)

    made = grant()

    assert created_on() == [made.created_on]
    assert before <= made.created_on <= datetime.now(UTC)
    assert refusal(READ, database="Sales").code == "Download_Forbidden"


def test_it_counts_once_the_switch_is_off(azure, stranger, grant, created_on, run):
    azure.faults.add("late-roles")
    grant()

    azure.faults.clear()

    (made,) = created_on()
    assert made <= datetime.now(UTC) - timedelta(minutes=10)
    assert len(run(READ, database="Sales")) > 0


def test_switch_is_not_used_up(azure, stranger, grant, refusal):
    azure.faults.add("late-roles", times=1)
    azure.assign_role("mi-stranger", "Storage Blob Data Reader", "contosobackup")
    grant()

    assert refusal(READ, database="Sales").code == "Download_Forbidden"
    assert azure.faults.active() == [{"name": "late-roles", "times": None, "match": ""}]


def test_roles_given_by_name_are_late_too(azure, stranger, created_on, refusal, run):
    azure.faults.add("late-roles")
    azure.assign_role("mi-stranger", "Storage Blob Data Reader", "contosolake/archive")
    refused = refusal(READ, database="Sales")

    azure.faults.clear()

    assert refused.code == "Download_Forbidden"
    assert len(run(READ, database="Sales")) > 0


def test_roles_of_before_and_after_are_in_effect(azure, stranger, grant, created_on, run):
    azure.assign_role("mi-stranger", "Storage Blob Data Reader", "contosobackup")
    azure.faults.add("late-roles")
    azure.faults.clear()

    grant()

    assert created_on() == [FIXED]
    assert azure.world.azure_roles[-2].in_effect
    assert len(run(READ, database="Sales")) > 0


def test_other_scopes_are_not_late_when_it_matches_one(azure, stranger, grant, created_on, run):
    azure.faults.add("late-roles", match="contosobackup")

    grant()

    assert created_on() == [FIXED]
    assert len(run(READ, database="Sales")) > 0


def test_late_role_gives_no_right_to_manage_either(azure, grant, send):
    somebody = azure.world.add_principal("somebody", token="somebody")
    azure.faults.add("late-roles")
    grant(somebody.object_id, OWNER, SUBSCRIPTION)
    path = f"{LAKE}/providers/Microsoft.Authorization/roleAssignments"

    early = send("GET", path, token="somebody", version="2022-04-01")
    azure.faults.clear()
    late = send("GET", path, token="somebody", version="2022-04-01")

    assert (early.status_code, late.status_code) == (403, 200)


def test_reset_forgets_it(azure, grant):
    azure.faults.add("late-roles")
    grant()

    azure.reset()

    assert azure.faults.active() == []
    assert all(each.in_effect for each in azure.world.azure_roles)
