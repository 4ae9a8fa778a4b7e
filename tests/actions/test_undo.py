"""Undo over the history of all writes: what can be taken back, and what says before that it can't."""

from dataclasses import replace
from unittest.mock import ANY

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.plan.undoing import planned, undo
from adxmi_jupyter.actions.policy.policies import plan_grant
from adxmi_jupyter.actions.policy.writes import apply as apply_policy
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant as plan_role
from adxmi_jupyter.actions.roles.roles import plan_revoke, roles_of
from adxmi_jupyter.actions.roles.writes import apply as apply_roles
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.policy import Scope
from tests.worlds import EXPORT, LAKE

VIEWER = ClusterRole.VIEWER
COLUMNS = "Orders | project CustomerId=OrderId, Name=Region, Active=false"


@pytest.fixture
def undone(connection):
    """Undo the last write, confirmed, and return how that ended."""
    return lambda number=None: [
        str(one.failure or one.result) for one in undo(connection, number, None, confirmed=True)
    ]


def test_a_workflow_that_was_created_is_dropped_once_its_loss_is_confirmed(
    connection, carry_out, undone, sales
):
    carry_out("external-table", name="Fresh")

    with pytest.raises(errors.ConfirmationRequired) as caught:
        undo(connection, None, None, confirmed=False)

    assert (
        "external-table create Fresh (Sales) (what depends on it stops working" in caught.value.why
    )
    assert "Fresh" in sales.external_tables
    assert undone() == ["undone"]
    assert "Fresh" not in sales.external_tables


def test_a_table_that_was_dropped_is_made_again(drop, undone, sales):
    before = sales.external_tables["ArchivedOrders"]
    drop("external-table", "ArchivedOrders")

    assert undone() == ["undone"]

    now = sales.external_tables["ArchivedOrders"]
    assert replace(now, admins=before.admins) == before  # whoever makes a table administers it


def test_a_table_that_was_replaced_is_as_before(carry_out, undone, sales):
    before = sales.external_tables["ArchivedOrders"]
    carry_out("external-table", name="ArchivedOrders", location=f"{LAKE}/other", replace="true")

    assert undone() == ["undone"]

    assert sales.external_tables["ArchivedOrders"] == before


@pytest.mark.nightly
def test_an_export_that_was_dropped_is_made_again(carry_out, drop, undone, sales):
    carry_out("continuous-export")
    before = sales.continuous_exports["Nightly"]
    drop("continuous-export", "Nightly")

    assert undone() == ["undone"]

    now = sales.continuous_exports["Nightly"]
    assert (now.query, now.external_table, now.managed_identity, now.interval) == (
        before.query, before.external_table, before.managed_identity, before.interval,
    )  # fmt: skip


@pytest.mark.nightly
def test_an_update_policy_comes_back_as_a_whole(azure, carry_out, undone, sales):
    azure.world.add_update_policy(
        "Customers", database="Sales", source="Orders", query=COLUMNS, managed_identity=EXPORT
    )
    before = sales.tables["Customers"].update_policy
    carry_out("update-policy")
    assert sales.tables["Customers"].update_policy != before

    assert undone() == ["undone"]

    assert sales.tables["Customers"].update_policy == before


@pytest.mark.nightly
def test_a_data_connection_that_was_dropped_is_made_again(drop, undone, sales):
    (before,) = sales.data_connections
    drop("event-hub", before.name)

    assert undone() == ["undone"]

    (now,) = sales.data_connections
    assert (now.name, now.kind, now.properties) == (
        before.name, before.kind, {**before.properties, "retrievalStartDate": ANY},
    )  # fmt: skip


@pytest.mark.nightly
def test_a_data_connection_that_was_changed_since_is_not_undone(carry_out, undone, sales):
    carry_out("event-hub")
    made = sales.data_connections[-1]
    sales.data_connections[-1] = replace(made, properties={**made.properties, "tableName": "Raw"})

    assert "changed after write 1" in undone()[0]


def test_what_the_service_did_not_tell_whole_is_said_before_anything_is_sent(
    connection, azure, drop, named
):
    azure.world.add_external_table("Keyed", f"{LAKE}/archive;secretkey", database="Sales")
    drop("external-table", "Keyed")
    sent = azure.requests_served

    with pytest.raises(errors.HistoryUnavailable, match="write 1 can't be undone") as caught:
        undo(connection, 1, None, confirmed=True)

    assert azure.requests_served == sent
    assert "didn't tell all of the external table" in caught.value.why
    assert [one.result for one in planned(connection, 1, None)] == ["can't be undone"]
    assert "secretkey" not in connection.history_file.read_text()


@pytest.mark.nightly
def test_what_was_run_cannot_be_taken_back(connection, azure, carry_out, sales):
    sales.policy = [replace(one, usages=("All",)) for one in sales.policy]
    azure.assign_role("mi-export", "Storage Blob Data Contributor", "contosolake")
    carry_out("export")

    assert [one.result for one in planned(connection, 1, None)] == ["can't be undone"]


@pytest.mark.nightly
def test_a_role_on_the_cluster_that_was_revoked_is_granted_again(connection, undone):
    def held():
        return {(one.fqn, one.role) for one in roles_of(connection, "").read()}

    wanted = find(connection, ["mi-export"])
    apply_roles(connection, plan_role(connection, "", VIEWER, wanted), confirmed=True)
    before = held()
    apply_roles(connection, plan_revoke(connection, "", VIEWER, wanted), confirmed=True)

    assert undone(2) == ["undone"]

    assert held() == before


def test_a_policy_with_an_identity_that_is_not_assigned_any_more_is_not_restored(
    connection, azure, undone
):
    entries = resolved(connection, ("mi-ingest",))
    apply_policy(
        connection, plan_grant(connection, Scope("Sales"), entries, ("SqlRequest",)), confirmed=True
    )
    cluster = azure.world.cluster
    cluster.identities = [one for one in cluster.identities if one.object_id != EXPORT]
    connection.forget()

    (why,) = undone()

    assert "not assigned to the cluster any more: mi-export" in why
