"""A policy file as a script of KQL, run on a cluster: the cluster is as the file says."""

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from adxmi_jupyter.actions.plan.frames import findings_frame
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.actions.plan.world import known_identities
from adxmi_jupyter.model.foreign_files.conversion import convert
from adxmi_jupyter.model.foreign_files.registry import format_of
from adxmi_jupyter.model.foreign_files.values import Kind, ReadOptions, TextFile
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from tests.random_worlds import two_states

QUICK = {
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


def as_script(connection, text):
    files = [TextFile("adxmi.yaml", text)]
    formats = format_of("adxmi"), format_of("kql")
    return convert(files, *formats, ReadOptions(), known_identities(connection))


def run(connection, script):
    for block in script.split("\n\n"):
        command = "\n".join(line for line in block.splitlines() if not line.startswith("//"))
        if command:
            connection.kusto.command(command, database="Sales")
    connection.forget()


def changes(connection, text):
    file = read_policy_file(text, "adxmi.yaml", Variables())
    return prepare(connection, file, Options(breaks_workflows=True)).plan.changes


@pytest.mark.nightly
def test_identities_have_the_ids_of_the_connected_cluster(connection):
    made = as_script(connection, snapshot(connection, Mode.AUTHORITATIVE).text)

    assert not [one for one in made.findings if one.kind is Kind.UNRESOLVED]
    frame = findings_frame(made.findings)
    assert list(frame.columns) == ["status", "name", "item", "reason", "file", "line", "column"]
    assert str(frame.dtypes["line"]) == "Int64"
    assert ("lost", "assigned") in set(zip(frame["status"], frame["name"], strict=True))


@pytest.mark.nightly
@settings(max_examples=25, **QUICK)
@given(states=two_states())
def test_a_cluster_is_as_the_file_says_after_its_script_was_run(connection, states):
    connection.azure.reset()
    make, wanted, present = states
    make(connection.azure.world)
    wanted(connection.azure.world)
    connection.forget()
    connection.assigned_when_last_seen = None
    text = snapshot(connection, Mode.AUTHORITATIVE).text
    made = as_script(connection, text)
    assume(not [one for one in made.findings if one.kind is Kind.UNRESOLVED])
    present(connection.azure.world)

    run(connection, made.text)

    assert changes(connection, text) == ()
