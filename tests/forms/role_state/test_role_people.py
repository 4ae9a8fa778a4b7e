"""Whom the role form adds, and how it tells people apart."""

from dataclasses import replace

import pytest

from adxmi_jupyter.embedded import ClusterRole as OnCluster
from adxmi_jupyter.errors import (
    PrincipalNotFound,
    UnknownIdentity,
)
from adxmi_jupyter.forms.role.reading import Holder
from adxmi_jupyter.forms.role.state import RoleState
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.model.role import RoleAssignment
from tests.forms.role_state.people import (
    FOREIGN_CLIENT,
    INGEST,
    INGEST_OBJECT,
    OTHER_TENANT,
    READER_NAME,
    SALES,
    TENANT,
)


def test_somebody_of_another_tenant_is_added_with_what_the_tenant_means(sales, held):
    added, note = sales.add(f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}")
    first = sales.holders[0].label
    sales.want(added, "viewers", ticked=True)
    sales.apply(confirmed=False)

    assert first == f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}"
    assert "the cluster does not trust it" in note
    assert held("viewers", "Sales")[-1] == f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}"


def test_a_trusted_tenant_is_said_to_be(azure, sales):
    azure.world.cluster.settings["trustedExternalTenants"] = [{"value": "*"}]

    _, note = sales.add(f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}")

    assert "the cluster trusts it" in note


@pytest.mark.parametrize(
    "reference",
    ["mi-ingest", INGEST, INGEST_OBJECT, f"aadapp={INGEST_OBJECT};{TENANT}"],
)
def test_somebody_who_is_there_adds_no_row(sales, reference):
    rows = sales.holders

    found, _ = sales.add(reference)

    assert (found.label, sales.holders) == ("mi-ingest", rows)


def test_a_user_is_found_by_address(sales):
    found, _ = sales.add("aaduser=reader@contoso.example")

    assert found.label == READER_NAME


@pytest.mark.nightly
def test_an_added_row_stands_first_and_becomes_the_identity_once_it_is_seen(
    connection, azure, sales
):
    azure.faults.add("unavailable", match="userAssignedIdentities?", times=None)
    sales.reload()
    added, _ = sales.add(f"aadapp={azure.world.identity('mi-stranger').client_id};{TENANT}")
    sales.want(added, "viewers", ticked=True)
    first = sales.holders[0].kind
    azure.faults.clear()

    sales.reload()

    assert first == "application"
    assert sales.preview.changes == ("+ mi-stranger viewers",)


def test_an_identity_created_since_can_be_added(azure, sales, held):
    fresh = azure.world.add_identity("mi-fresh", assigned=False)
    fresh.unseen = 2

    added, _ = sales.add("mi-fresh")
    sales.want(added, "viewers", ticked=True)
    sales.apply(confirmed=False, tell=lambda _told: None)

    assert held("viewers", "Sales")[-1] == f"aadapp={fresh.client_id};{TENANT}"


def test_what_names_nobody_is_an_error(sales):
    with pytest.raises(UnknownIdentity):
        sales.add("mi-exprot")


@pytest.mark.nightly
def test_somebody_the_service_does_not_take_is_told(sales):
    added, note = sales.add("11111111-2222-4333-8444-555555555555")
    sales.want(added, "viewers", ticked=True)

    with pytest.raises(PrincipalNotFound):
        sales.apply(confirmed=False)

    assert note.startswith("11111111-2222-4333-8444-555555555555 is in no policy")
    assert sales.is_valid


@pytest.mark.parametrize(
    ("reference", "fixed"),
    [
        ("msauser=tom@live.example", True),
        ("aadapp=some-name", True),
        (f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}", False),
        ("aadgroup=Writers", False),
    ],
)
def test_on_the_cluster_only_what_azure_takes_can_be_ticked(sales, cluster, reference, fixed):
    in_database, _ = sales.add(reference)
    on_cluster, _ = cluster.add(reference)

    assert cluster.is_fixed(on_cluster, "AllDatabasesViewer") is fixed
    assert not sales.is_fixed(in_database, "viewers")


def test_by_an_object_id_alone_nothing_is_given_on_the_cluster_but_taken(
    connection, azure, holder, by_object_id
):
    by_object_id(OnCluster.MONITOR)
    azure.world.identities.remove(azure.world.identity("mi-ingest"))
    azure.world.cluster.identities.clear()
    azure.world.cluster.databases["Sales"].policy = None

    state = RoleState(connection, CLUSTER)

    ingest = holder(state, "mi-ingest")
    assert ingest.kind == "application"
    assert state.is_fixed(ingest, "AllDatabasesViewer")
    assert not state.is_fixed(ingest, "AllDatabasesMonitor")


def test_somebody_only_a_newer_service_knows_is_shown_and_left_alone(sales, monkeypatch):
    newer = RoleAssignment("Sales", "viewers", "Robot", "r2", "", "aadrobot=r2;x")
    read = sales._read.with_listed((*sales._read.before, newer))

    sales._take(read)

    robot = next(one for one in sales.holders if one.label == "r2")
    assert (robot.kind, sales.is_ticked(robot, "viewers")) == ("Robot", True)
    assert sales.is_fixed(robot, "viewers")


def test_two_identities_of_one_name_can_be_told_apart(connection, azure):
    azure.world.add_identity("twin", object_id="11111111-aaaa-4aaa-8aaa-000000000001")
    azure.world.add_identity(
        "twin",
        object_id="22222222-aaaa-4aaa-8aaa-000000000002",
        client_id="33333333-aaaa-4aaa-8aaa-000000000003",
        resource_group="other",
    )

    state = RoleState(connection, SALES)

    twins = [one for one in state.holders if one.label == "twin"]
    assert [state.label(twin) for twin in twins] == ["twin (11111111)", "twin (22222222)"]
    state.want(twins[0], "viewers", ticked=True)
    assert twins[0].object_id in state.preview.lines[0].words


def test_rows_are_the_same_by_principal_or_by_key(sales, holder):
    ingest = holder(sales, "mi-ingest")

    assert ingest.is_same(replace(ingest, key="another"))
    assert not ingest.is_same(Holder("x", "mi-ingest", "Robot"))
