"""Roles on the whole cluster: who holds them, and which requests would change that."""

import pytest

from adxmi_jupyter.actions.roles.frames import roles_frame
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke, read_roles, roles_of
from adxmi_jupyter.embedded import ClusterRole as Held
from adxmi_jupyter.embedded import Principal, PrincipalKind
from adxmi_jupyter.errors import (
    InvalidInput,
    NothingToRevoke,
    ServiceRefusal,
    UnknownIdentity,
)
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.policy import CLUSTER, Scope
from tests.told import written

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
NOBODY = "11111111-2222-4333-8444-555555555555"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
INGEST = f"aadapp={INGEST_CLIENT};{TENANT}"
BY_OBJECT_ID = f"aadapp={INGEST_OBJECT};{TENANT}"
SYSTEM_OBJECT = "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"
SYSTEM_CLIENT = "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c"
ADMIN = "aaduser=admin@contoso.example"
CLUSTER_ID = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
    "/providers/Microsoft.Kusto/Clusters/contoso"
)


@pytest.fixture
def grant(connection):
    def plan(reference, role=ClusterRole.VIEWER, *, tenant=""):
        return plan_grant(
            connection, "", role, find(connection, reference.split(","), tenant=tenant)
        )

    return plan


@pytest.fixture
def revoke(connection):
    def plan(reference, role=ClusterRole.VIEWER):
        return plan_revoke(connection, "", role, find(connection, reference.split(",")))

    return plan


@pytest.fixture
def hold(azure):
    """Put an identity into a role on the cluster, by its client ID or by its object ID."""

    def put(name, role=Held.VIEWER, *, by="client_id"):
        identity = azure.world.identity(name)
        listed = Principal(
            PrincipalKind.APPLICATION, getattr(identity, by), TENANT, name, identity.object_id
        )
        azure.world.grant(listed, role)

    return put


def test_everybody_with_a_role_on_the_cluster_is_listed(connection, hold):
    hold("mi-ingest")

    frame = roles_frame(read_roles(connection, (CLUSTER,)))

    assert list(frame["role"]) == ["AllDatabasesAdmin", "AllDatabasesViewer"]
    assert list(frame["display_name"]) == ["admin (admin@contoso.example)", "mi-ingest"]
    assert frame.loc[1, "fqn"] == INGEST
    assert frame.attrs["adxmi"]["command"] == f"GET {CLUSTER_ID}/principalAssignments"


def test_who_may_read_the_cluster_in_azure_sees_them_too(reader):
    assert [one.role for one in roles_of(reader, "").read()] == ["AllDatabasesAdmin"]


def test_without_rights_in_azure_ones_own_are_listed_and_that_is_said(outsider, azure):
    azure.world.grant(azure.world.principals[-1], Held.MONITOR)

    reading = read_roles(outsider, (CLUSTER,))

    assert [(one.role, one.fqn) for one in reading.assignments] == [("AllDatabasesMonitor", "")]
    assert reading.command == ".show cluster principal roles"
    assert reading.notes[0].startswith("of the cluster: your own roles only, since ")


def test_without_rights_in_azure_nothing_is_planned(outsider):
    with pytest.raises(ServiceRefusal):
        plan_grant(outsider, "", ClusterRole.VIEWER, find(outsider, ["mi-export"]))


def test_a_role_that_azure_and_the_databases_list_is_shown_once(connection, hold):
    hold("mi-ingest")
    hold("mi-ingest", by="object_id")

    found = read_roles(connection, (CLUSTER, Scope("Sales"), Scope("Telemetry"))).assignments

    assert [(one.database, one.role, one.object_id) for one in found if not one.database] == [
        ("", "AllDatabasesAdmin", found[0].object_id),
        ("", "AllDatabasesViewer", INGEST_OBJECT),
        ("", "AllDatabasesViewer", INGEST_OBJECT),
    ]


def test_an_assignment_by_object_id_comes_with_the_lines_that_fix_it(connection, hold):
    hold("mi-ingest", by="object_id")

    (note,) = read_roles(connection, (CLUSTER,)).notes

    told = written(note)
    line = f'--cluster --role AllDatabasesViewer --identity "{BY_OBJECT_ID}"'
    assert told == (
        "mi-ingest is listed by its object ID in AllDatabasesViewer, so its calls end with HTTP "
        f"401: %adxmi role revoke {line} --yes, then %adxmi role grant {line}, "
        "which uses the client ID"
    )


def test_beside_the_right_one_it_is_only_to_be_removed(connection, hold):
    hold("mi-ingest")
    hold("mi-ingest", by="object_id")

    (note,) = read_roles(connection, (CLUSTER,)).notes

    assert " too, which has no effect: %adxmi role revoke" in written(note)
    assert "grant" not in written(note)


@pytest.mark.parametrize(
    "reference", ["mi-ingest", INGEST_CLIENT, INGEST_OBJECT, INGEST, BY_OBJECT_ID]
)
def test_an_identity_is_always_sent_by_its_client_id(grant, reference):
    change = grant(reference)

    assert change.command == (
        f"PUT {CLUSTER_ID}/principalAssignments/mi-ingest-AllDatabasesViewer\n"
        f'{{"properties": {{"principalId": "{INGEST_CLIENT}", "principalType": "App", '
        f'"role": "AllDatabasesViewer", "tenantId": "{TENANT}"}}}}'
    )
    assert [one.label for one in change.held_by(change.after)] == ["mi-ingest"]


@pytest.mark.parametrize("reference", [INGEST_OBJECT, BY_OBJECT_ID])
def test_that_an_object_id_was_translated_is_said(grant, reference):
    (note,) = grant(reference).notes

    assert note.startswith(f"{INGEST_OBJECT} is the object ID of mi-ingest: its client ID")


@pytest.mark.parametrize("reference", ["system", SYSTEM_OBJECT, f"aadapp={SYSTEM_OBJECT}"])
def test_the_client_id_of_the_system_identity_is_asked_for(azure, grant, reference):
    for scope in (azure.world.cluster, *azure.world.cluster.databases.values()):
        scope.policy = None

    assert f'"principalId": "{SYSTEM_CLIENT}"' in grant(reference).command


def test_without_a_client_id_nothing_is_sent(azure, grant):
    for scope in (azure.world.cluster, *azure.world.cluster.databases.values()):
        scope.policy = None
    azure.faults.add("unavailable", match="/identities/default", times=None)

    with pytest.raises(UnknownIdentity) as caught:
        grant("system")

    assert caught.value.what == "the client ID of contoso is not known"


def test_without_any_policy_to_read_azure_knows_the_identity(azure, grant):
    azure.faults.add("throttled", match=".show databases", times=None, retry_after=0)

    change = grant(BY_OBJECT_ID)

    assert f'"principalId": "{INGEST_CLIENT}"' in change.command


def test_an_id_that_nobody_knows_is_sent_as_it_is_and_said(grant):
    change = grant(NOBODY)

    assert f'"principalId": "{NOBODY}"' in change.command
    assert change.notes[0].startswith(f"{NOBODY} is in no policy and can't be read in Azure")


def test_the_name_of_an_application_is_refused(grant):
    with pytest.raises(InvalidInput) as caught:
        grant("aadapp=mi-ingest")

    assert "requires the client ID" in caught.value.why


def test_users_and_groups_get_the_clusters_tenant(grant):
    change = grant("aaduser=tom@contoso.example,aadgroup=Writers")

    assert change.command.count(f'"tenantId": "{TENANT}"') == 2
    assert "/tom-contoso-example-AllDatabasesViewer\n" in change.command


def test_a_principal_of_another_tenant_is_sent_with_it_and_the_rules_are_said(grant):
    change = grant(NOBODY, tenant=OTHER_TENANT)

    assert f'"tenantId": "{OTHER_TENANT}"' in change.command
    assert "the cluster does not trust it" in change.notes[0]


def test_the_same_identity_by_several_names_is_sent_once(grant):
    assert grant(f"mi-ingest,{INGEST},{BY_OBJECT_ID}").command.count("PUT ") == 1


def test_who_holds_the_role_already_is_not_sent(hold, grant):
    hold("mi-ingest")

    change = grant("mi-ingest,mi-export")

    assert [one.label for one in change.changed] == ["mi-export"]
    assert change.notes == ("mi-ingest holds AllDatabasesViewer already",)


def test_when_all_hold_the_role_there_is_nothing_to_send(hold, grant):
    hold("mi-ingest")

    change = grant("mi-ingest")

    assert (change.command, change.changed) == ("", ())


def test_an_assignment_by_object_id_does_not_count_and_its_removal_is_offered(hold, grant):
    hold("mi-ingest", by="object_id")

    change = grant("mi-ingest")

    assert INGEST_CLIENT in change.command
    assert tuple(map(written, change.notes)) == (
        (
            "mi-ingest is listed by its object ID in AllDatabasesViewer too, which has no effect: "
            f'%adxmi role revoke --cluster --role AllDatabasesViewer --identity "{BY_OBJECT_ID}" '
            "--yes"
        ),
    )


def test_two_of_one_name_get_names_of_their_own(azure, grant):
    azure.world.add_identity("twin", client_id=NOBODY, resource_group="one")
    other = azure.world.add_identity(
        "twin", object_id="2" + NOBODY[1:], client_id="3" + NOBODY[1:], resource_group="two"
    )

    change = grant(f"{NOBODY},{other.client_id}")

    assert [one.name for one in change.changed] == [
        "twin-AllDatabasesViewer",
        "twin-AllDatabasesViewer-31111111",
    ]


@pytest.mark.parametrize("reference", ["mi-ingest", INGEST_OBJECT])
def test_a_revoke_takes_every_id_of_an_identity(hold, revoke, reference):
    hold("mi-ingest")
    hold("mi-ingest", by="object_id")
    hold("mi-ingest", Held.MONITOR)

    change = revoke(reference)

    assert [one.fqn for one in change.changed] == [INGEST, BY_OBJECT_ID]
    assert change.command.count("DELETE ") == 2
    assert change.notes == ("mi-ingest keeps AllDatabasesMonitor on every database",)


@pytest.mark.parametrize("reference", [INGEST, BY_OBJECT_ID])
def test_a_reference_takes_only_itself(hold, revoke, reference):
    hold("mi-ingest")
    hold("mi-ingest", by="object_id")

    assert [one.fqn for one in revoke(reference).changed] == [reference]


@pytest.mark.parametrize("reference", [ADMIN, "aaduser=61e0c7d4-2b9f-4385-a7c6-d93f0b58e1a2"])
def test_losing_the_last_admin_and_ones_own_role_is_said(revoke, reference):
    change = revoke(reference, ClusterRole.ADMIN)

    assert change.warnings == (
        "admin (admin@contoso.example) is the caller: AllDatabasesAdmin is revoked for you too",
        "the cluster has no AllDatabasesAdmin left: its policies can no longer be changed",
    )
    assert set(change.warnings) <= set(change.notes)


def test_another_admin_is_enough(hold, revoke):
    hold("mi-ingest", Held.ADMIN)

    assert revoke("mi-ingest", ClusterRole.ADMIN).warnings == ()


def test_what_is_not_held_cannot_be_revoked(hold, revoke):
    hold("mi-ingest", Held.MONITOR)

    with pytest.raises(NothingToRevoke) as caught:
        revoke("mi-ingest")

    assert caught.value.why == "it holds AllDatabasesMonitor on the whole cluster"
    assert caught.value.fix == "%adxmi role list --cluster"
