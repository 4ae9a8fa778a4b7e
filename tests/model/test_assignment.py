from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.model.assignment import (
    AssignedIdentities,
    parse_assigned,
    parse_identity_resource,
    plan_assign,
    plan_remove,
)
from adxmi_jupyter.model.identity import ManagedIdentity

CLUSTER = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kusto/Clusters/c1"
PREFIX = (
    "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
)
SYSTEM = ManagedIdentity("9a", "c1", tenant_id="t", is_system=True, resource_id=CLUSTER)
ONE, TWO, THREE = (
    ManagedIdentity(f"{n}a", f"mi-{n}", f"{n}b", "t", resource_id=f"{PREFIX}/mi-{n}")
    for n in (1, 2, 3)
)


def assigned(*identities):
    users = tuple(identity for identity in identities if not identity.is_system)
    system = next((identity for identity in identities if identity.is_system), None)
    return AssignedIdentities(CLUSTER, "c1", '"1"', system, users, "Succeeded")


def test_a_cluster_with_both_kinds_is_read():
    cluster = {
        "id": CLUSTER,
        "name": "c1",
        "etag": '"1"',
        "identity": {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "9a",
            "tenantId": "t",
            "userAssignedIdentities": {
                TWO.resource_id: {"principalId": "2a", "clientId": "2b"},
                ONE.resource_id: {"principalId": "1a", "clientId": "1b"},
            },
        },
        "properties": {"provisioningState": "Succeeded"},
    }

    assert parse_assigned(cluster) == assigned(SYSTEM, ONE, TWO)
    assert parse_assigned(cluster).all == (SYSTEM, ONE, TWO)


@pytest.mark.parametrize(
    "identity", [None, {}, {"type": "None"}, {"type": "None", "tenantId": "t"}]
)
def test_a_missing_identity_means_none(identity):
    cluster = {"id": CLUSTER, "name": "c1", "identity": identity}

    assert parse_assigned(cluster).all == ()


def test_an_identity_whose_ids_are_not_told_is_still_there():
    cluster = {
        "id": CLUSTER,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {ONE.resource_id: None}},
    }

    (user,) = parse_assigned(cluster).users

    assert (user.display_name, user.object_id) == ("mi-1", "")


def test_an_identity_resource_is_read():
    resource = {
        "id": ONE.resource_id,
        "name": "mi-1",
        "properties": {"principalId": "1a", "clientId": "1b", "tenantId": "t"},
    }

    assert parse_identity_resource(resource) == ONE


BODIES = [
    ((), [SYSTEM], [], {"type": "SystemAssigned"}),
    ((), [ONE], [], {"type": "UserAssigned", "userAssignedIdentities": {ONE.resource_id: {}}}),
    (
        (SYSTEM,),
        [ONE, TWO],
        [],
        {
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {ONE.resource_id: {}, TWO.resource_id: {}},
        },
    ),
    ((ONE,), [SYSTEM], [], {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {}}),
    (
        (ONE, TWO),
        [],
        [ONE],
        {"type": "UserAssigned", "userAssignedIdentities": {ONE.resource_id: None}},
    ),
    (
        (SYSTEM, ONE, TWO),
        [],
        [ONE],
        {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {ONE.resource_id: None}},
    ),
    ((SYSTEM, ONE), [], [ONE], {"type": "SystemAssigned"}),
    ((SYSTEM, ONE), [], [SYSTEM], {"type": "UserAssigned", "userAssignedIdentities": {}}),
    ((SYSTEM, ONE), [], [SYSTEM, ONE], {"type": "None"}),
    ((SYSTEM,), [], [SYSTEM], {"type": "None"}),
]


@pytest.mark.parametrize(("before", "added", "removed", "body"), BODIES)
def test_the_request_names_every_kind_that_stays(before, added, removed, body):
    present = assigned(*before)

    change = plan_assign(present, added) if added else plan_remove(present, removed)

    assert change.body == body


def test_what_is_assigned_already_is_not_sent():
    shouting = replace(ONE, resource_id=ONE.resource_id.upper())

    assert plan_assign(assigned(SYSTEM, ONE), [shouting, SYSTEM]).is_empty
    assert plan_remove(assigned(TWO), [ONE, SYSTEM]).is_empty


def patched(present, body):
    """What the service makes of a PATCH: the map is merged key by key, the type is not."""
    kinds = {kind.strip() for kind in body["type"].split(",")}
    users = {user.resource_id for user in present.users}
    for resource_id, value in body.get("userAssignedIdentities", {}).items():
        users = users | {resource_id} if value == {} else users - {resource_id}
    return "SystemAssigned" in kinds, users if "UserAssigned" in kinds else set()


identities = st.lists(st.sampled_from([SYSTEM, ONE, TWO, THREE]), unique=True)


@given(identities, identities)
def test_assigning_adds_and_never_drops(present, wanted):
    change = plan_assign(assigned(*present), wanted)

    system, users = patched(change.before, change.body)

    everyone = {*present, *wanted}
    assert system == (SYSTEM in everyone)
    assert users == {identity.resource_id for identity in everyone if not identity.is_system}


@given(identities, identities)
def test_removing_removes_and_drops_nothing_else(present, unwanted):
    change = plan_remove(assigned(*present), unwanted)

    system, users = patched(change.before, change.body)

    rest = set(present) - set(unwanted)
    assert system == (SYSTEM in rest)
    assert users == {identity.resource_id for identity in rest if not identity.is_system}
