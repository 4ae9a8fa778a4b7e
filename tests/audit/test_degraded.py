"""What cannot be seen never makes a finding: the planted cluster, with one source gone at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.actions.audit.audit import Options, Selection, audit
from adxmi_jupyter.actions.audit.collecting import Period
from adxmi_jupyter.embedded import (
    ExportIdentities,
    ShownScript,
    ShownStrings,
    ShownSystem,
    SystemInPolicies,
)
from adxmi_jupyter.model.audit.findings import State
from tests.audit.planted import DATABASES, plant

pytestmark = pytest.mark.nightly

IN_REQUESTS = {"SqlRequest", "ExportRequest", "AzureAI", "ExternalTable", "ExternalDataRequest"}
SOURCES = {
    "requests": ".show commands-and-queries",
    "data": ".show data operations",
    "journal": ".show journal",
    "exports": ".show continuous-exports",
    "functions": ".show databases entities",
    "own roles": ".show cluster principal roles",
    "connections": "dataConnections",
    "cluster policy": ".show cluster policy managed_identity",
    "principals": "principals",
    "graph": "Microsoft.ResourceGraph",
    "cluster roles": "principalAssignments",
    "scripts": "/scripts",
    "diagnostics": "diagnosticSettings",
}


@pytest.fixture(scope="module")
def planted(kept_connection):
    azure = kept_connection.azure
    azure.reset(with_history=False)
    plant(azure.world)
    return kept_connection


@pytest.fixture
def opened(planted):
    def judge(period=None):
        planted.remembered.clear()
        options = Options(period or Period())
        found = audit(planted, DATABASES, Selection(), options)
        return {_place(one) for one in found.findings if one.state is State.OPEN}, found

    yield judge
    planted.azure.faults.clear()


def _place(one):
    about = one.verdict
    who = about.identity.word if about.identity else ""
    return one.rule, about.scope.database, who, about.usage, about.subject


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_that_is_gone_makes_no_finding(planted, opened, source):
    whole, _ = opened()
    planted.azure.faults.add("not-json", match=SOURCES[source], times=None, retry_after=0, delay=0)

    left, found = opened()

    assert left - whole == set()
    assert found.unseen or source == "functions"


@pytest.mark.parametrize("source", ["requests", "own roles", "journal"])
def test_without_the_logs_no_usage_is_unused(planted, opened, source):
    planted.azure.faults.add("not-json", match=SOURCES[source], times=None, retry_after=0, delay=0)

    left, _ = opened()

    unused = {one for one in left if one[0] in {"MI003", "MI004", "MI008"}}
    assert {one for one in unused if one[3] in IN_REQUESTS or one[0] == "MI008"} == set()


def test_masked_objects_make_no_finding(planted, opened):
    whole, _ = opened()
    shown = planted.azure.world.behaviours
    shown.connection_strings = ShownStrings.ASTERISKS
    shown.csl_script = ShownScript.ASTERISKS
    shown.export_identities = ExportIdentities.LEFT_OUT

    left, _ = opened()

    shown.connection_strings = ShownStrings.WITHOUT_SECRETS
    shown.csl_script = ShownScript.WITHOUT_SECRETS
    shown.export_identities = ExportIdentities.SHOWN
    assert left - whole == set()
    assert {
        one for one in left if one[3] == "ExternalTable" and one[0] in {"MI003", "MI004"}
    } == set()


@pytest.mark.parametrize(
    ("way", "in_policies"),
    [
        (ShownSystem.WORD, SystemInPolicies.WORD),
        (ShownSystem.OBJECT_ID, SystemInPolicies.OBJECT_ID),
    ],
)
def test_the_system_assigned_identity_is_the_same_by_word_and_by_id(
    planted, opened, way, in_policies
):
    whole, _ = opened()
    shown = planted.azure.world.behaviours
    shown.system, shown.system_in_policies = way, in_policies

    left, _ = opened()

    shown.system, shown.system_in_policies = ShownSystem.AS_KEPT, SystemInPolicies.OBJECT_ID
    assert left == whole


def test_a_short_window_shows_nothing_to_be_unused(opened):
    left, _ = opened(Period(timedelta(days=7)))

    assert {one for one in left if one[0] in {"MI004", "MI008"}} == set()


@pytest.mark.parametrize("days", [-40, -20, 20, 400])
def test_a_moment_that_the_logs_do_not_cover_shows_nothing_to_be_unused(opened, days):
    left, found = opened(Period(as_of=datetime.now(UTC) + timedelta(days=days)))

    assert found.cluster.window <= timedelta(days=11)
    assert {one for one in left if one[0] in {"MI004", "MI008"}} == set()


def test_a_longer_window_than_the_logs_keep_is_told_as_it_is(opened):
    _, found = opened(Period(timedelta(days=90)))

    assert found.cluster.window == timedelta(days=30)
