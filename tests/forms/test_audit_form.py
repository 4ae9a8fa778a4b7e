"""The audit form: what it lists, how it is filtered, what is narrowed, and what stays."""

import pytest

from adxmi_jupyter.actions.audit.audit import Options, Selection, audit
from adxmi_jupyter.actions.audit.collecting import Period
from adxmi_jupyter.actions.audit.suppressing import Settings
from adxmi_jupyter.forms.audit.state import AuditState, Filter, Read
from adxmi_jupyter.forms.submission import Phase
from tests.audit.planted import DATABASES, GONE, plant

pytestmark = pytest.mark.nightly


@pytest.fixture
def state(connection):
    connection.azure.reset(with_history=False)
    plant(connection.azure.world)
    beta = connection.azure.world.cluster.databases["Beta"]
    # The embedded service knows no usage that is newer than this release.
    beta.policy = [one for one in beta.policy if "FutureUsage" not in one.usages]

    def read():
        options = Options(Period())
        return Read(audit(connection, DATABASES, Selection(), options), Settings())

    return AuditState(connection, read)


def item(state, label, rule):
    return next(o for o in state.items if o.label == label and o.finding.rule == rule)


def changes(state):
    return {
        (one.action, one.database, one.subject, one.item)
        for one in state.plan.prepared.plan.changes
    }


def test_nothing_is_narrowed_before_something_is_ticked(state):
    assert not state.is_valid
    assert not state.is_changed
    assert changes(state) == set()


def test_a_finding_is_narrowed_with_what_takes_its_place(state):
    wide = item(state, "mi-function SqlRequest (cluster)", "MI003")

    state.want_all((wide,), ticked=True)

    assert changes(state) == {
        ("add", "Gamma", "mi-function", "SqlRequest"),
        ("remove", "", "mi-function", "SqlRequest"),
    }
    assert state.removes


def test_who_ticks_what_cannot_be_told_vouches_for_it(state):
    untold = item(state, "Alpha: mi-sdk NativeIngestion", "MI004")
    assert untold.is_untold

    state.want_all((untold,), ticked=True)

    assert changes(state) == {("remove", "Alpha", "mi-sdk", "NativeIngestion")}


def test_what_all_allows_and_cannot_be_told_goes_with_all(state):
    untold = item(state, "Alpha: mi-broad NativeIngestion", "MI002")

    state.want_all((untold,), ticked=True)

    assert changes(state) == {("remove", "Alpha", "mi-broad", "All")}
    assert state.said == ("also selected: mi-broad All (Alpha)",)


def test_what_is_revoked_beside_stale_entries_goes_with_them(state):
    ghost = item(state, "mi-ghost AzureAI (Delta)", "MI004")

    state.want_all((ghost,), ticked=True)

    revoked = {(who, usage) for _, database, who, usage in changes(state) if database == "Delta"}
    assert revoked == {(GONE, "AzureAI"), ("former", "ExternalTable"), ("mi-ghost", "AzureAI")}
    stale = item(state, "former (Delta)", "MI006")
    state.want_all((stale,), ticked=False)
    assert changes(state) == set()


def test_findings_are_filtered_by_rule_severity_identity_and_database(state):
    state.filter = Filter(rule="MI004", severity="medium", identity="mi-hub", database="Delta")

    assert [one.label for one in state.shown] == ["mi-hub DataConnection (Delta)"]
    assert "cluster" in state.choices(3)


def test_a_finding_that_no_policy_fixes_is_shown_and_cannot_be_ticked(state):
    role = next(one for one in state.items if one.finding.rule == "MI011")

    state.want_all((role,), ticked=True)

    assert not state.is_free(role)
    assert not state.is_ticked(role)


def test_the_form_applies_what_is_ticked_and_undoes_it(magic, magics):
    magics.connections.current().azure.reset(with_history=False)
    form = magic("audit form")
    label = "mi-export AutomatedFlows (cluster)"
    row = next(one for one in form.list.pages.rows if one.box.description == label)
    row.look.click()
    assert "nothing shows that it is needed" in form.evidence.value
    assert form.line.widget.layout.display == "none"

    row.box.value = True
    assert "- cluster: mi-export AutomatedFlows" in form.changes.widget.value
    assert "%%adxmi apply --yes" in form.line.widget.value
    form.bar.apply.click()
    form.bar.confirm.click()

    assert form.submission.phase is Phase.DONE
    assert form.submission.outcome.lines[0] == "1 applied"
    assert "cluster: mi-export AutomatedFlows: applied" in form.results.value
    assert label not in {one.label for one in form.state.items}
    form.bar.undo.click()
    assert form.submission.outcome.lines[0].startswith("undone")
    # It is young now, for it was granted again.
    assert "cluster: mi-export AutomatedFlows" in {one.label for one in form.state.items}
