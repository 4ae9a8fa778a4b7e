"""What verify found out about a cluster is what later commands read its answers by."""

import stat

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.evidence.logs import LogFacts
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.actions.verify.verifying import verify
from adxmi_jupyter.actions.workflow.second_source import script_of
from adxmi_jupyter.model.audit.evidence import Reason
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.policy import CLUSTER, Policy, Scope
from adxmi_jupyter.model.verification.known import Known
from tests.told import written

TELEMETRY = Scope("Telemetry")
MOMENT = parse_moment("2026-06-01T00:00:00Z")


def test_an_answer_without_a_row_is_an_error_until_it_is_verified(azure, connection):
    azure.world.behaviours.choose({"no-policy": "no-row"})
    with pytest.raises(errors.UnreadableAnswer) as caught:
        read_one(connection, TELEMETRY)
    assert "%adxmi verify" in written(caught.value.remediation)

    verify(connection)

    assert read_one(connection, TELEMETRY).policy == Policy()


@pytest.mark.nightly
def test_what_was_verified_lasts_for_other_connections_until_it_is_forgotten(
    azure, connection, connections
):
    azure.world.behaviours.choose({"no-policy": "no-row"})
    verify(connection)
    other = connections.open("embedded", name="other")
    assert read_one(other, TELEMETRY).policy == Policy()

    assert other.verified_file.forget()
    other.forget_verified()

    with pytest.raises(errors.UnreadableAnswer):
        read_one(other, TELEMETRY)


@pytest.mark.nightly
def test_a_new_world_is_not_known(connection):
    verify(connection)
    assert connection.verified.date

    connection.embedded.reset()
    connection.forget_verified()

    assert connection.verified.date == ""


def test_the_file_is_for_the_owner_and_names_nothing_of_the_cluster(connection):
    verify(connection)

    file = connection.history_file.with_suffix(".verified.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    assert not [name for name in ("Sales", "contoso", "mi-export", "Archived") if name in text]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "host": "other"}'])
def test_a_file_that_says_something_else_is_ignored(connection, text):
    verify(connection)
    connection.history_file.with_suffix(".verified.json").write_text(text, "utf-8")
    connection.forget_verified()

    assert connection.known == Known()


def test_a_policy_in_a_column_of_another_name_is_read_once_it_is_known():
    known = Known({"policy-columns": "other"}, {"policy-columns": "PolicyJson"})

    shape = known.policy_shape(CLUSTER)

    assert shape.of_table(["PolicyJson"], [{"PolicyJson": "[]"}]) == [{"PolicyJson": "[]"}]
    with pytest.raises(errors.UnreadableAnswer):
        Known().policy_shape(CLUSTER).of_table(["PolicyJson"], [{"PolicyJson": "[]"}])


@pytest.mark.nightly
def test_a_script_of_asterisks_is_not_asked_for_again(azure, connection):
    azure.world.behaviours.choose({"csl-script": "asterisks"})
    verify(connection)
    before = azure.requests_served

    assert script_of(connection, "Sales")().tables == {}
    assert azure.requests_served == before


@pytest.mark.nightly
@pytest.mark.parametrize("journal", ["command", "left-out"])
def test_a_journal_without_states_does_not_make_a_grant_look_old(azure, connection, rich, journal):
    azure.world.behaviours.choose({"journal-of-policies": journal})
    rich()
    facts = Facts(connection)
    logs = LogFacts((), MOMENT, MOMENT)
    facts.gather(logs.every)
    assert logs.read(facts, (), {}).grants.unseen is None

    verify(connection)

    unseen = logs.read(facts, (), {}).grants.unseen
    assert (unseen.reason, "verify found" in unseen.detail) == (Reason.FAILED, True)


@pytest.mark.nightly
def test_nodes_with_many_cores_get_more_requests_at_a_time(azure, connection):
    azure.world.behaviours.choose({"capacity": "large"})
    verify(connection)

    assert connection.known.cores == 16
    assert connection.in_flight.most == 16
