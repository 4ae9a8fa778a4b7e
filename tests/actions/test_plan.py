"""Plans: what a policy file would change on a cluster, and what must not be changed."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.frames import plan_frame
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from tests.worlds import EXPORT

HEAD = "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n"


@pytest.fixture
def planned(connection):
    """Return the lines ``status sign database: name item`` of a plan, and the plan."""

    def plan(sections, **options):
        file = read_policy_file(HEAD + sections, "adxmi.yaml", Variables())
        return prepare(connection, file, Options(**options)).plan

    return plan


def lines(plan):
    signs = {"add": "+", "remove": "-"}
    return [
        f"{one.status} {signs[one.action]} {one.database}: {one.subject} {one.item}"
        for one in plan.changes
    ]


def policy(mode, entries, **more):
    listed = ", ".join(f"{name}: {usages}" for name, usages in entries.items())
    return f"policy: {{mode: {mode}, databases: {{Sales: {{{listed}}}}}}}\n"


SAME = {
    "as it is": {"mi-export": "[ExternalTable]", "mi-ingest": "[NativeIngestion, DataConnection]"},
    "another order and letter case": {
        "MI-EXPORT": "[externaltable]",
        "mi-ingest": "[' dataconnection', NATIVEINGESTION, NativeIngestion]",
    },
    "by object ID": {EXPORT.upper(): "[ExternalTable]", "mi-ingest": "[NativeIngestion, DataConnection]"},
    "an entry without usages": {
        "mi-export": "[ExternalTable]",
        "mi-ingest": "[NativeIngestion, DataConnection]",
        "system": "[]",
    },
}  # fmt: skip


@pytest.mark.parametrize("spelling", SAME)
def test_what_the_service_takes_for_the_same_is_no_change(planned, spelling):
    assert planned(policy("authoritative", SAME[spelling])).is_empty


def test_no_policy_and_an_empty_one_are_the_same(planned, azure):
    azure.world.cluster.databases["Telemetry"].policy = None

    assert planned("policy: {mode: authoritative, databases: {Telemetry: {}}}").is_empty


def test_system_is_the_entry_of_the_system_assigned_identity(planned):
    for_lab = 'policy: {mode: authoritative, databases: {"Tom\'s Lab": {system: [All]}}}'

    assert planned(for_lab).is_empty


@pytest.mark.nightly
def test_all_covers_what_is_to_be_added_and_is_more_than_was_asked_for(planned):
    asked = 'databases: {"Tom\'s Lab": {system: [SqlRequest]}}'

    assert planned(f"policy: {{mode: additive, {asked}}}").is_empty
    assert lines(planned(f"policy: {{mode: authoritative, {asked}}}")) == [
        "planned - Tom's Lab: system All",
        "planned + Tom's Lab: system SqlRequest",
    ]


def test_additive_keeps_what_the_file_does_not_name(planned):
    plan = planned(policy("additive", {"mi-export": "[AutomatedFlows]"}))

    assert lines(plan) == ["planned + Sales: mi-export AutomatedFlows"]
    assert len(plan.kept) == 3
    assert [step.command.split()[0] for step in plan.steps] == [".alter-merge"]


def test_observe_tells_differences_and_plans_nothing(planned):
    plan = planned(policy("observe", {"mi-export": "[AutomatedFlows]"}))

    assert "observed - Sales: mi-ingest DataConnection" in lines(plan)
    assert "observed + Sales: mi-export AutomatedFlows" in lines(plan)
    assert not plan.steps


@pytest.mark.nightly
def test_a_workflow_keeps_what_it_needs_unless_it_may_break(planned):
    wanted = policy(
        "authoritative", {"mi-export": "[ExternalTable]", "mi-ingest": "[NativeIngestion]"}
    )

    kept = planned(wanted)
    broken = planned(wanted, breaks_workflows=True)

    assert lines(kept) == ["blocked - Sales: mi-ingest DataConnection"]
    assert lines(broken) == ["planned - Sales: mi-ingest DataConnection"]
    assert broken.changes[0].breaks == ("event-hub sales-orders (Sales)",)


@pytest.mark.nightly
def test_moving_a_usage_to_the_database_breaks_nothing(planned, azure):
    cluster, sales = azure.world.cluster, azure.world.cluster.databases["Sales"]
    cluster.policy = [one for one in sales.policy if one.display_name == "mi-ingest"]
    sales.policy = None
    moved = "policy: {mode: authoritative, cluster: {}, databases: {Sales: {mi-ingest: [DataConnection]}}}"

    plan = planned(moved)

    assert all(one.status == "planned" for one in plan.changes)
    assert [step.command.split()[:2] for step in plan.steps] == [
        [".alter-merge", "database"],
        [".alter", "cluster"],
    ]


def test_protected_entries_stay(planned):
    kept = planned(
        policy("authoritative", {"mi-ingest": "[NativeIngestion, DataConnection]"})
        + "protected: [{identity: mi-export, usage: ExternalTable}]"
    )
    narrowed = planned(
        policy("authoritative", {
            "mi-export": "[ExternalTable]",
            "mi-ingest": "{usages: [DataConnection], protect: true}",
        })
    )  # fmt: skip

    assert [(one.subject, one.reason) for one in kept.changes] == [("mi-export", "protected")]
    assert [(one.item, one.reason) for one in narrowed.changes] == [
        ("NativeIngestion", "protected")
    ]


def test_an_entry_that_the_service_would_refuse_blocks_its_scope(planned, connection):
    gone = "0b1c7f52-3f6a-4d21-9d0e-5a7b1c2d3e4f"
    wanted = {gone: "[ExternalTable]", "mi-ingest": "[DataConnection]"}

    plan = planned(policy("authoritative", wanted), breaks_workflows=True)

    assert {one.reason for one in plan.changes} == {"not assigned"}
    assert not plan.steps


def test_roles_are_compared_by_who_holds_them(planned):
    roles = "roles: {mode: authoritative, databases: {Sales: {viewers: ['AADUser=reader@contoso.example']}}}"

    assert planned(roles).is_empty


def test_the_last_admin_stays(planned, azure):
    plan = planned("roles: {mode: authoritative, databases: {Sales: {admins: []}}}")

    assert {one.reason for one in plan.changes} <= {"last admin"}
    assert not plan.steps


@pytest.mark.nightly
def test_your_own_role_on_all_databases_stays(planned):
    plan = planned("roles: {mode: authoritative, cluster: {AllDatabasesAdmin: [mi-export]}}")

    assert {(one.action, one.reason) for one in plan.changes} == {
        ("add", None),
        ("remove", "own access"),
    }


def test_callout_rules_of_the_service_are_left_alone(planned, azure):
    azure.world.cluster.callout_policy = [CalloutRule("CosmosDb", "x"), CalloutRule("kusto", "y")]

    plan = planned("callouts: {mode: authoritative, allow: [{type: cosmosdb, uri: x}]}")

    assert lines(plan) == ["planned - : allow kusto y"]


@pytest.mark.nightly
def test_identities_are_assigned_first_and_removed_last(planned):
    plan = planned(
        "assigned: {mode: authoritative, identities: [system, mi-ingest, mi-stranger]}\n"
        + policy("authoritative", {"mi-stranger": "[ExternalTable]"}),
        breaks_workflows=True,
    )

    firsts = [step.command.split(maxsplit=1)[0] for step in plan.steps]
    assert firsts == ["PATCH", ".alter-merge", ".alter", "PATCH"]
    assert "null" in plan.steps[-1].command


def test_every_database_has_what_stands_below_the_star_but_for_some(planned, azure):
    wanted = "policy: {databases: {'*': {except: [SALES], entries: {mi-export: [SqlRequest]}}}}"

    assert {one.database for one in planned(wanted).changes} == {"Telemetry"} | {
        name for name in azure.world.cluster.databases if name not in {"Sales", "Telemetry"}
    }


def test_what_may_not_be_read_is_told_with_the_permission(connections):
    reader = connections.open("embedded", name="reader", credential="as:reader")
    text = (
        HEAD
        + "policy: {cluster: {mi-export: [All]}, databases: {Sales: {mi-export: [ExternalTable]}}}"
    )

    plan = prepare(reader, read_policy_file(text, "x", Variables()), Options()).plan

    assert [(str(one.scope), one.failure.why) for one in plan.unseen] == [
        ("cluster", "requires AllDatabasesMonitor")
    ]
    assert list(plan_frame(plan)["status"]) == ["cannot see"]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("policy: {cluster: {mi-exprt: [All]}}", errors.InvalidPolicyFile, "mi-exprt"),
        ("policy: {cluster: {mi-export: [ExternalTabel]}}", errors.UnknownUsage, "ExternalTabel"),
        ("azureRoles: {mi-export: [{role: Blob, scope: /subscriptions/s}]}", errors.InvalidPolicyFile, "Blob"),
    ],
)  # fmt: skip
def test_names_that_stand_for_nothing_are_told_with_their_place(planned, text, error, words):
    with pytest.raises(error, match=words) as caught:
        planned(text)

    assert "line 3" in caught.value.what


def test_a_file_of_another_cluster_is_refused(connection):
    text = HEAD.replace("embedded", "https://other.kusto.windows.net")

    with pytest.raises(errors.WrongCluster, match=r"adxmi\.yaml"):
        prepare(connection, read_policy_file(text, "adxmi.yaml", Variables()), Options())
