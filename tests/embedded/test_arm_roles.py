"""Azure role assignments and definitions, as the real SDK handles them."""

import uuid

import pytest
from azure.mgmt.authorization.models import RoleAssignmentCreateParameters

SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
GROUP = f"{SUBSCRIPTION}/resourceGroups/analytics"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/contosolake"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/contosobackup"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
DEFINITION = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
NAME = "0b6e7a52-93d1-4f08-b5c4-6a2e8d7f1c39"


@pytest.fixture
def assignments(authorization):
    return authorization.role_assignments


@pytest.fixture
def definitions(authorization):
    return authorization.role_definitions


@pytest.fixture
def ids(azure):
    """Object IDs by display name."""
    return {i.display_name: i.object_id for i in azure.world.identities}


@pytest.fixture
def put(send):
    """Put a role assignment on the storage account without any SDK."""

    def put_role(principal_id, *, name=NAME, role=BLOB_READER, **more):
        properties = {"roleDefinitionId": f"{DEFINITION}/{role}", "principalId": principal_id}
        path = f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{name}"
        body = {"properties": {**properties, **more}}
        return send("PUT", path, version="2022-04-01", json=body)

    return put_role


def test_seeded_roles_of_the_storage_account(assignments, ids):
    found = list(assignments.list_for_scope(STORAGE, filter="atScope()"))

    storage = {
        a.principal_id: a.role_definition_id.rsplit("/", 1)[1] for a in found if a.scope == STORAGE
    }
    assert storage == {
        ids["mi-ingest"]: BLOB_READER,
        ids["mi-export"]: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    }
    assert {a.principal_type for a in found} == {"ServicePrincipal", "User"}


def test_list_at_a_scope_contains_what_is_above_it(assignments):
    found = list(assignments.list_for_scope(STORAGE, filter="atScope()"))

    assert {a.scope for a in found} == {STORAGE, SUBSCRIPTION}


def test_at_scope_leaves_out_what_is_below(assignments):
    everything = list(assignments.list_for_scope(SUBSCRIPTION))
    above = list(assignments.list_for_subscription(filter="atScope()"))

    assert STORAGE in {a.scope for a in everything}
    assert {a.scope for a in above} == {SUBSCRIPTION}


@pytest.mark.parametrize(
    "text", ["principalId eq '{}'", "assignedTo('{}')", "atScope() and principalId eq '{}'"]
)
def test_roles_of_one_principal(assignments, ids, text):
    found = assignments.list_for_scope(STORAGE, filter=text.format(ids["mi-export"]))

    assert [a.principal_id for a in found] == [ids["mi-export"]]


BACKUPS = f"{ACCOUNT}/blobServices/default/containers/backups"


@pytest.mark.parametrize("scope", [BACKUPS, ACCOUNT, GROUP, SUBSCRIPTION])
def test_list_at_a_container_shows_what_is_inherited(azure, assignments, ids, scope):
    azure.assign_role("mi-export", "Storage Blob Data Reader", scope)

    found = list(assignments.list_for_scope(BACKUPS, filter=f"principalId eq '{ids['mi-export']}'"))

    assert [(each.scope, each.role_definition_id.rsplit("/", 1)[1]) for each in found] == [
        (scope, BLOB_READER)
    ]


def test_list_at_a_container_shows_no_role_of_its_neighbour(azure, assignments, ids):
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosobackup/others")
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosobackup/backups-old")

    found = assignments.list_for_scope(BACKUPS, filter=f"principalId eq '{ids['mi-export']}'")

    assert list(found) == []


@pytest.mark.parametrize(
    "target", ["contosobackup/backups", "ContosoBackup/backups", BACKUPS, f"{BACKUPS}/"]
)
def test_roles_are_assigned_by_name_or_scope(azure, target):
    is_new = azure.assign_role("MI-Export", "storage blob data reader", target)

    assert is_new is True
    assert azure.world.azure_roles[-1].scope == BACKUPS
    assert azure.assign_role("mi-export", "Storage Blob Data Reader", BACKUPS.upper()) is False


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (("nobody", "Reader", "contosolake"), "nobody"),
        (("mi-export", "King", "contosolake"), "King"),
        (("mi-export", "Reader", "nowhere/x"), "nowhere/x"),
        (("mi-export", "Reader", "/subscriptions/0"), "/subscriptions/0"),
        (
            ("mi-export", "Reader", f"{SUBSCRIPTION}/resourceGroups/x"),
            f"{SUBSCRIPTION}/resourceGroups/x",
        ),
        (("mi-export", "Reader", "fabrikamhub"), "mi-export"),
    ],
)
def test_names_that_are_none_are_told(azure, names, missing):
    with pytest.raises(KeyError) as error:
        azure.assign_role(*names)

    assert error.value.args == (missing,)


def test_unknown_filter_is_refused(assignments, refused):
    error = refused(list, assignments.list_for_scope(STORAGE, filter="createdOn eq 'now'"))

    assert error.status_code == 400


def test_list_for_group_and_resource(assignments):
    group = assignments.list_for_resource_group("analytics", filter="atScope()")
    resource = assignments.list_for_resource(
        "analytics", "Microsoft.Storage", "storageAccounts", "contosolake"
    )

    assert [a.scope for a in group] == [SUBSCRIPTION]
    assert len(list(resource)) == 3


def test_create_get_and_delete(assignments, ids, refused):
    parameters = RoleAssignmentCreateParameters(
        role_definition_id=f"{DEFINITION}/{BLOB_READER}",
        principal_id=ids["mi-stranger"],
        principal_type="ServicePrincipal",
    )

    made = assignments.create(STORAGE, NAME, parameters)
    found = assignments.get(STORAGE, NAME)
    removed = assignments.delete(STORAGE, NAME)
    again = assignments.delete(STORAGE, NAME)

    error = refused(assignments.get, STORAGE, NAME)
    assert made.id == found.id == removed.id
    assert made.id == f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{NAME}"
    assert made.scope == STORAGE
    assert again is None
    assert error.status_code == 404


def test_same_role_under_another_name_is_refused(put, ids):
    first = put(ids["mi-stranger"])

    second = put(ids["mi-stranger"], name=str(uuid.uuid4()))

    assert first.status_code == 201
    assert second.status_code == 409
    assert second.json()["error"]["code"] == "RoleAssignmentExists"


def test_same_name_again(put, ids):
    put(ids["mi-stranger"])

    same = put(ids["mi-stranger"])
    other = put(ids["mi-stranger"], role="acdd72a7-3385-48ef-bd42-f606fba81ae7")

    assert same.status_code == 200
    assert other.json()["error"]["code"] == "RoleAssignmentUpdateNotPermitted"


def test_wrong_principal_type_is_refused(assignments, ids, refused):
    parameters = RoleAssignmentCreateParameters(
        role_definition_id=f"{DEFINITION}/{BLOB_READER}", principal_id=ids["mi-stranger"]
    )

    error = refused(assignments.create, STORAGE, NAME, parameters)

    assert error.error.code == "UnmatchedPrincipalType"


def fresh(msi):
    return msi.user_assigned_identities.create_or_update(
        "analytics", "mi-fresh", {"location": "westeurope"}
    ).principal_id


def test_fresh_identity_without_a_type_is_not_found_at_first(put, msi):
    principal_id = fresh(msi)

    first, second = put(principal_id), put(principal_id)

    assert first.status_code == 400
    assert first.json()["error"]["code"] == "PrincipalNotFound"
    assert second.status_code == 201
    assert second.json()["properties"]["principalType"] == "ServicePrincipal"


def test_fresh_identity_with_its_type_is_believed(put, msi):
    response = put(fresh(msi), principalType="ServicePrincipal")

    assert response.status_code == 201


def test_client_id_is_no_principal(put, azure):
    response = put(azure.world.identity("mi-ingest").client_id)

    assert response.json()["error"]["code"] == "PrincipalNotFound"


def test_incomplete_assignment_is_refused(put, ids):
    assert put(ids["mi-ingest"], principalType=["User"]).status_code == 400
    assert put("").status_code == 400
    assert put(NAME, role="no-such-role").json()["error"]["code"] == "RoleDefinitionDoesNotExist"


def test_definitions_by_name(definitions):
    (found,) = definitions.list(STORAGE, filter="roleName eq 'storage blob data reader'")

    assert found.name == BLOB_READER
    assert found.role_type == "BuiltInRole"
    assert found.permissions[0].data_actions


def test_known_definitions(definitions):
    names = {each.role_name for each in definitions.list(SUBSCRIPTION)}

    assert {"Owner", "Contributor", "Reader", "Managed Identity Operator"} <= names


def test_get_definition(definitions, refused):
    found = definitions.get(SUBSCRIPTION, BLOB_READER)

    error = refused(definitions.get, SUBSCRIPTION, NAME)
    assert found.role_name == "Storage Blob Data Reader"
    assert error.status_code == 404


def test_contributor_may_not_give_roles(put, give_role, ids, send):
    give_role("builder", "Contributor", SUBSCRIPTION)
    path = f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{NAME}"

    response = send("PUT", path, version="2022-04-01", token="builder", json={})

    assert response.status_code == 403
    assert "Microsoft.Authorization/roleAssignments/write" in response.json()["error"]["message"]
