"""The data roles of a Cosmos DB account: what Resource Manager shows is who gets in."""

import pytest

from tests.embedded.ingesting import COSMOS, INGEST_ID
from tests.embedded.links import allow

VERSION = "2024-11-15"
ROLES = f"{COSMOS}/sqlRoleAssignments"
NAME = "0b6e7a52-93d1-4f08-b5c4-6a2e8d7f1c39"
READER = f"{COSMOS}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001"
CONTRIBUTOR = f"{COSMOS}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
BASKETS = (
    "evaluate cosmosdb_sql_request('AccountEndpoint=https://contosocosmos.documents.azure.com/;"
    'Database=Shop;Collection=Baskets;Authentication="Active Directory Managed Identity";'
    f"User Id={INGEST_ID};', 'select * from c')"
)


@pytest.fixture
def cosmos(send):
    """Send a request about the role assignments of the account."""

    def send_request(method, name="", *, version=VERSION, **options):
        return send(method, f"{ROLES}/{name}".rstrip("/"), version=version, **options)

    return send_request


@pytest.fixture
def put(cosmos):
    """Put a principal into a data role of the account."""

    def put_role(principal_id=INGEST_ID, *, role=READER, scope=COSMOS, name=NAME):
        given = {"roleDefinitionId": role, "principalId": principal_id, "scope": scope}
        return cosmos("PUT", name, json={"properties": given})

    return put_role


@pytest.fixture
def listed(cosmos):
    """Return (role, principal, scope) of what the account lists, each without the account."""

    def shown():
        found = [each["properties"] for each in cosmos("GET").json()["value"]]
        return [
            (p["roleDefinitionId"][-1], p["principalId"], p["scope"].removeprefix(COSMOS))
            for p in found
        ]

    return shown


@pytest.fixture
def queries(azure, run):
    """Let `mi-ingest` query the container: every link but the data role holds."""
    world = azure.world
    allow(world.cluster, world.identity("mi-ingest"), "SqlRequest")
    run(
        '.alter-merge cluster policy callout \'[{"CalloutType": "cosmosdb",'
        '"CalloutUriRegex": "documents.azure.com", "CanCall": true}]\''
    )


def test_seeded_reader_is_listed(cosmos, azure):
    response = cosmos("GET")

    (item,) = response.json()["value"]
    assert response.status_code == 200
    assert item["id"] == f"{ROLES}/{item['name']}"
    assert item["type"] == "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"
    assert item["properties"] == {
        "roleDefinitionId": READER,
        "principalId": azure.world.identity("mi-export").object_id,
        "scope": COSMOS,
    }


@pytest.mark.parametrize("role", [READER, CONTRIBUTOR])
def test_who_is_put_into_a_data_role_gets_in(put, queries, run, refusal, role):
    before = refusal(BASKETS, database="Sales")

    response = put(role=role)

    assert before.code == "General_AccessDenied"
    assert (response.status_code, response.json()["name"]) == (200, NAME)
    assert len(run(BASKETS, database="Sales")) == 3


def test_who_is_taken_out_of_it_does_not(put, cosmos, queries, refusal):
    put()

    first, again = cosmos("DELETE", NAME), cosmos("DELETE", NAME)

    assert (first.status_code, again.status_code) == (200, 204)
    assert refusal(BASKETS, database="Sales").code == "General_AccessDenied"


@pytest.mark.parametrize("scope", ["/dbs/Shop", "/dbs/Shop/colls/Baskets"])
def test_scope_may_be_a_database_or_container(put, queries, run, listed, scope):
    put(scope=f"{COSMOS}{scope}")

    assert listed()[-1] == ("1", INGEST_ID, scope)
    assert len(run(BASKETS, database="Sales")) == 3


@pytest.mark.parametrize("scope", ["/dbs/Sho", "/dbs/Shop/colls/Basket", "/dbs/Shop/colls/Users"])
def test_scope_beside_the_container_does_not_let_in(put, queries, refusal, scope):
    put(scope=f"{COSMOS}{scope}")

    assert refusal(BASKETS, database="Sales").code == "General_AccessDenied"


def test_an_azure_role_does_not_let_in(azure, queries, refusal):
    azure.assign_role("mi-ingest", "Owner", "contosocosmos")

    assert refusal(BASKETS, database="Sales").code == "General_AccessDenied"


def test_readers_of_the_account_are_the_same_thing(azure, put, cosmos, listed):
    readers = azure.world.cosmos_accounts["contosocosmos"].readers
    (export,) = readers

    put()
    seen = set(readers)
    readers.discard(export)
    readers.add("a-principal")

    assert seen == {export, INGEST_ID}
    assert listed() == [("1", INGEST_ID, ""), ("1", "a-principal", "")]


def test_get_one(put, cosmos):
    put()

    found, missing = cosmos("GET", NAME.upper()), cosmos("GET", NAME.replace("0b", "1b"))

    assert found.json()["properties"]["principalId"] == INGEST_ID
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_put_again_changes_the_role(put, listed):
    put()
    again = put(role=CONTRIBUTOR)

    assert again.status_code == 200
    assert listed()[-1] == ("2", INGEST_ID, "")


def test_scope_may_leave_the_account_out(put, listed):
    put(scope="/dbs/Shop")

    assert listed()[-1] == ("1", INGEST_ID, "/dbs/Shop")


def test_the_same_under_another_name_is_a_conflict(put):
    put()
    again = put(name=NAME.replace("0b", "1b"))

    assert (again.status_code, again.json()["error"]["code"]) == (409, "Conflict")


@pytest.mark.parametrize(
    "wrong",
    [
        {"principal_id": "00000000-0000-0000-0000-00000000dead"},
        {"principal_id": ""},
        {"role": READER[:-1] + "9"},
        {"role": ""},
        {"scope": ""},
        {"scope": COSMOS.replace("contosocosmos", "other")},
        {"scope": f"{COSMOS}/databases/Shop"},
        {"scope": f"{COSMOS}2"},
        {"name": "no-guid"},
    ],
)
def test_what_makes_no_role_assignment_is_refused(put, listed, wrong):
    before = listed()

    response = put(**wrong)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "BadRequest")
    assert listed() == before


def test_a_client_id_is_no_principal(put, azure):
    response = put(azure.world.identity("mi-ingest").client_id)

    assert response.status_code == 400


def test_a_new_identity_is_not_known_at_once(put, azure):
    azure.world.identity("mi-ingest").unseen = 1

    first, second = put(), put()

    assert (first.status_code, second.status_code) == (400, 200)


def test_principal_and_scope_cannot_change(put, azure, listed):
    put()

    moved = put(scope=f"{COSMOS}/dbs/Shop")
    given_away = put(azure.world.identity("mi-stranger").object_id)

    assert (moved.status_code, given_away.status_code) == (400, 400)
    assert listed()[-1] == ("1", INGEST_ID, "")


@pytest.mark.parametrize(
    ("role", "may_read"),
    [
        ("Reader", True),
        ("Cosmos DB Account Reader Role", True),
        ("Managed Identity Operator", False),
    ],
)
def test_reading_them_takes_a_right_on_the_account(give_role, cosmos, role, may_read):
    give_role("somebody", role, COSMOS)

    listed = cosmos("GET", token="somebody")
    written = cosmos("DELETE", NAME, token="somebody")

    assert listed.status_code == (200 if may_read else 403)
    assert (written.status_code, written.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert "sqlRoleAssignments/delete" in written.json()["error"]["message"]


def test_the_reader_of_the_cluster_may_not_read_them(cosmos):
    response = cosmos("GET", token="embedded-reader")

    assert (response.status_code, response.json()["error"]["code"]) == (403, "AuthorizationFailed")


def test_an_account_that_does_not_exist(send):
    path = f"{COSMOS}x/sqlRoleAssignments"

    response = send("GET", path, version=VERSION)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_a_version_of_another_provider_is_refused(cosmos):
    response = cosmos("GET", version="2025-02-14")

    assert response.json()["error"]["code"] == "NoRegisteredProviderFound"
