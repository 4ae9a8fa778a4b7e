"""The line the form gives to copy does what *Apply* would have done."""

import pytest

from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.policy.state import PolicyState
from adxmi_jupyter.magics.console import execute
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.model.policy import CLUSTER, Scope

WISHES = {
    "grant": ("Sales", [("mi-export", "AzureAI", True), ("mi-export", "SqlRequest", True)]),
    "grant to the system identity": ("Sales", [("contoso", "AzureAI", True)]),
    "revoke": ("Sales", [("mi-ingest", "DataConnection", False)]),
    "revoke the last": ("", [("mi-export", "AutomatedFlows", False)]),
    "both directions": (
        "Sales",
        [("mi-ingest", "DataConnection", False), ("mi-ingest", "AzureAI", True)],
    ),
    "two identities": ("Telemetry", [("mi-ingest", "AzureAI", True), ("contoso", "All", True)]),
    "All and more": ("Sales", [("mi-ingest", "AzureAI", True), ("mi-ingest", "All", True)]),
    "instead of All": ("Tom's Lab", [("contoso", "AzureAI", True), ("contoso", "All", False)]),
    "nobody": (
        "Sales",
        [
            ("mi-ingest", "DataConnection", False),
            ("mi-ingest", "NativeIngestion", False),
            ("mi-export", "ExternalTable", False),
        ],
    ),
}


@pytest.mark.parametrize("story", WISHES)
def test_the_line_does_what_the_form_would(ip, magics, who, story):
    database, wishes = WISHES[story]
    connection = magics.connections.current()
    state = PolicyState(connection, Scope(database))
    for name, usage, ticked in wishes:
        state.want(who(state, name), usage, ticked=ticked)

    ip.run_cell(written("%adxmi", state.preview.line)).raise_error()

    now = read_one(connection, state.scope).policy
    assert now.contains(state.wanted)
    assert state.wanted.contains(now)


def test_names_are_written_so_that_they_are_read_back(ip, magics):
    connection = magics.connections.current()
    connection.azure.world.add_database("price $x")
    state = PolicyState(connection, Scope("price $x"))
    state.want(state.identities[0], "AzureAI", ticked=True)

    line = written("%adxmi", state.preview.line)
    ip.run_cell(line).raise_error()

    assert '--database "price $$x"' in line
    assert read_one(connection, state.scope).policy == state.wanted


def test_a_named_connection_is_named_in_the_line():
    assert written("%adxmi", Command(("policy", "undo", "1")), connection="prod") == (
        "%adxmi policy undo 1 --connection prod"
    )


@pytest.mark.nightly
def test_the_form_begins_with_the_current_database(magic):
    assert magic("policy form").state.scope == Scope("Sales")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("options", "scope"),
    [("--cluster", CLUSTER), ('--database "Tom\'s Lab"', Scope("Tom's Lab"))],
)
def test_the_form_begins_where_it_is_told(magic, options, scope):
    assert magic(f"policy form {options}").state.scope == scope


def test_without_a_current_database_it_begins_with_the_cluster(magic, magics):
    magics.connections.current().database = ""

    assert magic("policy form").state.scope == CLUSTER


@pytest.mark.nightly
def test_the_form_follows_the_named_connection(magic):
    magic("connect embedded --name reader --credential as:reader")
    magic("connect embedded --name admin")

    form = magic("policy form --connection reader")

    assert "--connection reader" in repr(form)


@pytest.mark.parametrize("form", ["policy form", "plan form", "audit form"])
def test_a_console_says_what_to_use_instead_whatever_the_options_are(capsys, form):
    code = execute([*form.split(), "--out", "name-of-no-file"])

    assert code == 2
    assert f"{form} runs in a notebook only" in capsys.readouterr().err
