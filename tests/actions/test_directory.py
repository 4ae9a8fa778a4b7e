"""An identity that is in Azure and not yet in the directory, against one that is nowhere."""

from functools import partial

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.roles import roles
from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.scope import Waiting
from adxmi_jupyter.actions.write.operations import operations_frame
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.role import Role

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
NOBODY = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def fresh(azure):
    """An identity that the first three lookups in the directory do not find."""
    identity = azure.world.add_identity("mi-fresh", assigned=False)
    identity.unseen = 3
    return identity


@pytest.fixture(params=["database", "cluster", "cluster, late"])
def place(request, azure):
    azure.arm.refuses_late = request.param == "cluster, late"
    return request.param


@pytest.fixture
def grant(connection, place):
    """Plan to give a role in one of the places, and return what carries that out."""

    def plan(*references):
        wanted = find(connection, references)
        if place == "database":
            change = roles.plan_grant(connection, "Telemetry", Role.VIEWERS, wanted)
            return partial(role_writes.apply, connection, change, confirmed=True)
        change = roles.plan_grant(connection, "", ClusterRole.VIEWER, wanted)
        return partial(role_writes.apply, connection, change, confirmed=True)

    return plan


def test_a_new_identity_is_waited_for_and_that_is_said_once(fresh, grant, said):
    done = grant("mi-fresh")()

    reasons = [line for line in said if "the directory does not know it yet" in line]
    assert done.is_done_in(done.after)
    assert len(reasons) == 1
    assert reasons[0].startswith("Azure has mi-fresh, and the directory does not know it yet (")
    assert reasons[0].endswith("): waiting")


def test_a_reference_is_looked_for_in_azure_too(fresh, grant):
    done = grant(f"aadapp={fresh.client_id};{TENANT}")()

    assert done.is_done_in(done.after)


def test_somebody_who_shows_it_otherwise_hears_that_it_waits(fresh, grant, said):
    told = []
    said.clear()

    grant("mi-fresh")(waiting=Waiting(tell=told.append))

    waits = [line for line in told if line.endswith("does not know it yet: waiting")]
    assert len(waits) == 3
    assert said == []


@pytest.mark.nightly
def test_a_wait_for_the_directory_ends(fresh, grant):
    fresh.unseen = 1000

    with pytest.raises(errors.PrincipalNotFound) as caught:
        grant("mi-fresh")(waiting=Waiting(for_directory=1.5))

    assert caught.value.what == "Azure has mi-fresh, and the directory does not know it yet"
    assert fresh.unseen < 1000 - 1
    assert caught.value.fix.startswith("wait some minutes")


def test_without_waiting_it_is_told_apart_all_the_same(fresh, grant):
    with pytest.raises(errors.PrincipalNotFound) as caught:
        grant("mi-fresh")(waiting=Waiting(for_directory=0))

    assert fresh.unseen == 2
    assert caught.value.what.startswith("Azure has mi-fresh")


def test_an_interrupted_wait_says_what_was_waited_for(fresh, grant):
    fresh.unseen = 1000

    def interrupt(told):
        if "directory" in told:
            raise KeyboardInterrupt

    with pytest.raises(errors.PrincipalNotFound) as caught:
        grant("mi-fresh")(waiting=Waiting(tell=interrupt))

    assert isinstance(caught.value.__cause__.__cause__, KeyboardInterrupt)


@pytest.mark.parametrize(
    "reference", [NOBODY, f"aadapp={NOBODY};{TENANT}", "aaduser=ghost@contoso.example"]
)
def test_somebody_of_whom_azure_knows_nothing_is_an_error_at_once(grant, said, reference):
    apply = grant(reference)
    said.clear()

    with pytest.raises(errors.PrincipalNotFound) as caught:
        apply()

    assert "nothing here shows that" in caught.value.what
    assert caught.value.fix.startswith("check the id and the tenant; %adxmi identity list --all")
    assert said == []


def test_without_rights_in_azure_nobody_is_waited_for(fresh, azure, outsider):
    azure.world.grant(azure.world.principals[-1], DatabaseRole.ADMINS, database="Telemetry")
    wanted = find(outsider, [f"aadapp={fresh.client_id};{TENANT}"])
    change = roles.plan_grant(outsider, "Telemetry", Role.VIEWERS, wanted)

    with pytest.raises(errors.PrincipalNotFound) as caught:
        role_writes.apply(outsider, change, confirmed=True)

    assert fresh.unseen == 2
    assert caught.value.what.endswith("nothing here shows that it exists")


def test_one_of_whom_azure_knows_nothing_keeps_the_others_from_being_waited_for(
    connection, fresh, azure
):
    wanted = find(connection, ["mi-fresh", f"aadapp={NOBODY};{TENANT}"])
    change = roles.plan_grant(connection, "Telemetry", Role.VIEWERS, wanted)

    with pytest.raises(errors.PrincipalNotFound) as caught:
        role_writes.apply(connection, change, confirmed=True)

    assert caught.value.fix.startswith(
        f"repeat the command without aadapp={NOBODY};{TENANT}, or che"
    )


@pytest.mark.nightly
def test_operations_that_came_too_early_are_listed_once(connection, azure, fresh):
    azure.arm.refuses_late = True
    change = roles.plan_grant(connection, "", ClusterRole.VIEWER, find(connection, ["mi-fresh"]))

    role_writes.apply(connection, change, confirmed=True)

    assert list(operations_frame(connection)["state"]) == ["Succeeded"]


def test_a_refusal_for_another_reason_is_no_reason_to_wait(connection, azure, said):
    change = roles.plan_grant(
        connection, "Telemetry", Role.VIEWERS, find(connection, ["mi-ingest"])
    )
    azure.faults.add("plain-text-400", match=".add", times=None)
    said.clear()

    with pytest.raises(errors.CommandRefused):
        role_writes.apply(connection, change, confirmed=True)

    assert said == []


@pytest.mark.nightly
def test_another_failure_while_the_directory_is_waited_for_is_that_failure(
    connection, azure, fresh
):
    azure.arm.refuses_late = True
    change = roles.plan_grant(connection, "", ClusterRole.VIEWER, find(connection, ["mi-fresh"]))

    def fail_next(told):
        if "directory" in told:
            azure.faults.add("operation-fails")

    with pytest.raises(errors.OperationFailed) as caught:
        role_writes.apply(connection, change, confirmed=True, waiting=Waiting(tell=fail_next))

    assert caught.value.why == "Failed: Internal Server Error"


@pytest.mark.nightly
def test_a_revoke_waits_for_nobody(connection, azure, fresh):
    role_writes.apply(
        connection,
        roles.plan_grant(connection, "", ClusterRole.VIEWER, find(connection, ["mi-fresh"])),
        confirmed=True,
    )
    fresh.unseen = 1000
    gone = roles.plan_revoke(connection, "", ClusterRole.VIEWER, find(connection, ["mi-fresh"]))

    done = role_writes.apply(connection, gone, confirmed=True)

    assert done.is_done_in(done.after)
