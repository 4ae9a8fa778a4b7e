"""What the tool reads of a cluster: these tests are safe on a real one, and send reads only.

``pytest --adx-cluster URI --adx-database DB`` runs them there. They count on no object of the
cluster but the database, and on no more permissions than Database Viewer: what is denied is a
typed error or *unknown*, and that is what they check.
"""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.policy.frames import policy_frame
from adxmi_jupyter.actions.policy.policies import read, read_one, scopes_of
from adxmi_jupyter.actions.verify.recording import Recording
from adxmi_jupyter.actions.verify.verifying import verification_frame, verify
from adxmi_jupyter.actions.workflow.listing import listing, listing_frame
from adxmi_jupyter.actions.workflow.second_source import read_script
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.kusto_shapes import DATABASES, VERSION
from adxmi_jupyter.model.policy import CLUSTER, Scope
from tests.service.replayed import replayed

pytestmark = pytest.mark.real_cluster


DENIED = 403


@pytest.fixture
def scope(address):
    return Scope(address.database)


def read_or_denied(ask):
    """What was asked for as a list; the status alone where the caller isn't permitted."""
    try:
        return list(ask())
    except errors.NotAuthorized as denied:
        return [denied.service.status]


def test_it_tells_its_version(cluster):
    assert cluster.kusto.command(".show version").rows(VERSION)[0]["BuildVersion"]


def test_the_database_is_listed(cluster, address):
    rows = cluster.kusto.command(".show databases", database=address.database).rows(DATABASES)

    assert address.database.lower() in {row["DatabaseName"].lower() for row in rows}


def test_the_policy_of_the_database_is_read(cluster, scope):
    found = read(cluster, [scope])

    frame = policy_frame(found)
    assert set(frame["database"]) <= {scope.database}
    assert len(frame) == len(read_one(cluster, scope).policy)


def test_the_policy_of_the_cluster_is_read_or_denied(cluster):
    told = read_or_denied(lambda: policy_frame(read(cluster, [CLUSTER]))["scope"])

    assert DENIED in told or set(told) <= {"cluster"}


@pytest.mark.nightly
@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
def test_workflows_are_listed(cluster, scope, noun):
    declaration = declaration_of(noun)

    frame = listing_frame(cluster, listing(cluster, declaration, (scope,)))

    assert set(frame["database"]) <= {scope.database}


@pytest.mark.nightly
def test_the_csl_script_is_read_or_denied(cluster, scope):
    told = read_or_denied(lambda: [read_script(cluster, scope.database)])

    assert DENIED in told or set(told[0].tables) == set(told[0].table_statements)


@pytest.mark.nightly
def test_every_requirement_has_a_state(cluster, scope):
    checks = check_all(cluster, [scope.database])

    findings = [finding for one in checks.checked for finding in one.findings]
    assert {finding.state for finding in findings} <= set(State)


@pytest.mark.nightly
def test_the_current_database_is_the_scope_of_reads(cluster, scope):
    assert scopes_of(cluster) == (scope,)


@pytest.fixture(scope="module")
def verified(cluster, address):
    recording = Recording()
    return verify(cluster, [address.database], recorder=recording), recording


def test_every_question_is_answered_or_unknown_for_a_reason(verified):
    frame = verification_frame(verified[0].answered)

    unknown = frame[frame["differs"] == "unknown"]
    assert unknown["answer"].str.startswith("unknown: ").all()
    assert (frame["answer"] != "").all()


def test_no_name_of_the_cluster_is_in_its_recording(cluster, address, verified):
    found, recording = verified

    document, _ = recording.document(found)

    for name in (address.database, cluster.address.host.split(".")[0]):
        assert f'"{name}"' not in document


@pytest.mark.nightly
def test_its_recording_is_read_as_it_was(address, verified, connections):
    found, recording = verified
    document = json.loads(recording.document(found)[0])
    missing = []

    with replayed(document, missing=missing) as uri:
        again = verify(connections.open(uri, name="again"))

    answers = again.known.answers
    assert {k: document["answers"][k] for k in answers if k in document["answers"]} == dict(answers)
