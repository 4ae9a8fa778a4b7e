"""Snapshots: a cluster as a policy file, after which there is nothing to plan."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.schema import NAME
from adxmi_jupyter.model.policy_file.variables import Variables
from tests.random_worlds import clusters

SNAPSHOTS = st.one_of(
    st.tuples(clusters(), st.sampled_from([Mode.ADDITIVE, Mode.OBSERVE])),
    st.tuples(clusters(with_orphans=False), st.just(Mode.AUTHORITATIVE)),
)


def planned(connection, text):
    return prepare(connection, read_policy_file(text, "s.yaml", Variables()), Options()).plan


@pytest.mark.nightly
@settings(
    max_examples=500,
    phases=(Phase.explicit, Phase.generate),  # to find a shorter example takes long
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(taken=SNAPSHOTS)
def test_nothing_is_to_be_changed_after_any_snapshot(connection, taken):
    make, mode = taken
    connection.azure.reset()
    make(connection.azure.world)
    connection.forget()
    connection.assigned_when_last_seen = None

    once, twice = snapshot(connection, mode), snapshot(connection, mode)

    assert (once.text, once.names) == (twice.text, twice.names)
    assert planned(connection, once.text).changes == ()


def test_identities_are_called_by_their_names_with_the_object_id_behind(connection):
    text = snapshot(connection, Mode.ADDITIVE).text

    assert text.startswith(f"# yaml-language-server: $schema={NAME}\n")
    assert "  mi-export: {name: mi-export}  # e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d\n" in text


def test_what_may_not_be_read_is_named_and_left_out(connections):
    reader = connections.open("embedded", name="reader", credential="as:reader")

    found = snapshot(reader, Mode.ADDITIVE)

    assert "# not readable: policy of the cluster (requires AllDatabasesMonitor)\n" in found.text
    assert planned(reader, found.text).is_empty


def test_a_snapshot_of_one_database_is_about_that_alone(connection):
    plan = planned(connection, snapshot(connection, Mode.OBSERVE, ("Sales",)).text)

    assert set(plan.states) == {
        "policy of the database Sales",
        "roles on the database Sales",
        "assigned identities",
    }
