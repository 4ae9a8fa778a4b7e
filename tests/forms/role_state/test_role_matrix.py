"""What the role form shows and wants, without any widget."""

import pytest

from adxmi_jupyter.embedded import ClusterRole as OnCluster
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.errors import (
    ServiceRefusal,
)
from adxmi_jupyter.forms.role.state import Mark, RoleState
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role
from tests.forms.role_state.people import (
    ADMIN_NAME,
    EXPORT,
    INGEST,
    READER,
    READER_NAME,
    SALES,
    TENANT,
    labels,
)


def test_with_rights_in_azure_the_cluster_is_a_scope(sales):
    assert [str(scope) for scope in sales.scopes] == [
        "cluster",
        "database Sales",
        "database Telemetry",
        "database Tom's Lab",
    ]


def test_without_them_it_is_not_and_that_is_said(outsider, azure):
    azure.world.grant(azure.world.principals[-1], DatabaseRole.ADMINS, database="Sales")

    state = RoleState(outsider, SALES)

    assert [str(scope) for scope in state.scopes] == ["database Sales"]
    assert state.notes[0].startswith("roles on the whole cluster are not offered: ")


def test_without_them_the_cluster_cannot_be_looked_at(outsider):
    with pytest.raises(ServiceRefusal):
        RoleState(outsider, CLUSTER)


def test_rows_are_those_with_a_role_and_then_every_identity_in_sight(sales):
    assert labels(sales) == [
        *(ADMIN_NAME, READER_NAME),
        *("contoso", "mi-export", "mi-ingest", "mi-stranger"),
    ]
    assert [one.kind for one in sales.holders][1:4] == ["user", "system identity", "identity"]


def test_columns_are_the_roles_of_the_scope(sales, cluster):
    assert sales.roles == tuple(Role)
    assert cluster.roles == tuple(ClusterRole)


def test_ticks_are_the_roles_held_in_the_scope_itself(sales, holder):
    reader, admin = holder(sales, READER_NAME), holder(sales, ADMIN_NAME)

    assert [role for role in sales.roles if sales.is_ticked(reader, role)] == ["viewers"]
    assert not any(sales.is_ticked(admin, role) for role in sales.roles)


@pytest.mark.parametrize(
    ("held_on_cluster", "role", "mark"),
    [
        (OnCluster.ADMIN, "admins", Mark.CLUSTER),
        (OnCluster.ADMIN, "users", Mark.CLUSTER_ADMIN),
        (OnCluster.ADMIN, "viewers", Mark.CLUSTER_ADMIN),
        (OnCluster.VIEWER, "viewers", Mark.CLUSTER),
        (OnCluster.VIEWER, "users", Mark.NONE),
        (OnCluster.MONITOR, "monitors", Mark.CLUSTER),
    ],
)
def test_marks_tell_what_the_cluster_gives(connection, azure, holder, held_on_cluster, role, mark):
    azure.world.grant(azure.world.principals[1], held_on_cluster)

    state = RoleState(connection, SALES)

    reader = next(one for one in state.holders if one.label.startswith("reader"))
    assert state.mark(reader, role) is mark


def test_marks_tell_what_the_admins_may_anyway(sales, cluster, holder):
    export = holder(sales, "mi-export")

    sales.want(export, "admins", ticked=True)

    assert (sales.mark(export, "users"), sales.mark(export, "admins")) == (Mark.ADMIN, Mark.NONE)
    assert cluster.mark(holder(cluster, ADMIN_NAME), "AllDatabasesViewer") is Mark.ADMIN


@pytest.mark.parametrize(
    ("database", "role", "held_as"),
    [
        ("Sales", "ingestors", DatabaseRole.INGESTORS),
        ("", "AllDatabasesMonitor", OnCluster.MONITOR),
    ],
)
def test_a_listing_by_object_id_is_the_identitys_and_marked(
    connection, holder, by_object_id, database, role, held_as
):
    by_object_id(held_as, database)

    state = RoleState(connection, Scope(database))

    ingest = holder(state, "mi-ingest")
    assert state.is_ticked(ingest, role)
    assert state.mark(ingest, role) is Mark.OBJECT_ID


def test_on_the_cluster_the_lines_that_fix_it_are_a_note(connection, by_object_id):
    by_object_id(OnCluster.MONITOR)

    state = RoleState(connection, CLUSTER)

    assert "%adxmi role revoke --cluster --role AllDatabasesMonitor" in state.notes[0]


def test_a_tick_and_its_untick_leave_nothing_to_do(sales, holder):
    export = holder(sales, "mi-export")

    sales.want(export, "viewers", ticked=True)
    sales.want(export, "viewers", ticked=False)

    assert not sales.is_valid
    assert sales.preview.command == ""


def test_each_role_and_direction_is_a_command_and_a_line(sales, holder):
    for name in ("mi-export", "mi-ingest"):
        sales.want(holder(sales, name), "viewers", ticked=True)
    sales.want(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.want(holder(sales, "contoso"), "monitors", ticked=True)

    preview = sales.preview
    assert preview.changes == (
        "+ mi-export viewers",
        "+ mi-ingest viewers",
        "+ contoso monitors",
        f"- {READER_NAME} viewers",
    )
    assert preview.command.split("\n") == [
        f'.add database [\'Sales\'] viewers ("{EXPORT}", "{INGEST}")',
        (
            ".add database ['Sales'] monitors "
            f'("aadapp=c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c;{TENANT}")'
        ),
        f".drop database ['Sales'] viewers (\"{READER}\")",
    ]
    assert [line.words[1:] for line in preview.lines] == [
        (
            *("grant", "--database", "Sales", "--role", "viewers"),
            *("--identity", "mi-export,mi-ingest"),
        ),
        ("grant", "--database", "Sales", "--role", "monitors", "--identity", "system"),
        (
            *("revoke", "--database", "Sales", "--role", "viewers"),
            *("--identity", READER, "--yes"),
        ),
    ]


def test_on_the_cluster_each_principal_is_a_request(cluster, holder):
    cluster.want(holder(cluster, "mi-export"), "AllDatabasesViewer", ticked=True)
    cluster.want(holder(cluster, ADMIN_NAME), "AllDatabasesAdmin", ticked=False)

    sent = cluster.preview.command.split("\n")

    assert sent[0].endswith("/principalAssignments/mi-export-AllDatabasesViewer")
    assert '"principalId": "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64"' in sent[1]
    assert sent[2].startswith("DELETE /subscriptions/")


def test_a_role_that_needs_another_says_so_until_that_is_there(sales, holder):
    export = holder(sales, "mi-export")

    sales.want(export, "unrestrictedviewers", ticked=True)
    remarks = sales.preview.remarks
    sales.want(export, "viewers", ticked=True)

    assert remarks == (
        "unrestrictedviewers has no effect without users or viewers, which mi-export lacks",
    )
    assert sales.preview.remarks == ()


@pytest.mark.parametrize("scope", [SALES, CLUSTER])
def test_the_preview_is_what_is_sent(connection, holder, scope):
    state = RoleState(connection, scope)
    viewers = "viewers" if scope.database else "AllDatabasesViewer"
    monitors = "monitors" if scope.database else "AllDatabasesMonitor"
    for name in ("mi-export", "mi-ingest"):
        state.want(holder(state, name), viewers, ticked=True)
    state.want(holder(state, "contoso"), monitors, ticked=True)
    shown = state.preview.command

    done = state.apply(confirmed=True)

    assert "\n".join(change.command for change in done) == shown
