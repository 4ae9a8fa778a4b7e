"""Roles on the embedded Azure: what is listed, and what granting and revoking plan and send."""

import pytest

from adxmi_jupyter.actions.roles.frames import changed_roles_frame, role_change_frame, roles_frame
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke, read_roles
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.errors import (
    ConfirmationRequired,
    DatabaseNotFound,
    NotAuthorized,
    NothingToRevoke,
    PartialRead,
)
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role
from tests.told import written

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
SYSTEM_CLIENT = "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c"
INGEST = f"aadapp={INGEST_CLIENT};{TENANT}"
READER = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"
COLUMNS = [
    *("scope", "database", "role", "principal_type", "display_name", "object_id", "fqn"),
    "notes",
]


def test_the_roles_of_a_database_are_listed_with_those_on_the_cluster(connection):
    frame = roles_frame(read_roles(connection, (Scope("Sales"),)))

    assert list(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes)) == {"string"}
    assert list(frame["scope"]) == ["cluster", "database"]
    assert list(frame["database"]) == ["", "Sales"]
    assert list(frame["role"]) == ["AllDatabasesAdmin", "viewers"]
    assert frame.loc[1, "fqn"] == READER
    assert frame.attrs["adxmi"]["command"] == ".show database ['Sales'] principals"


def test_a_role_on_the_cluster_is_listed_once(connection):
    scopes = (CLUSTER, Scope("Sales"), Scope("Telemetry"))

    frame = roles_frame(read_roles(connection, scopes))

    assert list(frame["role"]) == ["AllDatabasesAdmin", "viewers", "viewers"]
    assert frame.loc[0, "fqn"].startswith("aaduser=")


def test_a_frame_without_rows_has_the_same_columns(outsider):
    frame = roles_frame(read_roles(outsider, (CLUSTER,)))

    assert (len(frame), list(frame.columns)) == (0, COLUMNS)
    assert set(map(str, frame.dtypes)) == {"string"}


def test_who_may_not_read_a_database_learns_so(reader):
    with pytest.raises(NotAuthorized):
        read_roles(reader, (Scope("Sales"), Scope("Telemetry")))


def test_some_unreadable_databases_are_an_error_or_left_out(azure, reader):
    azure.world.grant(azure.world.principals[1], DatabaseRole.ADMINS, database="Telemetry")
    scopes = (Scope("Sales"), Scope("Telemetry"))

    with pytest.raises(PartialRead) as caught:
        read_roles(reader, scopes)
    reading = read_roles(reader, scopes, skip_unreadable=True)

    assert caught.value.what == "1 of 2 lists of roles could not be read: database Sales"
    assert caught.value.remediation == Retry.having("--skip-unreadable")
    assert [scope for scope, _ in reading.unreadable] == [Scope("Sales")]
    assert reading.command == ".show database ['Telemetry'] principals"


def test_an_unexpected_failure_is_not_taken_for_a_refusal(connection, monkeypatch):
    monkeypatch.setattr(connection.kusto, "command", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        read_roles(connection, (Scope("Sales"), CLUSTER))


def test_a_grant_keeps_who_was_there(connection, grant, members):
    done = apply(connection, grant("mi-ingest,system", description="loads"), confirmed=True)

    frame = changed_roles_frame(connection, done)
    assert members("ingestors") == [INGEST, f"aadapp={SYSTEM_CLIENT};{TENANT}"]
    assert members("viewers") == [READER]
    assert list(frame["notes"]) == ["", "", "loads", "loads"]
    assert frame.attrs["adxmi"]["command"] == done.command


def test_who_holds_the_role_already_is_not_sent(connection, azure, grant):
    apply(connection, grant("mi-ingest"), confirmed=True)

    change = grant("mi-ingest,mi-export")

    assert INGEST not in change.command
    assert [one.label for one in change.changed] == ["mi-export"]
    assert change.notes == ("mi-ingest holds ingestors already",)


def test_nothing_is_sent_when_all_hold_the_role(connection, azure, grant):
    apply(connection, grant("mi-ingest"), confirmed=True)
    change = grant("mi-ingest", description="again")
    served = azure.requests_served

    done = apply(connection, change, confirmed=True)

    assert azure.requests_served == served
    assert (done.command, done.changed) == ("", ())
    assert done.notes[-1] == (
        "a description is kept as it is; to change it, revoke the role and grant it"
    )


@pytest.mark.parametrize(
    "reference", ["aaduser=reader@contoso.example", READER, READER.upper().replace("AAD", "aad")]
)
def test_a_user_is_found_by_address_or_object_id(grant, reference):
    change = grant(reference, Role.VIEWERS)

    assert change.command == ""


def test_an_assignment_by_object_id_is_flagged_and_not_trusted(grant, by_object_id):
    change = grant("mi-ingest")

    assert INGEST in change.command
    assert tuple(map(written, change.notes)) == (
        (
            f"mi-ingest is listed by its object ID in ingestors: {by_object_id}; if its calls end "
            "with HTTP 401, %adxmi role revoke --database Telemetry --role ingestors "
            f'--identity "{by_object_id}" --yes, then grant the role again: the service may take '
            "one id for the other"
        ),
    )


def test_a_role_that_needs_another_says_so(grant):
    change = grant("mi-ingest", Role.UNRESTRICTED_VIEWERS)

    assert change.notes == (
        "unrestrictedviewers has no effect without users or viewers, which mi-ingest lacks",
    )


def test_a_role_whose_needs_are_met_says_nothing(grant):
    assert grant(READER, Role.UNRESTRICTED_VIEWERS).notes == ()


def test_a_role_on_every_database_is_said(azure, grant):
    azure.world.grant(azure.world.principals[1], ClusterRole.VIEWER)

    assert grant(READER, Role.USERS).notes == (
        f"{READER} already has AllDatabasesViewer, on every database",
    )


def test_a_grant_needs_rights(reader):
    wanted = find(reader, ["mi-ingest"])

    with pytest.raises(NotAuthorized):
        plan_grant(reader, "Telemetry", Role.VIEWERS, wanted)


def test_an_unknown_database_is_named(connection):
    wanted = find(connection, ["mi-ingest"])

    with pytest.raises(DatabaseNotFound) as caught:
        plan_grant(connection, "Telemtry", Role.VIEWERS, wanted)

    assert caught.value.fix == "--database Telemetry"


def test_a_revoke_takes_one_role_from_one_principal(connection, grant, revoke, members):
    apply(connection, grant("mi-ingest,mi-export", Role.VIEWERS), confirmed=True)
    apply(connection, grant("mi-ingest"), confirmed=True)

    done = apply(connection, revoke("mi-ingest"), confirmed=True)

    assert INGEST not in members("viewers")
    assert len(members("viewers")) == 2
    assert members("ingestors") == [INGEST]
    assert done.notes == ("mi-ingest keeps ingestors on the database Telemetry",)


def test_a_revoke_needs_to_be_confirmed(connection, revoke, members):
    change = revoke("aaduser=reader@contoso.example")

    with pytest.raises(ConfirmationRequired) as caught:
        apply(connection, change, confirmed=False)

    assert members("viewers") == [READER]
    assert caught.value.why == "may stop working: reading, except restricted tables"
    assert caught.value.remediation == Retry.having("--yes")


def test_many_losses_are_counted(connection, azure, grant, revoke):
    for name in ("one", "two", "three"):
        azure.world.add_identity(f"mi-{name}")
    apply(connection, grant("mi-one,mi-two,mi-three", Role.VIEWERS), confirmed=True)

    with pytest.raises(ConfirmationRequired) as caught:
        apply(connection, revoke(f"{READER},mi-one,mi-two,mi-three"), confirmed=False)

    assert caught.value.what.endswith("mi-one, mi-two and 1 more")


def test_what_is_not_held_cannot_be_revoked(revoke):
    with pytest.raises(NothingToRevoke) as caught:
        revoke(READER, Role.INGESTORS)

    assert caught.value.why == "it holds viewers there"
    assert caught.value.fix == "%adxmi role list --database Telemetry"


def test_a_role_on_the_cluster_cannot_be_revoked_from_a_database(revoke):
    with pytest.raises(NothingToRevoke) as caught:
        revoke("aaduser=admin@contoso.example", Role.ADMINS)

    assert caught.value.why.startswith("it has AllDatabasesAdmin, on every database")


def test_a_reference_of_another_kind_or_tenant_is_nobody_here(revoke):
    with pytest.raises(NothingToRevoke):
        revoke(READER.replace("aaduser", "aadapp"))
    with pytest.raises(NothingToRevoke):
        revoke(READER.replace(TENANT, OTHER_TENANT))


def test_a_name_takes_every_id_and_a_reference_only_itself(connection, grant, revoke, by_object_id):
    apply(connection, grant("mi-ingest"), confirmed=True)

    assert len(revoke("mi-ingest", Role.INGESTORS).changed) == 2
    assert [one.fqn for one in revoke(by_object_id, Role.INGESTORS).changed] == [by_object_id]


def test_an_object_id_revokes_the_assignment_by_client_id(connection, grant, revoke):
    apply(connection, grant("mi-ingest"), confirmed=True)

    assert [one.fqn for one in revoke(INGEST_OBJECT, Role.INGESTORS).changed] == [INGEST]


def test_taking_a_role_from_oneself_is_said(connection, azure, grant):
    azure.world.grant(azure.world.principals[0], DatabaseRole.ADMINS, database="Telemetry")
    me = find(connection, ["aaduser=admin@contoso.example"])

    change = plan_revoke(connection, "Telemetry", Role.ADMINS, me)

    assert change.warnings == (
        "admin (upn: admin@contoso.example) is the caller: admins is revoked for you too",
        "Telemetry has no admins of its own left",
    )


def test_the_last_admin_of_a_database_is_said(connection, grant, revoke):
    apply(connection, grant("mi-ingest", Role.ADMINS), confirmed=True)

    change = revoke("mi-ingest", Role.ADMINS)

    assert change.notes == ("Telemetry has no admins of its own left",)


def test_a_planned_change_is_a_frame_of_what_changes(grant, revoke):
    added = role_change_frame(grant("mi-ingest", description="loads"))
    removed = role_change_frame(revoke(READER))

    assert list(added.columns) == [*COLUMNS, "change"]
    assert added.loc[0, ["role", "fqn", "notes", "change"]].tolist() == [
        *("ingestors", INGEST, "loads", "added"),
    ]
    assert list(removed["change"]) == ["removed"]
