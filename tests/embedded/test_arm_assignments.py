"""Principal assignments: Kusto roles given through Resource Manager, seen from both sides."""

import pytest
from azure.kusto.data.exceptions import KustoServiceError

from adxmi_jupyter.embedded import ClusterRole, Principal, PrincipalKind

OTHER_TENANT = "5f0c1d2e-0a1b-4c2d-8e3f-0123456789ab"


@pytest.fixture
def grant(kusto):
    """Put a principal into a role of Sales (or, without a database, of the cluster) and wait."""

    def put(principal_id, role, *, kind="App", name="new", database="Sales", **more):
        body = {"properties": {"principalId": principal_id, "principalType": kind, "role": role}}
        body["properties"].update(more)
        if database is None:
            group, path = kusto.cluster_principal_assignments, ("analytics", "contoso", name)
        else:
            group = kusto.database_principal_assignments
            path = ("analytics", "contoso", database, name)
        return group.begin_create_or_update(*path, body).result()

    return put


@pytest.fixture
def revoke(kusto):
    def delete(name):
        group = kusto.database_principal_assignments
        return group.begin_delete("analytics", "contoso", "Sales", name).result()

    return delete


@pytest.fixture
def sign_in(connect):
    """Run a harmless query as a managed identity, which signs in by its name."""
    return lambda name: connect(f"embedded-{name}").execute("Sales", "Orders | count")


def test_list_shows_roles_given_by_commands(kusto, azure):
    (admin,) = kusto.cluster_principal_assignments.list("analytics", "contoso")
    (reader,) = kusto.database_principal_assignments.list("analytics", "contoso", "Sales")

    assert admin.properties.role == "AllDatabasesAdmin"
    assert admin.name.startswith("contoso/")
    assert reader.type == "Microsoft.Kusto/Clusters/Databases/PrincipalAssignments"
    assert dict(reader.properties) == {
        "principalId": "reader@contoso.example",
        "role": "Viewer",
        "principalType": "User",
        "tenantId": azure.world.tenant_id,
        "tenantName": "contoso.example",
        "principalName": "reader (reader@contoso.example)",
        "aadObjectId": azure.world.principals[1].object_id,
        "provisioningState": "Succeeded",
    }


def test_grant_to_a_client_id(grant, azure, run):
    ingest = azure.world.identity("mi-ingest")

    made = grant(ingest.client_id, "Ingestor")
    rows = run(".show database Sales principals")

    assert made.name == "contoso/Sales/new"
    assert made.properties.principal_id == ingest.client_id
    assert made.properties.aad_object_id == ingest.object_id
    assert made.properties.principal_name == "mi-ingest"
    assert rows[-1]["Role"] == "Database Sales Ingestor"
    assert rows[-1]["PrincipalFQN"] == f"aadapp={ingest.client_id};{azure.world.tenant_id}"


def test_grant_by_client_id_lets_the_identity_in(grant, azure, sign_in):
    with pytest.raises(KustoServiceError, match="not authorized"):
        sign_in("mi-ingest")
    grant(azure.world.identity("mi-ingest").client_id, "Viewer")

    answer = sign_in("mi-ingest")

    assert answer.primary_results[0][0][0] == 6


def test_grant_by_object_id_succeeds_and_never_works(grant, azure, sign_in):
    ingest = azure.world.identity("mi-ingest")

    made = grant(ingest.object_id, "Viewer")

    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.principal_id == made.properties.aad_object_id == ingest.object_id
    with pytest.raises(KustoServiceError, match="401"):
        sign_in("mi-ingest")


def test_client_id_cures_the_grant_by_object_id(grant, azure, sign_in):
    ingest = azure.world.identity("mi-ingest")
    grant(ingest.object_id, "Viewer", name="wrong")

    grant(ingest.client_id, "Viewer", name="right")

    assert sign_in("mi-ingest").primary_results


@pytest.mark.parametrize(
    "role", ["Admin", "Ingestor", "Monitor", "User", "UnrestrictedViewer", "Viewer"]
)
def test_every_database_role(grant, azure, role):
    made = grant(azure.world.identity("mi-export").client_id, role)

    assert made.properties.role == role


@pytest.mark.parametrize("role", list(ClusterRole))
def test_every_cluster_role(grant, azure, role):
    made = grant(azure.world.identity("mi-export").client_id, str(role), database=None)

    assert made.name == "contoso/new"
    assert azure.world.cluster.roles[-1].role is role


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [("User", "READER@contoso.example"), ("Group", "analysts"), ("App", "etl")],
)
def test_users_groups_and_applications(grant, azure, kind, identifier):
    azure.world.add_principal("analysts", kind=PrincipalKind.GROUP)
    etl = azure.world.add_principal("etl", kind=PrincipalKind.APPLICATION)
    identifier = etl.identifier if identifier == "etl" else identifier

    made = grant(identifier, "Monitor", kind=kind)

    assert made.properties.principal_type == kind
    assert azure.world.cluster.databases["Sales"].roles[-1].principal.token is None


def test_application_given_by_its_object_id_is_taken_too(grant, azure):
    etl = azure.world.add_principal("etl", kind=PrincipalKind.APPLICATION)

    made = grant(etl.object_id, "Monitor")

    assert made.properties.principal_id == etl.object_id


@pytest.mark.parametrize(
    "changed",
    [
        {"role": "Viewers"},
        {"role": "AllDatabasesAdmin"},
        {"principalType": "Application"},
        {"principalId": ""},
        {"principalId": None},
        {"role": ["Viewer"], "principalType": ["App"]},
    ],
)
def test_incomplete_assignments_are_refused(kusto, azure, refused, changed):
    client_id = azure.world.identity("mi-ingest").client_id
    properties = {"principalId": client_id, "principalType": "App", "role": "Viewer", **changed}
    group = kusto.database_principal_assignments

    error = refused(
        group.begin_create_or_update,
        "analytics",
        "contoso",
        "Sales",
        "new",
        {"properties": properties},
    )

    assert error.status_code == 400


def test_grant_that_is_there_already_changes_nothing(grant, azure):
    client_id = azure.world.identity("mi-ingest").client_id
    grant(client_id, "Viewer")

    grant(client_id, "Viewer")

    assert len(azure.world.cluster.databases["Sales"].roles) == 2


def test_a_role_is_held_under_one_name(grant, azure, refused):
    client_id = azure.world.identity("mi-ingest").client_id
    grant(client_id, "Viewer")

    error = refused(grant, client_id, "Viewer", name="another")

    assert error.status_code == 409


def test_putting_an_assignment_again_changes_its_role(grant, azure, kusto, send):
    client_id = azure.world.identity("mi-ingest").client_id
    made = grant(client_id, "Viewer")
    asked = {"principalId": client_id, "principalType": "App", "role": "User"}

    grant(client_id, "Admin")
    held = list(kusto.database_principal_assignments.list("analytics", "contoso", "Sales"))
    answer = send("PUT", made.id, json={"properties": asked})

    roles = [each.properties.role for each in held if each.properties.principal_id == client_id]
    assert roles == ["Admin"]
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Accepted"
    assert "Azure-AsyncOperation" in answer.headers


def test_revoke(grant, revoke, azure, kusto, refused):
    grant(azure.world.identity("mi-ingest").client_id, "Viewer")

    revoke("NEW")

    group = kusto.database_principal_assignments
    error = refused(group.get, "analytics", "contoso", "Sales", "new")
    assert len(azure.world.cluster.databases["Sales"].roles) == 1
    assert error.error.code == "ResourceNotFound"


def test_revoke_of_what_is_not_there_is_no_error(revoke, azure):
    revoke("nothing")

    assert azure.world.operations == []


def test_role_dropped_by_a_command_is_gone_here(kusto, run):
    run(".set database Sales viewers none")

    left = list(kusto.database_principal_assignments.list("analytics", "contoso", "Sales"))

    assert left == []


def test_removal_that_fails_keeps_the_role(grant, revoke, azure, refused):
    grant(azure.world.identity("mi-ingest").client_id, "Viewer")
    azure.faults.add("operation-fails")

    refused(revoke, "new")

    assert len(azure.world.cluster.databases["Sales"].roles) == 2


def test_assignment_under_way_is_shown_as_asked_for(kusto, azure, refused):
    group = kusto.database_principal_assignments
    path = ("analytics", "contoso", "Sales", "new")
    properties = {
        "principalId": azure.world.identity("mi-ingest").client_id,
        "principalType": "App",
        "role": "Viewer",
    }
    group.begin_create_or_update(*path, {"properties": properties}, polling=False)

    found = group.get(*path)

    assert dict(found.properties) == {**properties, "provisioningState": "Creating"}
    assert len(list(group.list(*path[:3]))) == 1


def test_principal_that_does_not_exist_on_a_cluster(grant, refused):
    error = refused(grant, OTHER_TENANT, "AllDatabasesViewer", database=None)

    assert error.status_code == 400
    assert error.error.code == "400-BadRequest"


def test_principal_that_does_not_exist_may_be_refused_late_on_a_cluster_too(azure, grant, refused):
    azure.arm.refuses_late = True

    error = refused(grant, OTHER_TENANT, "AllDatabasesViewer", database=None)

    assert (error.status_code, error.error.code) == (200, "ResourceNotFound")
    assert len(azure.world.cluster.roles) == 1


def test_principal_that_does_not_exist_on_a_database(grant, refused, kusto):
    error = refused(grant, OTHER_TENANT, "Viewer")

    after = refused(
        kusto.database_principal_assignments.get, "analytics", "contoso", "Sales", "new"
    )
    assert error.status_code == 200
    assert error.error.code == "ResourceNotFound"
    assert after.status_code == 404


def test_display_name_is_no_id(grant, refused):
    error = refused(grant, "mi-ingest", "AllDatabasesViewer", database=None)

    assert error.error.code == "400-BadRequest"


@pytest.mark.parametrize(("database", "role"), [("Sales", "Viewer"), (None, "AllDatabasesViewer")])
def test_fresh_identity_is_not_found_until_the_directory_knows_it(
    grant, azure, refused, msi, database, role
):
    azure.arm.directory_lookups = 2
    fresh = msi.user_assigned_identities.create_or_update(
        "analytics", "mi-fresh", {"location": "westeurope"}
    )

    for _ in range(2):
        refused(grant, fresh.client_id, role, database=database)
    made = grant(fresh.client_id, role, database=database)

    assert made.properties.principal_name == "mi-fresh"


def test_fresh_identity_is_unknown_to_role_commands_as_well(azure, run, refusal, msi):
    fresh = msi.user_assigned_identities.create_or_update(
        "analytics", "mi-fresh", {"location": "westeurope"}
    )
    text = f".add database Sales viewers ('aadapp={fresh.principal_id}')"

    error = refusal(text)

    assert "not found" in error.description
    assert "mi-fresh" in str(run(text))


@pytest.fixture
def foreigner(azure):
    """A caller of another tenant."""
    caller = Principal(
        PrincipalKind.APPLICATION, "client-9", OTHER_TENANT, "remote", "object-9", token="remote"
    )
    azure.world.principals.append(caller)
    return caller


def test_foreign_principal_is_accepted_whatever_the_trust(grant, foreigner):
    made = grant("client-9", "Viewer", tenantId=OTHER_TENANT)

    assert made.properties.tenant_id == OTHER_TENANT
    assert made.properties.tenant_name is None
    assert made.properties.aad_object_id is None
    assert OTHER_TENANT in made.properties.principal_name


@pytest.mark.parametrize("trusted", ["*", OTHER_TENANT])
def test_foreign_principal_gets_in_once_its_tenant_is_trusted(
    grant, kusto, connect, foreigner, trusted
):
    grant("client-9", "Viewer", tenantId=OTHER_TENANT)
    with pytest.raises(KustoServiceError, match="401"):
        connect("remote").execute("Sales", "Orders | count")
    trust = {"properties": {"trustedExternalTenants": [{"value": trusted}]}}

    kusto.clusters.begin_update("analytics", "contoso", trust).result()

    assert connect("remote").execute("Sales", "Orders | count").primary_results


def test_tenant_may_be_named_by_its_domain(grant, azure):
    made = grant(azure.world.identity("mi-ingest").client_id, "Viewer", tenantId="contoso.example")

    assert made.properties.principal_name == "mi-ingest"
