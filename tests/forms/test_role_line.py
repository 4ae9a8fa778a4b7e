"""The lines the role form gives to copy do what *Apply* would have done, and take it back."""

import pytest

from adxmi_jupyter.actions.roles.change import undo_commands
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.embedded import ClusterRole as OnCluster
from adxmi_jupyter.embedded import DatabaseRole, PrincipalKind
from adxmi_jupyter.embedded.state.security import RoleAssignment
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.forms.role.state import RoleState
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.magics.tree import run
from adxmi_jupyter.model.policy import CLUSTER, Scope

READER = "reader (upn: reader@contoso.example)"
WISHES = {
    "grant": ("Sales", [("mi-export", "viewers", True)]),
    "several at once": ("Sales", [("mi-export", "viewers", True), ("mi-ingest", "viewers", True)]),
    "the system identity": ("Telemetry", [("contoso", "monitors", True)]),
    "revoke": ("Sales", [(READER, "viewers", False)]),
    "another role instead": ("Sales", [(READER, "viewers", False), (READER, "users", True)]),
    "on the cluster": ("", [("mi-export", "AllDatabasesViewer", True)]),
    "from the cluster": ("", [("mi-ingest", "AllDatabasesMonitor", False)]),
    "a quoted name": ("Tom's Lab", [("mi-ingest", "users", True)]),
}


@pytest.fixture
def connection(magics):
    return magics.connections.current()


def listed(connection, scope):
    found = roles_of(connection, scope.database).read()
    return sorted((one.role, one.fqn, one.notes) for one in found)


@pytest.fixture(params=WISHES)
def state(request, connection, holder):
    """A form with wishes."""
    database, wishes = WISHES[request.param]
    world = connection.azure.world
    world.grant(as_principal(world.identity("mi-ingest")), OnCluster.MONITOR)
    state = RoleState(connection, Scope(database))
    for name, role, ticked in wishes:
        state.want(holder(state, name), role, ticked=ticked)
    return state


@pytest.mark.nightly
def test_the_lines_do_what_the_form_would(ip, connection, state):
    wishes = {line.split(" ", 1)[1] for line in state.preview.changes}
    for line in state.preview.lines:
        ip.run_cell(written("%adxmi", line)).raise_error()

    state.reload()

    assert wishes
    assert not state.is_valid


@pytest.mark.nightly
def test_the_lines_back_do(ip, connection, state):
    before = listed(connection, state.scope)
    done = state.apply(confirmed=True)

    for change in done:
        for line in undo_commands(change):
            ip.run_cell(written("%adxmi", line)).raise_error()

    assert listed(connection, state.scope) == before


def test_a_description_comes_back_too(ip, connection, holder):
    world = connection.azure.world
    roles = world.cluster.databases["Telemetry"].roles
    listing = as_principal(world.identity("mi-ingest"))
    roles.append(RoleAssignment(DatabaseRole.USERS, listing, "a $5 job, or 'more'"))
    state = RoleState(connection, Scope("Telemetry"))
    before = listed(connection, state.scope)
    state.want(holder(state, "mi-ingest"), "users", ticked=False)
    (done,) = state.apply(confirmed=True)

    ip.run_cell(written("%adxmi", undo_commands(done)[0])).raise_error()

    assert listed(connection, state.scope) == before


def test_a_comma_in_a_name_does_not_split_the_line(connection, holder):
    group = connection.azure.world.add_principal("Writers, all", kind=PrincipalKind.GROUP)
    state = RoleState(connection, CLUSTER)
    added, _ = state.add("aadgroup=Writers, all")
    state.want(added, "AllDatabasesViewer", ticked=True)
    state.apply(confirmed=False)
    state.want(holder(state, "Writers, all"), "AllDatabasesViewer", ticked=False)

    word = state.preview.lines[0].words[-2]

    assert word == f"aadgroup={group.object_id};{group.tenant_id}"


def test_the_form_begins_with_the_current_database(magic):
    assert magic("role form").state.scope == Scope("Sales")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("options", "scope"),
    [("--cluster", CLUSTER), ('--database "Tom\'s Lab"', Scope("Tom's Lab"))],
)
def test_the_form_begins_where_it_is_told(magic, options, scope):
    assert magic(f"role form {options}").state.scope == scope


@pytest.mark.nightly
def test_the_form_follows_the_named_connection(magic):
    magic("connect embedded --name other")
    magic("connect embedded --name admin")

    assert "--connection other" in repr(magic("role form --connection other"))


class Terminal:
    program = "adxmi"


def test_a_console_says_what_to_use_instead():
    from adxmi_jupyter.magics.call import Call

    with pytest.raises(UnknownCommand, match="runs in a notebook only"):
        run(Call(Terminal()), ["role", "form"])
