import pytest

from adxmi_jupyter.actions.policy.policies import plan_grant
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.verify.verifying import verify
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, ResolvedIdentity
from adxmi_jupyter.model.policy import Scope
from tests.actions.filling import EXPORT, LAKE


@pytest.fixture
def rich(azure, connection):
    """A world with an example of each question, once its behaviours are chosen and it `ran`."""
    own = azure.world.cluster.system_identity.object_id
    for name, word in (("Word", SYSTEM), ("Id", own)):
        azure.world.add_external_table(
            f"T{name}", f"{LAKE}/archive;managed_identity={word}", database="Tom's Lab"
        )
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )

    def ran():
        """Let the export run, and change a policy."""
        azure.run_now("Sales", "Nightly")
        identity = ResolvedIdentity(ManagedIdentity(EXPORT), "")
        change = plan_grant(connection, Scope("Sales"), [identity], ("ExportRequest",))
        apply(connection, change, confirmed=False)
        connection.forget_verified()

    return ran


@pytest.fixture
def answers():
    """What verify finds out about a cluster, by the names of the questions."""

    def of(connection, databases=()):
        found = verify(connection, databases)
        return {one.probe.key: one.found.answer for one in found.answered}

    return of
