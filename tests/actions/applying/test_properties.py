"""Properties of plans over random clusters and files; every fault may strike one request."""

import json

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.model.policy_file.variables import escaped
from tests.faults.catalogue import after, answered, closed, reset, throttled, truncated
from tests.random_worlds import clusters, two_states

RANDOM = settings(
    max_examples=500,
    phases=(Phase.explicit, Phase.generate),  # finding a shorter example takes hours
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
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
LATEST = 45
"""Requests of an apply; a fault that comes later never strikes."""


@pytest.mark.nightly
@RANDOM
@given(states=two_states(), fault=st.sampled_from(sorted(FAULTS)), skip=st.integers(0, LATEST))
def test_any_cluster_becomes_what_the_file_says_whatever_one_request_meets(
    through_proxy, proxy, states, fault, skip
):
    setup, wanted, present = states
    through_proxy.reset(setup, wanted)
    text = through_proxy.snapshot()
    assert through_proxy.prepared(text).plan.is_empty
    present(through_proxy.azure.world)
    assume(not through_proxy.prepared(text).plan.of(Status.BLOCKED))
    if FAULTS[fault]:
        proxy.strike(FAULTS[fault], times=1, skip=skip)

    try:
        done = through_proxy.apply(text)
        untrue = through_proxy.untrue(done)
    except AdxmiError:  # before anything was sent
        untrue = []
    proxy.clear()
    again = through_proxy.apply(text)

    assert untrue == []
    assert [str(one.failure) for one in again.outcomes if one.result != "applied"] == []
    assert through_proxy.snapshot() == text


@pytest.mark.nightly
@RANDOM
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
