import pytest

from adxmi_jupyter.actions.principals import find
from adxmi_jupyter.actions.roles import plan_grant, plan_revoke
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.model.role import Role

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"


@pytest.fixture
def reader(connections, connection):
    """The seeded principal with fewer rights, on the same embedded Azure."""
    return connections.open("embedded", name="reader", credential="as:reader")


@pytest.fixture
def grant(connection):
    """Plan a grant on Telemetry."""

    def plan(reference, role=Role.INGESTORS, *, tenant="", description=""):
        wanted = find(connection, reference.split(","), tenant=tenant)
        return plan_grant(connection, "Telemetry", role, wanted, description)

    return plan


@pytest.fixture
def revoke(connection):
    """Plan a revoke on Telemetry."""

    def plan(reference, role=Role.VIEWERS, *, tenant=""):
        unwanted = find(connection, reference.split(","), tenant=tenant)
        return plan_revoke(connection, "Telemetry", role, unwanted)

    return plan


@pytest.fixture
def members(azure):
    """Return who holds a role on Telemetry, in the world itself."""

    def held(role):
        roles = azure.world.cluster.databases["Telemetry"].roles
        return [one.principal.fqn for one in roles if one.role == role]

    return held


@pytest.fixture
def by_object_id(azure):
    """Put an identity into a role under its object ID, as Azure Resource Manager may do."""
    listed = Principal(PrincipalKind.APPLICATION, INGEST_OBJECT, TENANT, "mi-ingest", INGEST_OBJECT)
    azure.world.grant(listed, DatabaseRole.INGESTORS, database="Telemetry")
    return listed.fqn
