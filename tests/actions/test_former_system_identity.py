"""A system-assigned identity that was removed and assigned anew has IDs of its own."""

from dataclasses import replace

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import plan_grant
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.model.policy import Scope
from tests.actions.filling import STRANGER


@pytest.fixture
def assigned_anew(azure):
    """The policy of Sales allows the former identity all there is; the cluster has another one."""
    cluster = azure.world.cluster
    cluster.databases["Sales"].policy = cluster.databases["Tom's Lab"].policy
    azure.world.identities.remove(cluster.system_identity)
    cluster.system_identity = replace(cluster.system_identity, object_id=STRANGER[:-1] + "9")
    azure.world.identities.append(cluster.system_identity)


@pytest.fixture
def allowed(look):
    return lambda: look("external-table", identity="system")["allowed by policy"]


def test_what_the_former_one_was_allowed_is_missing(assigned_anew, allowed):
    assert allowed().state == "not met"


def test_it_is_missing_too_while_there_is_none(azure, assigned_anew, allowed):
    azure.world.cluster.system_identity = None

    assert allowed().state == "not met"


def test_a_grant_is_sent_and_fixes_it(connection, assigned_anew, allowed):
    allowed()
    system = resolved(connection, ("system",))

    plan = plan_grant(connection, Scope("Sales"), system, ("ExternalTable",))
    apply(connection, plan, confirmed=False)

    assert allowed().state == "met"
