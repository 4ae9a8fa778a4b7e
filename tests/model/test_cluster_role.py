"""Roles on every database: what a user calls them, what Azure tells, and what is sent."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.cluster_role import (
    ClusterRole,
    parse_cluster_role,
    parse_principal_assignment,
    planned_assignment,
)
from adxmi_jupyter.model.principal import application, parse_reference
from adxmi_jupyter.model.role import CLUSTER_ROLES, Role

CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Kusto/Clusters/c"
CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
INGEST = application(CLIENT, TENANT)


def planned(name="mi-ingest", *taken, reference=INGEST, role=ClusterRole.VIEWER):
    return planned_assignment(CLUSTER, role, reference, display_name=name, taken=taken)


def told(**properties):
    return parse_principal_assignment({"id": f"{CLUSTER}/PrincipalAssignments/n"} | properties)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("AllDatabasesAdmin", ClusterRole.ADMIN),
        ("alldatabasesadmins", ClusterRole.ADMIN),
        ("All Databases Viewer", ClusterRole.VIEWER),
        ("admins", ClusterRole.ADMIN),
        ("Viewer", ClusterRole.VIEWER),
        ("monitors", ClusterRole.MONITOR),
    ],
)
def test_both_spellings_mean_a_role_on_every_database(text, role):
    assert parse_cluster_role(text) is role
    assert role.allows


def test_the_roles_are_the_counterparts_of_those_on_a_database():
    assert list(CLUSTER_ROLES.values()) == list(ClusterRole)


@pytest.mark.parametrize("role", ["users", "ingestors", "UnrestrictedViewer"])
def test_a_role_without_counterpart_is_refused_with_the_reason(role):
    with pytest.raises(InvalidInput) as caught:
        parse_cluster_role(role)

    assert caught.value.what == f"there is no role {role} on the whole cluster"
    assert caught.value.why.startswith("only admins, viewers, monitors")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("AllDatabaseViewer", "--role AllDatabasesViewer"),
        ("adminz", "--role admins"),
        ("nobody", "--role AllDatabasesViewer"),
    ],
)
def test_an_unknown_role_names_the_closest_one(text, fix):
    with pytest.raises(InvalidInput) as caught:
        parse_cluster_role(text)

    assert caught.value.fix == fix


def test_the_request_names_the_client_id_and_the_tenant():
    assert planned().creation == (
        f"PUT {CLUSTER}/principalAssignments/mi-ingest-AllDatabasesViewer\n"
        f'{{"properties": {{"principalId": "{CLIENT}", "principalType": "App", '
        f'"role": "AllDatabasesViewer", "tenantId": "{TENANT}"}}}}'
    )


@pytest.mark.parametrize(
    ("reference", "kind", "identifier"),
    [
        (f"aaduser=tom@contoso.example;{TENANT}", "User", "tom@contoso.example"),
        (f"aadgroup=Writers;{TENANT}", "Group", "Writers"),
    ],
)
def test_users_and_groups_are_sent_as_they_are_named(reference, kind, identifier):
    properties = planned("", reference=parse_reference(reference)).properties

    assert (properties["principalType"], properties["principalId"]) == (kind, identifier)


def test_a_microsoft_account_is_no_principal_to_azure():
    with pytest.raises(InvalidInput) as caught:
        planned("", reference=parse_reference("msauser=tom@live.example"))

    assert "aaduser=ADDRESS;TENANT" in caught.value.fix


@pytest.mark.parametrize(
    ("display_name", "taken", "name"),
    [
        ("mi-ingest", (), "mi-ingest-AllDatabasesViewer"),
        (
            "mi-ingest",
            ("MI-ingest-alldatabasesviewer",),
            "mi-ingest-AllDatabasesViewer-a1d84e6f",
        ),
        (
            "mi-ingest",
            ("mi-ingest-AllDatabasesViewer", "mi-ingest-AllDatabasesViewer-a1d84e6f"),
            f"mi-ingest-AllDatabasesViewer-{CLIENT}",
        ),
        ("a b/c\n<d>", (), "a-b-c-d-AllDatabasesViewer"),
        ("", (), f"{CLIENT}-AllDatabasesViewer"),
        ("日本", (), f"{CLIENT}-AllDatabasesViewer"),
    ],
)
def test_the_name_tells_who_and_what_and_is_not_in_use(display_name, taken, name):
    assert planned(display_name, *taken).name == name


@given(st.text(max_size=300), st.integers(0, 5))
def test_any_display_name_gives_a_name_that_fits_into_a_path(display_name, collisions):
    taken = []
    for _ in range(collisions):
        taken.append(planned(display_name, *taken).name)

    found = planned(display_name, *taken).name

    assert re.fullmatch(r"[A-Za-z0-9-]{1,140}", found)
    assert found not in taken


def test_what_azure_tells_is_read():
    one = told(
        properties={
            "principalId": CLIENT,
            "principalType": "App",
            "role": "alldatabasesviewer",
            "tenantId": TENANT,
            "principalName": "mi-ingest",
            "aadObjectId": OBJECT,
            "provisioningState": "Succeeded",
        }
    )

    assert (one.name, one.role, one.fqn) == ("n", "AllDatabasesViewer", str(INGEST))
    assert (one.display_name, one.object_id, one.notes) == ("mi-ingest", OBJECT, "")
    assert one.principal_type == "Microsoft Entra app"
    assert one.deletion == f"DELETE {CLUSTER}/PrincipalAssignments/n"


def test_what_is_not_there_yet_says_so():
    assert told(properties={"provisioningState": "Creating"}).notes == "provisioningState Creating"


@pytest.mark.parametrize(
    "properties", [None, {}, {"principalType": "Robot", "principalId": None, "role": "Gardener"}]
)
def test_what_is_missing_or_newer_is_shown_as_it_is(properties):
    one = told(properties=properties)

    assert one.fqn == ""
    assert one.role == (properties or {}).get("role", "")


@pytest.mark.parametrize(
    ("principal", "kind", "object_id", "expected"),
    [
        (OBJECT, "App", OBJECT, True),
        (OBJECT.upper(), "App", OBJECT, True),
        (CLIENT, "App", OBJECT, False),
        (CLIENT, "App", None, False),
        (OBJECT, "User", OBJECT, False),
    ],
)
def test_an_application_by_its_object_id_is_told(principal, kind, object_id, expected):
    properties = {"principalId": principal, "principalType": kind, "aadObjectId": object_id}

    assert told(properties=properties).is_by_object_id is expected


def test_every_role_on_the_cluster_has_one_on_a_database():
    assert {role.on_cluster for role in Role if role.on_cluster} == set(ClusterRole)
