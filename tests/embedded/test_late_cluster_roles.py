"""Roles on the whole cluster that are listed before the cluster knows them."""

import pytest
from azure.kusto.data.exceptions import KustoServiceError

from adxmi_jupyter.embedded import ClusterRole

COMMAND = ".show cluster policy callout"


@pytest.fixture
def grant(kusto, azure):
    """Make mi-ingest AllDatabasesAdmin, through Resource Manager, and return the assignment."""

    def put(role="AllDatabasesAdmin"):
        client_id = azure.world.identity("mi-ingest").client_id
        properties = {"principalId": client_id, "principalType": "App", "role": role}
        path = ("analytics", "contoso", "new", {"properties": properties})
        return kusto.cluster_principal_assignments.begin_create_or_update(*path).result()

    return put


@pytest.fixture
def ask(connect):
    """Send what AllDatabasesAdmin may send, as mi-ingest."""
    return lambda: connect("embedded-mi-ingest").execute_mgmt("Sales", COMMAND)


def test_a_late_role_is_listed_and_has_no_effect(azure, grant, ask):
    azure.faults.add("late-cluster-roles", delay=3600)

    made = grant()

    assert made.properties.provisioning_state == "Succeeded"
    with pytest.raises(KustoServiceError, match="not authorized"):
        ask()


def test_it_has_effect_once_the_switch_is_off(azure, grant, ask):
    azure.faults.add("late-cluster-roles", delay=3600)
    grant()

    azure.faults.clear()

    assert ask().primary_results


@pytest.mark.nightly
def test_it_has_effect_after_the_delay(azure, grant, ask):
    azure.faults.add("late-cluster-roles", delay=0.001)

    grant()

    assert ask().primary_results


@pytest.mark.nightly
def test_roles_that_are_there_already_keep_their_effect(azure, run):
    azure.faults.add("late-cluster-roles", delay=3600)

    assert run(COMMAND)


@pytest.mark.nightly
def test_the_switch_is_shown_with_its_delay(azure):
    azure.faults.add("late-cluster-roles", times=3, delay=60)

    assert azure.faults.active() == [
        {"name": "late-cluster-roles", "times": None, "match": "", "delay": 60}
    ]


@pytest.mark.nightly
def test_a_late_role_is_removed_as_any_other(azure, grant, kusto):
    azure.faults.add("late-cluster-roles", delay=3600)
    grant()

    kusto.cluster_principal_assignments.begin_delete("analytics", "contoso", "new").result()

    assert [one.role for one in azure.world.cluster.roles] == [ClusterRole.ADMIN]
