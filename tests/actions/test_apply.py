"""Apply: the cluster becomes what the file says, and what went wrong is told change by change."""

import json
from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.applying import Applying, apply, carry_out
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.saved import prepare_saved, saved_text
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.actions.plan.undoing import undo
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from tests.faults.catalogue import Fault, answered
from tests.faults.messages import statement

HEAD = "apiVersion: adxmi/v1\nclusters: {{demo: {{uri: {}}}}}\n"
WHOLE = """\
assigned: {mode: authoritative, identities: [system, mi-export, mi-ingest, mi-stranger]}
policy:
  mode: authoritative
  cluster: {mi-ingest: [ExternalTable]}
  databases:
    Sales: {mi-ingest: [DataConnection, NativeIngestion], mi-stranger: [SqlRequest]}
    Telemetry: {mi-export: [All]}
    "Tom's Lab": {system: [AutomatedFlows]}
roles: {mode: authoritative, databases: {Sales: {viewers: [mi-export]}, Telemetry: {users: [mi-export]}}}
callouts: {mode: authoritative, allow: [{type: kusto, uri: abc}]}
"""
CONFIRMED = Applying(confirmed=True)


def file_of(text, uri="embedded"):
    return read_policy_file(HEAD.format(uri) + text, "adxmi.yaml", Variables())


def applied(connection, text, how=CONFIRMED, uri="embedded"):
    file = file_of(text, uri)
    return apply(connection, lambda: prepare(connection, file, Options(True)), how)


def results(done):
    return {(one.step.phase.name, one.step.database): one.result.value for one in done.outcomes}


def usages(azure, database):
    scope = azure.world.cluster.databases[database] if database else azure.world.cluster
    return {item.display_name: item.usages for item in scope.policy or []}


@pytest.mark.nightly
def test_the_cluster_has_what_the_file_says_and_undo_brings_back_what_it_had(connection, azure):
    before = snapshot(connection, Mode.OBSERVE).text

    done = applied(connection, WHOLE)

    assert {one.result for one in done.outcomes} == {"applied"}
    assert usages(azure, "") == {"mi-ingest": ("ExternalTable",)}
    assert usages(azure, "Telemetry") == {"mi-export": ("All",)}
    assert usages(azure, "Tom's Lab") == {"contoso": ("AutomatedFlows",)}
    assert usages(azure, "Sales")["mi-stranger"] == ("SqlRequest",)
    assert prepare(connection, file_of(WHOLE), Options(True)).plan.is_empty

    undo(connection, None, done.number, confirmed=True)

    assert snapshot(connection, Mode.OBSERVE).text == before


@pytest.mark.nightly
def test_what_is_there_already_is_not_sent_again(connection):
    applied(connection, WHOLE)
    writes = len(Journal(connection.history_file).entries())

    done = applied(connection, WHOLE)

    assert done.number == 0
    assert len(Journal(connection.history_file).entries()) == writes


@pytest.mark.nightly
def test_all_writes_of_an_apply_have_its_number(connection):
    first = applied(connection, "policy: {databases: {Sales: {mi-export: [SqlRequest]}}}")
    second = applied(connection, "callouts: {allow: [{type: kusto, uri: x}]}")

    noted = [one.apply for one in Journal(connection.history_file).entries()]
    assert noted == [first.number, second.number] == [1, 2]


@pytest.mark.nightly
def test_a_removal_needs_confirmation_and_may_be_limited(connection, azure):
    before = usages(azure, "Sales")

    with pytest.raises(errors.ConfirmationRequired, match="removes"):
        applied(connection, WHOLE, Applying())
    with pytest.raises(errors.ConfirmationRequired, match="more than 1"):
        applied(connection, WHOLE, Applying(confirmed=True, max_removals=1))

    assert usages(azure, "Sales") == before


def test_a_blocked_change_keeps_the_whole_plan_from_being_sent(connection, azure):
    file = file_of("policy: {mode: authoritative, databases: {Sales: {mi-export: [All]}}}")

    with pytest.raises(errors.PlanBlocked, match="nothing was sent"):
        apply(connection, lambda: prepare(connection, file, Options()), CONFIRMED)

    assert usages(azure, "Sales")["mi-export"] == ("ExternalTable",)


@pytest.mark.nightly
def test_what_depends_on_a_failed_change_is_not_sent_and_applying_again_does_the_rest(
    proxied, proxy, azure
):
    moved = (
        "policy: {mode: authoritative, cluster: {}, databases: {"
        "Sales: {mi-export: [AutomatedFlows, ExternalTable], mi-ingest: [DataConnection]}, "
        "Telemetry: {mi-ingest: [SqlRequest]}}}"
    )
    fault = answered(403, {"error": {"code": "Forbidden", "message": "no", "@permanent": True}})
    proxy.strike(fault, statement(".alter-merge database ['Sales']"), times=1)

    done = applied(proxied, moved, uri=proxy.uri)

    assert results(done) == {
        ("ALLOW", "Sales"): "failed",
        ("ALLOW", "Telemetry"): "applied",
        ("DISALLOW", ""): "skipped",
        ("DISALLOW", "Sales"): "skipped",
    }
    assert usages(azure, "") == {"mi-export": ("AutomatedFlows",)}

    again = applied(proxied, moved, uri=proxy.uri)

    assert set(results(again).values()) == {"applied"}
    assert usages(azure, "") == {}


@pytest.mark.nightly
def test_what_somebody_else_wrote_in_between_is_not_overwritten(connection, azure):
    text = "policy: {mode: authoritative, databases: {Sales: {mi-ingest: [SqlRequest]}}}"
    prepared = prepare(connection, file_of(text), Options(True))
    stranger = next(one for one in azure.world.identities if one.display_name == "mi-stranger")
    ids = (stranger.object_id, stranger.client_id, stranger.tenant_id, stranger.display_name)
    azure.world.cluster.databases["Sales"].policy.append(PolicyItem(*ids, False, ("All",)))

    done = carry_out(connection, prepared, CONFIRMED)

    assert results(done) == {("ALLOW", "Sales"): "applied", ("DISALLOW", "Sales"): "failed"}
    assert isinstance(done.outcomes[1].failure, errors.PolicyChanged)
    assert usages(azure, "Sales")["mi-stranger"] == ("All",)


def test_a_saved_plan_is_applied_as_long_as_it_fits(connection, azure):
    text = "policy: {mode: authoritative, databases: {Telemetry: {mi-export: [SqlRequest]}}}"
    saved = saved_text(prepare(connection, file_of(text), Options()))

    apply(connection, lambda: prepare_saved(connection, saved, "plan.json", None), CONFIRMED)

    assert usages(azure, "Telemetry") == {"mi-export": ("SqlRequest",)}
    with pytest.raises(errors.StalePlan, match=r"plan\.json") as caught:
        prepare_saved(connection, saved, "plan.json", None)
    assert "policy of the database Telemetry" in caught.value.why


@pytest.mark.parametrize(
    "change",
    [
        lambda saved: saved["content"]["policy"].update(mode="additive"),
        lambda saved: saved.pop("content"),
        lambda saved: saved.update(format_version="2.0"),
        lambda saved: saved.update(options={}),
        lambda saved: saved.update(states=[]),
        lambda saved: saved["changes"].append({}),
        lambda saved: saved["options"].update(replace=5),
    ],
)
def test_a_saved_plan_that_was_changed_is_none(connection, change):
    text = "policy: {mode: authoritative, databases: {Telemetry: {mi-export: [SqlRequest]}}}"
    saved = json.loads(saved_text(prepare(connection, file_of(text), Options())))
    change(saved)

    with pytest.raises(errors.InvalidPolicyFile, match="no saved plan"):
        prepare_saved(connection, json.dumps(saved), "plan.json", None)


def test_a_description_of_a_role_is_changed_and_nothing_else(connection, azure):
    sales = azure.world.cluster.databases["Sales"]
    holders = [one.principal for one in sales.roles]
    member = f"{{principal: '{holders[0].fqn}', description: nightly}}"
    text = f"roles: {{mode: authoritative, databases: {{Sales: {{viewers: [{member}]}}}}}}\n"

    done = applied(connection, text)
    again = applied(connection, text)

    assert [one.result for one in done.outcomes] == ["applied"]
    assert [one.principal.fqn for one in sales.roles] == [one.fqn for one in holders]
    assert [one.notes for one in sales.roles] == ["nightly"]
    assert again.outcomes == ()


@pytest.mark.nightly
def test_a_description_that_the_service_keeps_is_told(proxied, azure, proxy):
    sales = azure.world.cluster.databases["Sales"]
    member = f"{{principal: '{sales.roles[0].principal.fqn}', description: nightly}}"
    text = f"roles: {{databases: {{Sales: {{viewers: [{member}]}}}}}}\n"
    proxy.strike(answering_as_before(), statement(".add database"), times=None)

    done = applied(proxied, text, uri=proxy.uri)

    (outcome,) = done.outcomes
    assert isinstance(outcome.failure, errors.WriteNotApplied)
    assert outcome.failure.why.endswith("keeps the description of who holds the role")


def answering_as_before():
    """Send the command without its description: what a service would do that keeps the one there."""

    def answer(exchange):
        body = exchange.request.body.replace(b"nightly", b"")
        exchange.request = replace(exchange.request, body=body)
        exchange.reply(exchange.forward())

    return Fault("keeps descriptions", answer)
