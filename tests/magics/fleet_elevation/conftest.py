"""Three clusters on which the caller has no role, and Azure lets it have one."""

import pytest

from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from tests.fleets import THREE, three_clusters

_NAMES = {
    "contosoeast": "2c7d9e10-5b84-4f63-a1c8-07e3b6d92f45",
    "contosonorth": "3c7d9e10-5b84-4f63-a1c8-07e3b6d92f45",
    "contosowest": "4c7d9e10-5b84-4f63-a1c8-07e3b6d92f45",
}


@pytest.fixture
def fleet(azure, monkeypatch):
    """Three clusters beside the seeded one, on which the caller has no role."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    three_clusters(azure)
    return azure


@pytest.fixture
def let(fleet):
    """Give the reader a role in Azure on clusters."""
    person = next(one for one in fleet.world.principals if one.display_name == "reader")

    def as_role(role, *names):
        for name in names:
            scope = cluster_id(fleet.world.find_cluster(name))
            fleet.world.azure_roles.append(
                AzureRoleAssignment(_NAMES[name], scope, role.role_id, person.object_id, "User")
            )

    return as_role


@pytest.fixture
def reader(magic):
    """Run lines as the reader."""
    magic("connect embedded --name reader --credential as:reader")
    return magic


@pytest.fixture
def admins(fleet):
    """Return on which clusters the reader holds AllDatabasesAdmin, in the world itself."""
    return lambda: [
        name
        for name in THREE
        for one in fleet.world.find_cluster(name).roles
        if one.role == "AllDatabasesAdmin" and one.principal.display_name == "reader"
    ]
