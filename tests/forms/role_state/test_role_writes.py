"""What the role form sends, and what it tells of it."""

import pytest

from adxmi_jupyter.embedded import ClusterRole as OnCluster
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.errors import (
    ConfirmationRequired,
    DatabaseNotFound,
    OperationFailed,
    RolesChanged,
    Throttled,
)
from adxmi_jupyter.forms.role.state import RoleState
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role
from tests.forms.role_state.people import (
    ADMIN_NAME,
    EXPORT,
    INGEST,
    READER,
    READER_NAME,
    SALES,
    give,
    labels,
    take,
)


def test_applying_writes_and_leaves_nothing_to_do(sales, holder, held):
    export = holder(sales, "mi-export")
    sales.want(export, "viewers", ticked=True)
    sales.want(holder(sales, READER_NAME), "viewers", ticked=False)

    sales.apply(confirmed=True)

    assert held("viewers", "Sales") == [EXPORT]
    assert not sales.is_valid
    assert sales.is_ticked(export, "viewers")
    assert READER_NAME not in labels(sales)


@pytest.mark.nightly
def test_applying_on_the_cluster_writes_through_azure(cluster, holder, held):
    export = holder(cluster, "mi-export")
    cluster.want(export, "AllDatabasesViewer", ticked=True)
    told = []

    cluster.apply(confirmed=False, tell=told.append)

    assert held(OnCluster.VIEWER) == [EXPORT]
    assert cluster.is_ticked(export, "AllDatabasesViewer")


def test_a_revoke_takes_every_id_of_an_identity(connection, holder, held, by_object_id):
    give(connection, Role.INGESTORS, "mi-ingest")
    by_object_id(DatabaseRole.INGESTORS, "Sales")
    state = RoleState(connection, SALES)

    state.want(holder(state, "mi-ingest"), "ingestors", ticked=False)
    state.apply(confirmed=True)

    assert held("ingestors", "Sales") == []


@pytest.mark.nightly
def test_what_is_taken_away_is_asked_about_at_once_and_nothing_is_sent_before(
    connection, sales, holder, held
):
    give(connection, Role.INGESTORS, "mi-ingest")
    sales.reload()
    sales.want(holder(sales, "mi-export"), "users", ticked=True)
    sales.want(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.want(holder(sales, "mi-ingest"), "ingestors", ticked=False)

    with pytest.raises(ConfirmationRequired) as caught:
        sales.apply(confirmed=False)

    assert caught.value.what == (
        f"revoke on the database Sales removes viewers from {READER_NAME}; "
        "revoke on the database Sales removes ingestors from mi-ingest"
    )
    assert held("users", "Sales") == []
    assert sales.is_valid


def test_the_own_last_admin_is_not_taken_away_unasked(cluster, holder):
    cluster.want(holder(cluster, ADMIN_NAME), "AllDatabasesAdmin", ticked=False)

    with pytest.raises(ConfirmationRequired) as caught:
        cluster.apply(confirmed=False)

    assert "is the caller: AllDatabasesAdmin is revoked for you too" in caught.value.why
    assert "the cluster has no AllDatabasesAdmin left" in caught.value.why


@pytest.mark.nightly
def test_when_one_command_fails_it_is_told_what_was_made_and_the_rest_is_kept(
    azure, sales, holder, held
):
    azure.faults.add("throttled", match="] users (", retry_after=0, times=None)
    export = holder(sales, "mi-export")
    for role in ("admins", "users", "monitors"):
        sales.want(export, role, ticked=True)

    with pytest.raises(Throttled) as caught:
        sales.apply(confirmed=False)

    assert caught.value.why.split("; ")[-3:] == [
        "done: mi-export + admins",
        "failed: mi-export + users",
        "not started: mi-export + monitors",
    ]
    assert held("admins", "Sales") == [EXPORT]
    assert sales.preview.changes == ("+ mi-export users", "+ mi-export monitors")


@pytest.mark.nightly
def test_when_one_request_of_the_cluster_fails_it_is_told_what_was_made(
    azure, cluster, holder, held
):
    azure.faults.add("operation-fails", match="mi-ingest-AllDatabasesViewer")
    for name in ("mi-export", "mi-ingest", "mi-stranger"):
        cluster.want(holder(cluster, name), "AllDatabasesViewer", ticked=True)

    with pytest.raises(OperationFailed) as caught:
        cluster.apply(confirmed=False)

    assert "done: mi-export + AllDatabasesViewer" in caught.value.why
    assert cluster.preview.changes == (
        "+ mi-ingest AllDatabasesViewer",
        "+ mi-stranger AllDatabasesViewer",
    )


@pytest.mark.nightly
def test_when_the_roles_cannot_be_read_after_a_failure_the_failure_is_told(azure, sales, holder):
    azure.faults.add("throttled", match=".add", retry_after=0, times=None)
    sales.want(holder(sales, "mi-export"), "users", ticked=True)
    azure.faults.add("throttled", match=".show databases", retry_after=0, times=None)

    with pytest.raises(Throttled):
        sales.apply(confirmed=False)

    assert sales.is_valid


@pytest.mark.nightly
def test_what_somebody_else_has_done_is_shown_before_something_is_sent(
    connection, sales, holder, held
):
    sales.want(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.want(holder(sales, "mi-export"), "viewers", ticked=True)
    give(connection, Role.VIEWERS, "mi-export")

    with pytest.raises(RolesChanged) as caught:
        sales.apply(confirmed=True)

    assert caught.value.why == "since they were read: mi-export + viewers"
    assert "look at your changes" in caught.value.fix
    assert sales.preview.changes == (f"- {READER_NAME} viewers",)
    assert held("viewers", "Sales") == [READER, EXPORT]


@pytest.mark.nightly
def test_a_wish_that_somebody_else_fulfilled_is_done(connection, sales, holder):
    sales.want(holder(sales, READER_NAME), "viewers", ticked=False)
    take(connection, Role.VIEWERS, READER)

    with pytest.raises(RolesChanged) as caught:
        sales.apply(confirmed=True)

    assert caught.value.fix == "nothing left to do: it is as you wanted"


@pytest.mark.nightly
def test_changes_by_others_that_make_no_difference_are_no_reason_to_stop(
    connection, sales, holder, held
):
    sales.want(holder(sales, "mi-export"), "viewers", ticked=True)
    give(connection, Role.VIEWERS, "mi-ingest")

    sales.apply(confirmed=False)

    assert held("viewers", "Sales") == [READER, INGEST, EXPORT]


def test_wishes_wait_while_another_scope_is_looked_at(sales, holder):
    sales.want(holder(sales, "mi-export"), "viewers", ticked=True)

    sales.choose(CLUSTER)
    assert (sales.is_valid, sales.waiting) == (False, (SALES,))
    sales.choose(SALES)

    assert sales.preview.changes == ("+ mi-export viewers",)


def test_a_scope_that_cannot_be_read_leaves_the_form_where_it_was(sales):
    with pytest.raises(DatabaseNotFound):
        sales.choose(Scope("Gone"))

    assert sales.scope == SALES


@pytest.mark.nightly
def test_reading_again_keeps_wishes_and_rows(azure, sales, holder):
    sales.want(holder(sales, READER_NAME), "users", ticked=True)
    azure.world.cluster.databases["Sales"].roles.clear()

    sales.reload()

    assert sales.preview.changes == (f"+ {READER_NAME} users",)


def test_discarding_forgets_them(sales, holder):
    sales.want(holder(sales, "mi-export"), "viewers", ticked=True)

    sales.discard()

    assert not sales.is_valid
