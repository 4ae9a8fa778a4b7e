"""States of the role form, and who holds what."""

import pytest

from adxmi_jupyter.embedded import Principal, PrincipalKind
from adxmi_jupyter.forms.role.state import RoleState
from adxmi_jupyter.model.policy import CLUSTER
from tests.forms.role_state.people import INGEST_OBJECT, SALES, TENANT


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
