"""What the role form knows, wants and does, without any widget."""

from dataclasses import replace

import pytest

from adxmi_jupyter.actions import role_scopes
from adxmi_jupyter.actions.principals import find
from adxmi_jupyter.embedded import ClusterRole as OnCluster
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.errors import (
    ConfirmationRequired,
    DatabaseNotFound,
    OperationFailed,
    PrincipalNotFound,
    RolesChanged,
    ServiceRefusal,
    Throttled,
    UnknownIdentity,
)
from adxmi_jupyter.forms.role_reading import Holder
from adxmi_jupyter.forms.role_state import Mark, RoleState
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role, RoleAssignment

SALES = Scope("Sales")
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
FOREIGN_CLIENT = "6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
EXPORT = f"aadapp=27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64;{TENANT}"
INGEST = f"aadapp=a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38;{TENANT}"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
READER = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"
READER_NAME = "reader (upn: reader@contoso.example)"
ADMIN_NAME = "admin (admin@contoso.example)"


@pytest.fixture
def sales(connection):
    return RoleState(connection, SALES)


@pytest.fixture
def cluster(connection):
    return RoleState(connection, CLUSTER)


@pytest.fixture
def held(azure):
    """Return who holds a role, in the world itself."""

    def of(role, database=""):
        place = azure.world.cluster.databases[database] if database else azure.world.cluster
        return [one.principal.fqn for one in place.roles if one.role == role]

    return of


@pytest.fixture
def by_object_id(azure):
    """Put mi-ingest into a role under its object ID."""

    def put(role, database=""):
        listed = Principal(
            PrincipalKind.APPLICATION, INGEST_OBJECT, TENANT, "mi-ingest", INGEST_OBJECT
        )
        azure.world.grant(listed, role, database=database)

    return put


def labels(state):
    return [state.label(one) for one in state.holders]


def give(connection, role, *references, database="Sales"):
    """Grant a role behind the form's back."""
    wanted = find(connection, references)
    change = role_scopes.plan_grant(connection, database, role, wanted)
    role_scopes.apply(connection, change, confirmed=True)


def take(connection, role, *references, database="Sales"):
    unwanted = find(connection, references)
    change = role_scopes.plan_revoke(connection, database, role, unwanted)
    role_scopes.apply(connection, change, confirmed=True)


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

    sales.wish(export, "admins", ticked=True)

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


def test_on_the_cluster_the_lines_that_mend_it_are_a_note(connection, by_object_id):
    by_object_id(OnCluster.MONITOR)

    state = RoleState(connection, CLUSTER)

    assert "%adxmi role revoke --cluster --role AllDatabasesMonitor" in state.notes[0]


def test_a_tick_and_its_untick_leave_nothing_to_do(sales, holder):
    export = holder(sales, "mi-export")

    sales.wish(export, "viewers", ticked=True)
    sales.wish(export, "viewers", ticked=False)

    assert not sales.is_valid
    assert sales.preview.command == ""


def test_each_role_and_direction_is_a_command_and_a_line(sales, holder):
    for name in ("mi-export", "mi-ingest"):
        sales.wish(holder(sales, name), "viewers", ticked=True)
    sales.wish(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.wish(holder(sales, "contoso"), "monitors", ticked=True)

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
    cluster.wish(holder(cluster, "mi-export"), "AllDatabasesViewer", ticked=True)
    cluster.wish(holder(cluster, ADMIN_NAME), "AllDatabasesAdmin", ticked=False)

    sent = cluster.preview.command.split("\n")

    assert sent[0].endswith("/principalAssignments/mi-export-AllDatabasesViewer")
    assert '"principalId": "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64"' in sent[1]
    assert sent[2].startswith("DELETE /subscriptions/")


def test_a_role_that_needs_another_says_so_until_that_is_there(sales, holder):
    export = holder(sales, "mi-export")

    sales.wish(export, "unrestrictedviewers", ticked=True)
    remarks = sales.preview.remarks
    sales.wish(export, "viewers", ticked=True)

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
        state.wish(holder(state, name), viewers, ticked=True)
    state.wish(holder(state, "contoso"), monitors, ticked=True)
    shown = state.preview.command

    done = state.apply(confirmed=True)

    assert "\n".join(change.command for change in done) == shown


def test_applying_writes_and_leaves_nothing_to_do(sales, holder, held):
    export = holder(sales, "mi-export")
    sales.wish(export, "viewers", ticked=True)
    sales.wish(holder(sales, READER_NAME), "viewers", ticked=False)

    sales.apply(confirmed=True)

    assert held("viewers", "Sales") == [EXPORT]
    assert not sales.is_valid
    assert sales.is_ticked(export, "viewers")
    assert READER_NAME not in labels(sales)


def test_applying_on_the_cluster_writes_through_azure(cluster, holder, held):
    export = holder(cluster, "mi-export")
    cluster.wish(export, "AllDatabasesViewer", ticked=True)
    told = []

    cluster.apply(confirmed=False, tell=told.append)

    assert held(OnCluster.VIEWER) == [EXPORT]
    assert cluster.is_ticked(export, "AllDatabasesViewer")


def test_a_revoke_takes_every_id_of_an_identity(connection, holder, held, by_object_id):
    give(connection, Role.INGESTORS, "mi-ingest")
    by_object_id(DatabaseRole.INGESTORS, "Sales")
    state = RoleState(connection, SALES)

    state.wish(holder(state, "mi-ingest"), "ingestors", ticked=False)
    state.apply(confirmed=True)

    assert held("ingestors", "Sales") == []


def test_what_is_taken_away_is_asked_about_at_once_and_nothing_is_sent_before(
    connection, sales, holder, held
):
    give(connection, Role.INGESTORS, "mi-ingest")
    sales.reload()
    sales.wish(holder(sales, "mi-export"), "users", ticked=True)
    sales.wish(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.wish(holder(sales, "mi-ingest"), "ingestors", ticked=False)

    with pytest.raises(ConfirmationRequired) as caught:
        sales.apply(confirmed=False)

    assert caught.value.what == (
        f"revoke on the database Sales takes viewers from {READER_NAME}; "
        "revoke on the database Sales takes ingestors from mi-ingest"
    )
    assert held("users", "Sales") == []
    assert sales.is_valid


def test_the_own_last_admin_is_not_taken_away_unasked(cluster, holder):
    cluster.wish(holder(cluster, ADMIN_NAME), "AllDatabasesAdmin", ticked=False)

    with pytest.raises(ConfirmationRequired) as caught:
        cluster.apply(confirmed=False)

    assert "is you yourself: AllDatabasesAdmin is gone for you too" in caught.value.why
    assert "the cluster is left without AllDatabasesAdmin" in caught.value.why


def test_when_one_command_fails_it_is_told_what_was_made_and_the_rest_is_kept(
    azure, sales, holder, held
):
    azure.faults.add("throttled", match="] users (", retry_after=0, times=None)
    export = holder(sales, "mi-export")
    for role in ("admins", "users", "monitors"):
        sales.wish(export, role, ticked=True)

    with pytest.raises(Throttled) as caught:
        sales.apply(confirmed=False)

    assert caught.value.why.split("; ")[-3:] == [
        "made before that: mi-export + admins",
        "this was: mi-export + users",
        "not begun: mi-export + monitors",
    ]
    assert held("admins", "Sales") == [EXPORT]
    assert sales.preview.changes == ("+ mi-export users", "+ mi-export monitors")


def test_when_one_request_of_the_cluster_fails_it_is_told_what_was_made(
    azure, cluster, holder, held
):
    azure.faults.add("operation-fails", match="mi-ingest-AllDatabasesViewer")
    for name in ("mi-export", "mi-ingest", "mi-stranger"):
        cluster.wish(holder(cluster, name), "AllDatabasesViewer", ticked=True)

    with pytest.raises(OperationFailed) as caught:
        cluster.apply(confirmed=False)

    assert "done before that: mi-export + AllDatabasesViewer" in caught.value.why
    assert cluster.preview.changes == (
        "+ mi-ingest AllDatabasesViewer",
        "+ mi-stranger AllDatabasesViewer",
    )


def test_when_the_roles_cannot_be_read_after_a_failure_the_failure_is_told(azure, sales, holder):
    azure.faults.add("throttled", match=".add", retry_after=0, times=None)
    sales.wish(holder(sales, "mi-export"), "users", ticked=True)
    azure.faults.add("throttled", match=".show databases", retry_after=0, times=None)

    with pytest.raises(Throttled):
        sales.apply(confirmed=False)

    assert sales.is_valid


def test_what_somebody_else_has_done_is_shown_before_something_is_sent(
    connection, sales, holder, held
):
    sales.wish(holder(sales, READER_NAME), "viewers", ticked=False)
    sales.wish(holder(sales, "mi-export"), "viewers", ticked=True)
    give(connection, Role.VIEWERS, "mi-export")

    with pytest.raises(RolesChanged) as caught:
        sales.apply(confirmed=True)

    assert caught.value.why == "since they were read: mi-export + viewers"
    assert "look at your changes" in caught.value.fix
    assert sales.preview.changes == (f"- {READER_NAME} viewers",)
    assert held("viewers", "Sales") == [READER, EXPORT]


def test_a_wish_that_somebody_else_fulfilled_is_done(connection, sales, holder):
    sales.wish(holder(sales, READER_NAME), "viewers", ticked=False)
    take(connection, Role.VIEWERS, READER)

    with pytest.raises(RolesChanged) as caught:
        sales.apply(confirmed=True)

    assert caught.value.fix == "nothing is left to do: what you wanted is there"


def test_changes_by_others_that_make_no_difference_are_no_reason_to_stop(
    connection, sales, holder, held
):
    sales.wish(holder(sales, "mi-export"), "viewers", ticked=True)
    give(connection, Role.VIEWERS, "mi-ingest")

    sales.apply(confirmed=False)

    assert held("viewers", "Sales") == [READER, INGEST, EXPORT]


def test_wishes_wait_while_another_scope_is_looked_at(sales, holder):
    sales.wish(holder(sales, "mi-export"), "viewers", ticked=True)

    sales.choose(CLUSTER)
    assert (sales.is_valid, sales.waiting) == (False, (SALES,))
    sales.choose(SALES)

    assert sales.preview.changes == ("+ mi-export viewers",)


def test_a_scope_that_cannot_be_read_leaves_the_form_where_it_was(sales):
    with pytest.raises(DatabaseNotFound):
        sales.choose(Scope("Gone"))

    assert sales.scope == SALES


def test_reading_again_keeps_wishes_and_rows(azure, sales, holder):
    sales.wish(holder(sales, READER_NAME), "users", ticked=True)
    azure.world.cluster.databases["Sales"].roles.clear()

    sales.reload()

    assert sales.preview.changes == (f"+ {READER_NAME} users",)


def test_discarding_forgets_them(sales, holder):
    sales.wish(holder(sales, "mi-export"), "viewers", ticked=True)

    sales.discard()

    assert not sales.is_valid


def test_somebody_of_another_tenant_is_added_with_what_the_tenant_means(sales, held):
    added, note = sales.add(f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}")
    first = sales.holders[0].label
    sales.wish(added, "viewers", ticked=True)
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


def test_an_added_row_stands_first_and_becomes_the_identity_once_it_is_seen(
    connection, azure, sales
):
    azure.faults.add("unavailable", match="userAssignedIdentities?", times=None)
    sales.reload()
    added, _ = sales.add(f"aadapp={azure.world.identity('mi-stranger').client_id};{TENANT}")
    sales.wish(added, "viewers", ticked=True)
    first = sales.holders[0].kind
    azure.faults.clear()

    sales.reload()

    assert first == "application"
    assert sales.preview.changes == ("+ mi-stranger viewers",)


def test_an_identity_created_since_can_be_added(azure, sales, held):
    fresh = azure.world.add_identity("mi-fresh", assigned=False)
    fresh.unseen = 2

    added, _ = sales.add("mi-fresh")
    sales.wish(added, "viewers", ticked=True)
    sales.apply(confirmed=False, tell=lambda _told: None)

    assert held("viewers", "Sales")[-1] == f"aadapp={fresh.client_id};{TENANT}"


def test_what_names_nobody_is_an_error(sales):
    with pytest.raises(UnknownIdentity):
        sales.add("mi-exprot")


def test_somebody_the_service_does_not_take_is_told(sales):
    added, note = sales.add("11111111-2222-4333-8444-555555555555")
    sales.wish(added, "viewers", ticked=True)

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
    state.wish(twins[0], "viewers", ticked=True)
    assert twins[0].object_id in state.preview.lines[0].words


def test_rows_are_the_same_by_principal_or_by_key(sales, holder):
    ingest = holder(sales, "mi-ingest")

    assert ingest.is_same(replace(ingest, key="another"))
    assert not ingest.is_same(Holder("x", "mi-ingest", "Robot"))
