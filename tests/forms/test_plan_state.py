"""What the plan form knows, wants and does, without any widget."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.planning import Options
from adxmi_jupyter.forms.plan.state import PlanState
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from adxmi_jupyter.rendering.plan_text import change_label

HEAD = "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n"
MOVED = (
    "policy: {mode: authoritative, cluster: {}, databases: "
    "{Telemetry: {mi-export: [AutomatedFlows], mi-ingest: [SqlRequest]}}}"
)
MOVED_TO = "+ Telemetry: mi-export AutomatedFlows"
MOVED_FROM = "- cluster: mi-export AutomatedFlows"
OTHER = "+ Telemetry: mi-ingest SqlRequest"


@pytest.fixture
def plan_of(connection):
    """Return the state of a form with these sections of a file, in `state.file` to be edited."""

    def made(sections, **options):
        file = {"text": sections}
        read = lambda: read_policy_file(HEAD + file["text"], "adxmi.yaml", Variables())  # noqa: E731
        state = PlanState(connection, read, Options(**options))
        state.file = file
        return state

    return made


def change(state, label):
    return next(one for one in state.changes if change_label(one) == label)


def ticked(state):
    return [change_label(one) for one in state.changes if state.is_ticked(one)]


def want(state, label, on):
    state.want(change(state, label), ticked=on)


def usages(azure, database):
    scope = azure.world.cluster.databases[database] if database else azure.world.cluster
    return {item.display_name: item.usages for item in scope.policy or []}


def test_additions_are_ticked_and_removals_are_not(plan_of):
    state = plan_of(MOVED)

    assert ticked(state) == [MOVED_TO, OTHER]
    assert state.preview.changes == (MOVED_TO, OTHER)
    assert [one.split()[0] for one in state.preview.commands] == [".alter-merge"]
    assert not state.is_whole


@pytest.mark.nightly
def test_a_removal_goes_with_the_addition_that_it_requires(plan_of):
    state = plan_of(MOVED)

    want(state, MOVED_TO, False)
    want(state, MOVED_FROM, True)
    assert ticked(state) == [MOVED_FROM, MOVED_TO, OTHER]
    assert state.said == (f"also selected: {MOVED_TO}, required by {MOVED_FROM}",)
    assert state.is_whole

    want(state, MOVED_TO, False)
    assert ticked(state) == [OTHER]
    assert state.said == (f"also cleared: {MOVED_FROM}, which requires {MOVED_TO}",)


@pytest.mark.nightly
def test_what_all_covers_comes_with_the_removal_of_all(plan_of, azure):
    state = plan_of(
        'policy: {mode: authoritative, databases: {"Tom\'s Lab": {system: [All, SqlRequest]}}}'
    )
    assert not state.changes

    state.file["text"] = (
        'policy: {mode: authoritative, databases: {"Tom\'s Lab": {system: [SqlRequest]}}}'
    )
    state.reload()
    addition = change(state, "+ Tom's Lab: system SqlRequest")
    assert not state.is_ticked(addition)
    assert not state.is_free(addition)
    assert state.remarks(addition) == ["only together with - Tom's Lab: system All"]

    want(state, "- Tom's Lab: system All", True)
    assert state.is_ticked(addition)
    state.apply(confirmed=True)

    assert usages(azure, "Tom's Lab") == {"contoso": ("SqlRequest",)}


@pytest.mark.nightly
def test_an_identity_that_is_not_to_be_assigned_gets_nothing(plan_of, azure):
    state = plan_of(
        "assigned: {identities: [mi-stranger]}\n"
        "policy: {databases: {Telemetry: {mi-stranger: [SqlRequest], mi-ingest: [SqlRequest]}}}"
    )
    assigned, allowed = "+ cluster: mi-stranger assigned", "+ Telemetry: mi-stranger SqlRequest"
    assert ticked(state)[:1] == [assigned]

    want(state, assigned, False)
    assert ticked(state) == [OTHER]
    want(state, allowed, True)
    assert ticked(state) == [assigned, OTHER, allowed]


@pytest.mark.nightly
def test_the_last_admin_is_removed_only_for_another_one(plan_of):
    state = plan_of("roles: {mode: authoritative, databases: {Sales: {admins: [mi-export]}}}")
    (addition,) = (one for one in state.changes if one.action == "add")
    removals = [one for one in state.changes if one.action == "remove"]

    state.want_all(tuple(removals), ticked=True)
    assert state.is_whole

    state.want(addition, ticked=False)
    assert ticked(state) == []
    assert all("it is the last principal in the role" in one for one in state.said)


@pytest.mark.nightly
def test_what_is_blocked_cannot_be_ticked_and_keeps_nothing_else_from_being_applied(plan_of, azure):
    wanted = "{mi-export: [ExternalTable, SqlRequest], mi-ingest: [NativeIngestion]}"
    state = plan_of(f"policy: {{mode: authoritative, databases: {{Sales: {wanted}}}}}")
    blocked = change(state, "! - Sales: mi-ingest DataConnection")

    assert not state.is_free(blocked)
    assert any("a workflow needs it" in one for one in state.remarks(blocked))
    done = state.apply(confirmed=False)

    assert [one.result for one in done.outcomes] == ["applied"]
    assert usages(azure, "Sales") == {
        "mi-export": ("ExternalTable", "SqlRequest"),
        "mi-ingest": ("NativeIngestion", "DataConnection"),
    }
    assert state.changes == (blocked,)


@pytest.mark.nightly
def test_what_is_left_of_a_plan_is_shown_and_an_apply_undone(plan_of, azure):
    state = plan_of(MOVED)
    want(state, OTHER, False)

    done = state.apply(confirmed=False)

    assert usages(azure, "Telemetry") == {"mi-export": ("AutomatedFlows",)}
    assert [change_label(one) for one in state.changes] == [MOVED_FROM, OTHER]
    assert ticked(state) == []
    want(state, MOVED_FROM, True)
    with pytest.raises(errors.ConfirmationRequired, match="removes 1"):
        state.apply(confirmed=False)

    state.undo(done.number, confirmed=True)

    assert usages(azure, "Telemetry") == {}
    assert usages(azure, "") == {"mi-export": ("AutomatedFlows",)}
    assert [change_label(one) for one in state.changes] == [MOVED_FROM, MOVED_TO, OTHER]


def test_nothing_is_sent_where_the_cluster_changed_since_the_preview(plan_of, azure):
    state = plan_of(MOVED)
    want(state, MOVED_FROM, True)
    azure.world.cluster.policy.append(azure.world.cluster.databases["Sales"].policy[0])

    with pytest.raises(errors.StalePlan, match="since the preview") as caught:
        state.apply(confirmed=True)

    assert caught.value.why == "changed: policy of the cluster"
    assert usages(azure, "Telemetry") == {}
    assert len(state.changes) > 3


@pytest.mark.nightly
def test_workflows_that_stop_are_those_of_what_is_ticked(plan_of):
    state = plan_of(
        "policy: {mode: authoritative, databases: {Sales: {mi-ingest: [NativeIngestion]}}}",
        breaks_workflows=True,
    )
    assert state.preview.stops == ()

    want(state, "- Sales: mi-ingest DataConnection", True)
    assert state.preview.stops == ("event-hub sales-orders (Sales)",)


@pytest.mark.nightly
def test_callout_rules_are_ticked_one_by_one(plan_of, azure):
    state = plan_of("callouts: {allow: [{type: kusto, uri: first}, {type: kusto, uri: second}]}")

    want(state, "+ cluster: allow kusto second", False)
    state.apply(confirmed=False)

    own = [rule.uri_regex for rule in azure.world.cluster.callout_policy]
    assert "first" in own
    assert "second" not in own
