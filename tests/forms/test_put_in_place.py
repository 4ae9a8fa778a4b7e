"""Missing links put in place from within a form, and what is told about it."""

import pytest

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.errors import ConfirmationRequired, NotAuthorized, OperationFailed
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.rendering.requirements import title
from tests.told import told
from tests.told import written as written_note

DECLARATIONS = {one.noun(): one for one in declarations()}
TABLE = DECLARATIONS["external-table"].about.sample.fields
EXPORT = DECLARATIONS["continuous-export"].about.sample.fields
PYTHON = DECLARATIONS["python-plugin"].about.sample.fields
REQUIREMENTS = {
    "assigned to the cluster": ("external-table", {**TABLE, "identity": "mi-stranger"}),
    "allowed by policy": ("external-table", {**TABLE, "identity": "mi-ingest"}),
    "security role": ("continuous-export", EXPORT),
    "callout policy": ("python-plugin", PYTHON),
}
ON_THE_LAKE = r"^https://contosolake\.blob\.core\.windows\.net(/|$)"
DELTA = {
    "name": "OrdersDelta",
    "kind": "delta",
    "identity": "mi-export",
    "location": "https://contosolake.blob.core.windows.net/delta/orders",
}


@pytest.fixture
def connection(magics):
    return magics.connections.current()


@pytest.fixture
def broken(make_workflow_state):
    """Return a form's state in which a link is missing, and the finding of that link."""

    def broken(requirement):
        state = make_workflow_state(*REQUIREMENTS[requirement])
        return state, next(one for one in state.look() if title(one.about) == requirement)

    return broken


def put_in_place(state, finding, *, confirmed=False, heard=None):
    notes = [] if heard is None else heard
    return state.put_in_place(finding.remediation, confirmed=confirmed, tell=notes.append)


def found(state, requirement):
    return next(one.state for one in state.look() if title(one.about) == requirement)


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_missing_link_is_put_in_place_and_looked_at_again(broken, requirement):
    state, finding = broken(requirement)

    done = put_in_place(state, finding)

    assert finding.state is State.NOT_MET
    assert done.told
    assert state.last_check.is_current
    assert next(one.state for one in state.last_check.steps if one.title == requirement) == "met"


@pytest.mark.nightly
@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_line_of_the_form_does_the_same(ip, broken, requirement):
    state, finding = broken(requirement)

    ip.run_cell(written("%adxmi", state.command_for(finding))).raise_error()

    assert found(state, requirement) is State.MET


@pytest.mark.nightly
@pytest.mark.parametrize("requirement", sorted(set(REQUIREMENTS) - {"allowed by policy"}))
def test_the_lines_back_take_it_back(ip, broken, requirement):
    state, finding = broken(requirement)

    for line in put_in_place(state, finding).back:
        ip.run_cell(written("%adxmi", line)).raise_error()

    assert found(state, requirement) is State.NOT_MET


@pytest.mark.nightly
def test_an_allowed_usage_is_undone_with_what_that_takes_away_in_sight(ip, broken):
    state, finding = broken("allowed by policy")
    (line,) = put_in_place(state, finding).back

    asked = ip.run_cell(written("%adxmi", line)).error_in_exec
    ip.run_cell(f"{written('%adxmi', line)} --yes").raise_error()

    assert "removes: mi-ingest ExternalTable" in str(asked)
    assert found(state, "allowed by policy") is State.NOT_MET


@pytest.mark.nightly
def test_what_was_done_is_told(broken):
    notes = {one: put_in_place(*broken(one)).told[-1] for one in REQUIREMENTS}

    assert notes == {
        "assigned to the cluster": "assigned to the cluster: mi-stranger",
        "allowed by policy": "Sales: mi-ingest + ExternalTable",
        "security role": "Sales: mi-export + viewers",
        "callout policy": f"callout policy: + sandbox_artifacts {ON_THE_LAKE} allowed",
    }


@pytest.mark.nightly
def test_what_somebody_else_fixed_meanwhile_is_no_change(broken):
    state, finding = broken("allowed by policy")
    put_in_place(state, finding)

    done = put_in_place(state, finding)

    assert done.told == ("already allowed",)
    assert done.back == ()


@pytest.mark.nightly
def test_azures_word_is_heard(azure, broken):
    azure.arm.polls = 3
    state, finding = broken("assigned to the cluster")
    heard = []

    put_in_place(state, finding, heard=heard)

    assert any(written_note(one).startswith("assigning mi-stranger: Running") for one in heard)
    assert heard[-1] == "Checking the requirements"


@pytest.mark.nightly
def test_a_failure_of_azure_leaves_the_link_missing(azure, broken):
    azure.faults.add("operation-fails", times=1)
    state, finding = broken("assigned to the cluster")

    with pytest.raises(OperationFailed):
        put_in_place(state, finding)

    assert found(state, "assigned to the cluster") is State.NOT_MET


@pytest.mark.nightly
def test_who_may_not_fix_is_told_so(broken, make_workflow_state, magics):
    _, finding = broken("allowed by policy")
    reader = magics.connections.open("embedded", name="reader", credential="as:reader")
    state = make_workflow_state(*REQUIREMENTS["allowed by policy"], of=reader)

    with pytest.raises(NotAuthorized):
        put_in_place(state, finding)
    assert found(state, "allowed by policy") is State.UNKNOWN


@pytest.mark.nightly
def test_a_rule_that_denies_is_replaced_only_when_confirmed(azure, broken):
    azure.world.cluster.callout_policy = [CalloutRule("sandbox_artifacts", ON_THE_LAKE, False)]
    state, finding = broken("callout policy")
    assert told(finding).detail.startswith("a rule denies it: sandbox_artifacts ")

    with pytest.raises(ConfirmationRequired) as caught:
        put_in_place(state, finding)
    assert f"sandbox_artifacts {ON_THE_LAKE} denied" in caught.value.why
    put_in_place(state, finding, confirmed=True)
    assert azure.world.cluster.callout_policy == []
    put_in_place(
        state, next(one for one in state.last_check.missing if title(one.about) == "callout policy")
    )

    assert found(state, "callout policy") is State.MET


def test_an_azure_role_is_not_ours_to_give(make_workflow_state):
    fields = {**TABLE, "location": "https://contosobackup.blob.core.windows.net/backups"}
    state = make_workflow_state("external-table", fields)

    finding = next(one for one in state.look() if title(one.about) == "Azure role")

    assert told(finding).fix.startswith("%adxmi embedded azure-role ")
    assert state.command_for(finding).words == ()


def test_on_the_embedded_azure_a_line_stands_in_for_the_owner(ip, make_workflow_state):
    fields = {**TABLE, "location": "https://contosobackup.blob.core.windows.net/backups"}
    state = make_workflow_state("external-table", fields)
    finding = next(one for one in state.look() if title(one.about) == "Azure role")

    ip.run_cell(written("%adxmi", state.stand_in(finding))).raise_error()

    assert found(state, "Azure role") is State.MET


@pytest.mark.nightly
@pytest.mark.parametrize("noun", DECLARATIONS)
def test_every_sample_works_once_its_links_are_fixed(ip, azure, make_workflow_state, noun):
    delta = make_workflow_state("external-table", DELTA)
    delta.apply(confirmed=False, tell=print)
    readers = azure.world.cosmos_accounts["contosocosmos"].readers
    readers.update(one.object_id for one in azure.world.identities)
    state = make_workflow_state(noun, DECLARATIONS[noun].about.sample.fields)

    state.look()
    for finding in state.last_check.missing:
        line = state.command_for(finding)
        line = line if line.words else state.stand_in(finding)
        ip.run_cell(written("%adxmi", line)).raise_error()
    state.reload()
    state.look()
    done = state.apply(confirmed=True, tell=print)

    assert state.last_check.missing == ()
    assert done.told
    assert state.result is not None
