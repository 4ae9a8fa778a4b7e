"""Clusters made, deleted, started and stopped through Resource Manager, and their databases."""

import socket

import pytest
from azure.kusto.data.exceptions import KustoApiError
from azure.mgmt.kusto import KustoManagementClient

from tests.embedded.conftest import READER, SUBSCRIPTION

ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
SKU = {"name": "Standard_E2ads_v5", "tier": "Standard", "capacity": 2}
INGEST = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
)


@pytest.fixture
def create(kusto):
    def make(name="contosonew", group="analytics", **body):
        asked = {"location": "westeurope", "sku": SKU, **body}
        return kusto.clusters.begin_create_or_update(group, name, asked).result()

    return make


@pytest.fixture
def port_of(azure):
    return lambda name: int(azure.uri_of(name).rpartition(":")[2])


def test_a_cluster_made_by_resource_manager_answers_its_creator(azure, create, run_on):
    made = create(tags={"team": "data"}, properties={"enablePurge": True})

    assert made.id.endswith("/providers/Microsoft.Kusto/Clusters/contosonew")
    assert made.location == "West Europe"
    assert made.tags == {"team": "data"}
    assert (made.properties.state, made.properties.provisioning_state) == ("Running", "Succeeded")
    assert made.properties.enable_purge is True
    assert made.properties.uri == "https://contosonew.westeurope.kusto.windows.net"
    assert run_on("contosonew", ".show databases") == []


def test_a_cluster_can_be_made_with_both_kinds_of_identity(azure, create):
    made = create(
        identity={"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {INGEST: {}}}
    )

    assert made.identity.type == "SystemAssigned, UserAssigned"
    assert made.identity.principal_id
    (user,) = made.identity.user_assigned_identities.values()
    assert user.principal_id == azure.world.identity("mi-ingest").object_id
    assert azure.world.cluster.system_identity.object_id != made.identity.principal_id


def test_a_cluster_is_shown_as_creating_until_its_operation_ends(azure, kusto, send):
    azure.arm.polls = 1_000
    kusto.clusters.begin_create_or_update(
        "analytics", "contosonew", {"location": "West Europe", "sku": SKU}, polling=False
    )

    found = kusto.clusters.get("analytics", "contosonew")
    again = send(
        "DELETE",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
        "/clusters/contosonew",
    )

    assert found.properties.state == "Creating"
    assert found.properties.provisioning_state == "Creating"
    assert again.json()["error"]["code"] == "RequestConflict"


def test_a_cluster_whose_creation_fails_does_not_answer(azure, kusto, create, refused, port_of):
    azure.faults.add("operation-fails")

    refused(create)

    assert kusto.clusters.get("analytics", "contosonew").properties.provisioning_state == "Failed"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of("contosonew")))


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("contosonew", {"location": None}, "LocationRequired"),
        ("contosonew", {"location": "atlantis"}, "LocationNotAvailableForResourceType"),
        ("contosonew", {"sku": {"name": "Standard_E2ads_v5"}}, "InvalidRequestContent"),
        ("contosonew", {"properties": {"enableMagic": True}}, "InvalidRequestContent"),
        ("new-cluster", {}, "InvalidResourceName"),
        ("abc", {}, "InvalidResourceName"),
    ],
)
def test_a_cluster_that_cannot_be_is_rejected_at_once(send, name, body, code):
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
    asked = {"location": "westeurope", "sku": SKU, **body}

    answer = send("PUT", f"{path}/clusters/{name}", json=asked)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_name_is_used_once_in_a_region(manage, create, refused):
    elsewhere = manage(KustoManagementClient, ARCHIVE)
    create("contosonew")

    taken = refused(
        elsewhere.clusters.begin_create_or_update,
        "archive",
        "contosonew",
        {"location": "westeurope", "sku": SKU},
    )
    free = elsewhere.clusters.begin_create_or_update(
        "archive", "contosonew", {"location": "northeurope", "sku": SKU}
    ).result()

    assert taken.status_code == 409
    assert free.location == "North Europe"


def test_putting_a_cluster_again_resets_what_the_body_leaves_out(kusto, create):
    create(
        tags={"team": "data"}, properties={"enablePurge": True}, identity={"type": "SystemAssigned"}
    )

    again = create()

    assert again.properties.enable_purge is False
    assert (again.tags, again.identity) == ({}, None)
    assert create().etag == again.etag


def test_a_cluster_cannot_move_to_another_region(create, refused):
    create()

    assert refused(create, location="northeurope").error.code == "InvalidResourceLocation"


def test_a_deleted_cluster_is_gone_with_its_port(azure, kusto, create, run_on, port_of):
    create()
    port = port_of("contosonew")
    run_on("contosonew", ".show databases")

    kusto.clusters.begin_delete("analytics", "contosonew").result()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert "contosonew" not in azure.uris
    assert "contosonew" not in [each.name for each in kusto.clusters.list()]
    assert kusto.clusters.begin_delete("analytics", "contosonew", polling=False).result() is None


def test_the_system_identity_of_a_deleted_cluster_is_gone(azure, kusto, create):
    made = create(identity={"type": "SystemAssigned"})

    kusto.clusters.begin_delete("analytics", "contosonew").result()

    known = [each.object_id for each in azure.world.identities]
    assert made.identity.principal_id not in known


def test_the_first_cluster_can_be_deleted_and_made_again(azure, kusto, create, run_on):
    kusto.clusters.begin_delete("analytics", "contoso").result()

    assert [each.name for each in kusto.clusters.list()] == []
    create("contoso")

    assert azure.uri_of("contoso") == azure.kusto_uri
    assert run_on("contoso", ".show databases") == []


def test_stopping_refuses_connections_and_starting_brings_everything_back(
    kusto, create, run_on, port_of
):
    create()
    port = port_of("contosonew")

    kusto.clusters.begin_stop("analytics", "contosonew").result()

    stopped = kusto.clusters.get("analytics", "contosonew")
    assert stopped.properties.state == "Stopped"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    kusto.clusters.begin_start("analytics", "contosonew").result()
    assert port_of("contosonew") == port
    assert run_on("contosonew", "print 1") == [{"print_0": 1}]


def test_a_cluster_that_stops_says_so_and_answers_no_more(azure, kusto, create, port_of):
    create()
    azure.arm.polls = 1_000

    kusto.clusters.begin_stop("analytics", "contosonew", polling=False)

    assert kusto.clusters.get("analytics", "contosonew").properties.state == "Stopping"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of("contosonew")))


def test_stopping_what_is_stopped_changes_nothing(kusto, manage):
    elsewhere = manage(KustoManagementClient, ARCHIVE)

    elsewhere.clusters.begin_stop("archive", "contosoarchive").result()

    assert elsewhere.clusters.get("archive", "contosoarchive").properties.state == "Stopped"


def test_start_needs_its_own_action(kusto_as, refused):
    assert refused(kusto_as(READER).clusters.begin_stop, "analytics", "contoso").status_code == 403


def test_a_database_is_made_changed_and_deleted(kusto, create, run_on):
    create()
    where = ("analytics", "contosonew", "Stock")

    made = kusto.databases.begin_create_or_update(
        *where,
        {"kind": "ReadWrite", "location": "westeurope", "properties": {"softDeletePeriod": "P30D"}},
    ).result()
    changed = kusto.databases.begin_update(
        *where, {"kind": "ReadWrite", "properties": {"hotCachePeriod": "P7D"}}
    ).result()

    assert made.id.endswith("/Databases/Stock")
    assert (
        changed.properties.soft_delete_period.days,
        changed.properties.hot_cache_period.days,
    ) == (
        30,
        7,
    )
    (listed,) = run_on("contosonew", ".show databases")
    assert (listed["DatabaseName"], listed["DatabaseAccessMode"]) == ("Stock", "ReadWrite")
    kusto.databases.begin_delete(*where).result()
    assert run_on("contosonew", ".show databases") == []


def test_who_makes_a_database_becomes_its_admin_unless_told_otherwise(kusto, create):
    create()
    body = {"kind": "ReadWrite", "location": "westeurope"}
    for name, options in (("Mine", {}), ("Nobodys", {"caller_role": "None"})):
        kusto.databases.begin_create_or_update(
            "analytics", "contosonew", name, body, **options
        ).result()

    mine, nobodys = (
        [
            each.properties.role
            for each in kusto.database_principal_assignments.list("analytics", "contosonew", name)
        ]
        for name in ("Mine", "Nobodys")
    )

    assert (mine, nobodys) == (["Admin"], [])


def test_a_database_of_a_stopped_cluster_cannot_change(kusto, manage, refused):
    elsewhere = manage(KustoManagementClient, ARCHIVE)
    body = {"kind": "ReadWrite", "location": "northeurope"}

    error = refused(
        elsewhere.databases.begin_create_or_update, "archive", "contosoarchive", "New", body
    )

    assert error.status_code == 409


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"properties": {}}, "kind"),
        ({"kind": "ReadWrite", "properties": {"softDeletePeriod": "30d"}}, "softDeletePeriod"),
        ({"kind": "ReadWrite", "properties": {"hotCachePeriod": "P9999999999D"}}, "hotCachePeriod"),
        ({"kind": "ReadWrite", "properties": {"colour": "red"}}, "colour"),
        ({"kind": "ReadOnlyFollowing", "properties": {}}, "attached"),
        ({"kind": "ReadWrite", "location": "northeurope"}, "West Europe"),
    ],
)
def test_a_database_that_cannot_be_is_rejected_at_once(send, body, words):
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"

    answer = send("PUT", f"{path}/clusters/contoso/databases/New", json=body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_two_databases_at_once_collide(azure, kusto, refused):
    azure.arm.polls = 3
    body = {"kind": "ReadWrite", "location": "westeurope"}
    where = ("analytics", "contoso")
    first = kusto.databases.begin_create_or_update(*where, "One", body)

    error = refused(kusto.databases.begin_create_or_update(*where, "Two", body).result)
    first.result()

    assert error.error.code == "ServiceIsInMaintenance"
    assert kusto.databases.get(*where, "One")


def test_the_older_list_of_principals_still_works(azure, kusto):
    where = ("analytics", "contoso", "Sales")
    client_id = azure.world.identity("mi-ingest").client_id
    entry = {"role": "Ingestor", "name": "mi-ingest", "type": "App", "appId": client_id}

    added = kusto.databases.add_principals(*where, {"value": [entry]})
    removed = kusto.databases.remove_principals(*where, {"value": [entry]})

    tenant = azure.world.tenant_id
    assert f"aadapp={client_id};{tenant}" in [each.fqn for each in added.value]
    assert [each.role for each in removed.value] == ["Viewer"]
    assert [each.email for each in kusto.databases.list_principals(*where)] == [
        "reader@contoso.example"
    ]


def test_language_extensions_switch_the_plugin(kusto, run):
    where = ("analytics", "contoso")
    extension = {"value": [{"languageExtensionName": "PYTHON"}]}

    kusto.clusters.begin_remove_language_extensions(*where, extension).result()

    assert list(kusto.clusters.list_language_extensions(*where)) == []
    assert {r["PluginName"]: r["IsEnabled"] for r in run(".show plugins", database="Sales")}[
        "python"
    ] is False
    kusto.clusters.begin_add_language_extensions(*where, extension).result()
    assert {r["PluginName"]: r["IsEnabled"] for r in run(".show plugins", database="Sales")}[
        "python"
    ] is True


@pytest.mark.parametrize(
    ("path", "kind", "name", "reason"),
    [
        ("locations/westeurope/checkNameAvailability", "clusters", "contoso", "AlreadyExists"),
        ("locations/West Europe/checkNameAvailability", "clusters", "CONTOSO", "AlreadyExists"),
        ("locations/northeurope/checkNameAvailability", "clusters", "contoso", None),
        ("locations/westeurope/checkNameAvailability", "clusters", "a-b", "Invalid"),
        ("C/checkNameAvailability", "clusters/databases", "sales", "AlreadyExists"),
        ("C/checkNameAvailability", "clusters/databases", "Stock", None),
        ("C/checkNameAvailability", "clusters/databases", "a/b", "Invalid"),
        ("C/checkNameAvailability", "clusters/attachedDatabaseConfigurations", "follow", None),
        ("C/checkPrincipalAssignmentNameAvailability", "clusters/principalAssignments", "x", None),
        (
            "C/databases/Sales/checkNameAvailability",
            "clusters/databases/dataConnections",
            "sales-orders",
            "AlreadyExists",
        ),
        (
            "C/databases/Sales/checkPrincipalAssignmentNameAvailability",
            "clusters/databases/principalAssignments",
            "new",
            None,
        ),
        (
            "C/databases/Sales/scriptsCheckNameAvailability",
            "clusters/databases/scripts",
            "setup",
            None,
        ),
    ],
)
def test_names_are_checked_where_they_would_stand(send, path, kind, name, reason):
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
    at = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Kusto/{path}"
    where = f"{group}/clusters/contoso{path[1:]}" if path.startswith("C/") else at

    answer = send("POST", where, json={"name": name, "type": f"Microsoft.Kusto/{kind}"}).json()

    assert answer["nameAvailable"] is (reason is None)
    assert answer.get("reason") == reason
    assert answer["name"] == name


def test_a_check_of_a_name_needs_the_type_that_stands_there(kusto, refused):
    error = refused(
        kusto.databases.check_name_availability,
        "analytics",
        "contoso",
        {"name": "x", "type": "Microsoft.Kusto/clusters"},
    )

    assert error.status_code == 400


def test_commands_on_a_new_cluster_leave_the_others_alone(kusto, create, run_on):
    create()
    body = {"kind": "ReadWrite", "location": "westeurope"}
    kusto.databases.begin_create_or_update("analytics", "contosonew", "Sales", body).result()

    run_on("contosonew", ".create table Fresh (Id: long)", database="Sales")

    with pytest.raises(KustoApiError):
        run_on("contoso", ".show table Fresh details", database="Sales")
