import pytest

from adxmi_jupyter.actions.elevation.elevating import Deadlines, elevated
from adxmi_jupyter.embedded.azure_roles import CONTRIBUTOR
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment

SOON = Deadlines(effect=30, lost=0)


@pytest.fixture
def may_grant(azure):
    """Make the reader a Contributor of the cluster, in Azure."""
    reader = next(one for one in azure.world.principals if one.display_name == "reader")
    name, scope = "2c7d9e10-5b84-4f63-a1c8-07e3b6d92f45", cluster_id(azure.world.cluster)
    azure.world.azure_roles.append(
        AzureRoleAssignment(name, scope, CONTRIBUTOR.role_id, reader.object_id, "User")
    )


@pytest.fixture
def caller(connections, connection, may_grant):
    """A connection of the reader, who may grant himself roles."""
    return connections.open("embedded", name="reader", credential="as:reader")


@pytest.fixture
def second(connections, caller):
    """Another connection of the reader, as another notebook has one."""
    return connections.open("embedded", name="second", credential="as:reader")


@pytest.fixture
def admins(azure):
    """Return who holds AllDatabasesAdmin, in the world itself."""
    return lambda: [
        one.principal.display_name
        for one in azure.world.cluster.roles
        if one.role == "AllDatabasesAdmin"
    ]


@pytest.fixture
def hold():
    """Hold the role, with deadlines for tests."""
    return lambda connection, deadlines=SOON: elevated(connection, deadlines)
