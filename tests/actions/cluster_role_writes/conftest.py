"""Changes of roles on the whole cluster."""

import pytest

from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke
from adxmi_jupyter.actions.roles.scope import Waiting
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.embedded import ClusterRole as Held
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.model.cluster_role import ClusterRole


@pytest.fixture
def holders(azure):
    """Return who holds a role on the cluster, in the world itself."""

    def held(role=Held.VIEWER):
        return [one.principal.display_name for one in azure.world.cluster.roles if one.role is role]

    return held


@pytest.fixture
def grant(connection):
    def plan(reference="mi-ingest"):
        return plan_grant(
            connection, "", ClusterRole.VIEWER, find(connection, reference.split(","))
        )

    return plan


@pytest.fixture
def revoke(connection, azure):
    """Plan to take AllDatabasesViewer from identities, which hold it before."""

    def plan(reference="mi-ingest"):
        for name in reference.split(","):
            azure.world.grant(as_principal(azure.world.identity(name)), Held.VIEWER)
        return plan_revoke(
            connection, "", ClusterRole.VIEWER, find(connection, reference.split(","))
        )

    return plan


@pytest.fixture(params=["grant", "revoke"])
def change(request, grant, revoke):
    return grant() if request.param == "grant" else revoke()


@pytest.fixture
def go(connection):
    """Carry a change out, confirmed, and wait as told."""

    def carry_out(change, **waiting):
        return apply(connection, change, confirmed=True, waiting=Waiting(**waiting))

    return carry_out
