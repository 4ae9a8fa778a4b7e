"""Properties of plans over random clusters and files; every fault may strike one request."""

import json

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from adxmi_jupyter.errors import AdxmiError, PlanBlocked
from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.model.policy_file.variables import escaped
from tests.faults.catalogue import after, answered, closed, reset, throttled, truncated
from tests.random_declarations import declarations, expected, state_of
from tests.random_worlds import clusters


def each_of(number):
    """Let Hypothesis try so many examples of a property, in one embedded Azure."""
    return settings(
        max_examples=number,
        phases=(Phase.explicit, Phase.generate),  # finding a shorter example takes long
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


FAULTS = {
    "none": None,
    "429": throttled("0"),
    "503 of Kusto": answered(503, {"error": {"code": "x", "message": "y", "@type": "Busy"}}),
    "503 of a gateway": answered(503, b"<html>", ()),
    "closed before": closed(),
    "reset before": reset(),
    "closed after": after(closed()),
    "502 after": after(answered(502, b"<html>", ())),
    "truncated": truncated(0.5),
    "cut": truncated(0.9, says_so=True),
}
LATEST = 30
"""Requests of an apply; a fault that comes later never strikes."""


@pytest.mark.nightly
@pytest.mark.parametrize("kind", FAULTS)
@each_of(60)
@given(declaration=declarations(), skip=st.integers(0, LATEST))
def test_any_cluster_becomes_what_the_file_says_whatever_one_request_meets(
    applier, through_proxy, proxy, declaration, kind, skip
):
    applier.reset()
    users = declaration.put_into(applier.azure.world)
    through_proxy.forget()
    before = state_of(applier.azure.world)
    wanted = expected(declaration, users, before)
    if FAULTS[kind]:
        proxy.strike(FAULTS[kind], times=1, skip=skip)

    try:
        done = through_proxy.apply(users.file_of(declaration, proxy.uri))
    except AdxmiError:
        assert state_of(applier.azure.world) == before
        done = None
    proxy.clear()
    text = users.file_of(declaration, "embedded")
    assert done is None or applier.untrue(done) == []
    try:
        again = applier.apply(text)
    except PlanBlocked:
        assert done is None  # and so it was before the first one
        event("blocked")
        return

    assert [str(one.failure) for one in again.outcomes if one.result != "applied"] == []
    assert state_of(applier.azure.world) == wanted
    assert applier.prepared(text).plan.of(Status.PLANNED, Status.BLOCKED) == ()


@pytest.mark.nightly
@each_of(500)
@given(make=clusters(), picks=st.lists(st.integers(0, 30), max_size=4))
def test_what_is_protected_is_never_removed(applier, make, picks):
    applier.reset(make)
    cluster = applier.azure.world.cluster
    system = cluster.system_identity.object_id
    entries = [
        (one.object_id, usage, name)
        for name, scope in cluster.databases.items()
        for one in scope.policy or []
        for usage in one.usages
    ]
    kept = {entries[place % len(entries)] for place in picks} if entries else set()
    file = {
        "apiVersion": "adxmi/v1",
        "clusters": {"demo": {"uri": "embedded"}},
        "policy": {
            "mode": "authoritative",
            "databases": {escaped(n): {} for n in cluster.databases},
        },
        "protected": [
            {"identity": who, "usage": usage, "database": escaped(name)}
            for who, usage, name in sorted(kept)
        ],
    }

    prepared = applier.prepared(json.dumps(file))

    named = {("system" if who == system else who, usage, name) for who, usage, name in kept}
    changed = (one for step in prepared.steps for one in step.changes)
    removed = {about(one) for one in changed if one.action is Action.REMOVE}
    assert removed.isdisjoint(named)
    assert named <= {about(one) for one in prepared.plan.of(Status.BLOCKED)}


def about(change):
    return change.key, change.item, change.database
