"""A request without an answer may still be carried out: nothing is claimed before it was seen."""

import json

import pytest

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.roles import roles
from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.workflow import writes as workflow_writes
from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.actions.write.history import plan_undo, writes_frame
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.open_writes import settle_all
from adxmi_jupyter.errors import PolicyChanged, WriteOutcomeUnknown
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.role import Role
from tests.actions.filling import FIELDS
from tests.examples import sampled
from tests.faults import catalogue
from tests.faults.messages import statement

SALES = Scope("Sales")


def revoke(connection):
    who = resolved(connection, ("mi-ingest",))
    change = policies.plan_revoke(connection, SALES, who, ("DataConnection",))
    return lambda: apply(connection, change, confirmed=True)


def grant(connection):
    change = policies.plan_grant(
        connection, SALES, resolved(connection, ("mi-ingest",)), ("AzureAI",)
    )
    return lambda: apply(connection, change, confirmed=True)


def delete(connection):
    change = policies.plan_delete(connection, SALES)
    return lambda: apply(connection, change, confirmed=True)


def role(connection):
    who = find(connection, ["mi-ingest"])
    change = roles.plan_grant(connection, "Telemetry", Role.INGESTORS, who)
    return lambda: role_writes.apply(connection, change, confirmed=True)


def callout(connection):
    change = callouts.plan_allow(connection, "azure_openai", pattern="openai")
    return lambda: callouts.apply(connection, change, confirmed=True)


def external_table(connection):
    filled = fill_in(connection, declaration_of("external-table"), FIELDS["external-table"])
    workflow = filled.reading.required()
    write = workflow_writes.plan(connection, workflow, "Sales")
    return lambda: workflow_writes.carry_out(connection, workflow, write, confirmed=True)


def dropped_table(connection):
    write = workflow_writes.plan_drop(
        connection, declaration_of("external-table"), "Sales", "ArchivedOrders"
    )
    return lambda: workflow_writes.drop(connection, write, confirmed=True)


WRITES = [revoke, grant, delete, role, callout, external_table, dropped_table]
VERBS = ("alter", "add", "create", "delete", "drop")


def is_a_write(request):
    return any(statement(f".{verb}")(request) for verb in VERBS)


def outcomes(connection):
    return [entry.outcome for entry in Journal(connection.history_file).entries()]


@pytest.fixture(params=WRITES, ids=lambda write: write.__name__)
def write(request, proxied, proxy):
    """A planned write, of which every attempt is lost on its way and comes late."""
    planned = request.param(proxied)
    proxy.strike(catalogue.late(), is_a_write)
    return planned


def test_a_write_that_comes_late_was_never_said_not_to_have_happened(proxied, proxy, write):
    with pytest.raises(WriteOutcomeUnknown) as caught:
        write()

    assert caught.value.why.endswith("the request may still be applied")
    assert outcomes(proxied) == ["unknown"]


def test_the_next_look_tells_that_it_took_effect(proxied, proxy, write):
    with pytest.raises(WriteOutcomeUnknown):
        write()
    proxy.deliver_late()

    notes = settle_all(proxied)

    assert [note.endswith("which was open: it took effect") for note in notes] == [True]
    assert outcomes(proxied) == ["applied"]


def test_as_long_as_it_may_come_it_stays_open(proxied, write):
    with pytest.raises(WriteOutcomeUnknown):
        write()

    assert settle_all(proxied) == ()
    assert outcomes(proxied) == ["unknown"]
    assert proxied.has_open_writes


def make_older(connection, seconds):
    """Have the writes of the history been sent earlier."""
    lines = [json.loads(line) for line in connection.history_file.read_text().splitlines()]
    for line in lines:
        if "write" in line:
            line["write"]["sender"]["uptime"] -= seconds
    connection.history_file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_once_the_service_must_have_given_it_up_it_did_not_happen(proxied, proxy, write):
    with pytest.raises(WriteOutcomeUnknown):
        write()
    make_older(proxied, 1000)

    notes = settle_all(proxied)

    assert [note.endswith("which was open: it did not take effect") for note in notes] == [True]
    assert outcomes(proxied) == ["not applied"]
    assert not proxied.has_open_writes


def test_a_write_of_long_ago_is_not_looked_at_again(proxied, proxy):
    proxy.strike(catalogue.late(), is_a_write)
    with pytest.raises(WriteOutcomeUnknown):
        revoke(proxied)()
    make_older(proxied, 8 * 86400)
    proxy.requests.clear()

    assert settle_all(proxied) == ()
    assert proxy.requests == []
    assert outcomes(proxied) == ["unknown"]


def test_what_cannot_be_looked_at_stays_open(proxied, proxy, write):
    with pytest.raises(WriteOutcomeUnknown):
        write()
    proxy.strike(catalogue.closed())

    assert settle_all(proxied) == ()
    assert outcomes(proxied) == ["unknown"]


def test_undo_of_an_open_write_does_not_touch_what_others_wrote_since(proxied, proxy, connection):
    proxy.strike(catalogue.late(), is_a_write, times=1)
    with pytest.raises(WriteOutcomeUnknown):
        revoke(proxied)()
    change = policies.plan_grant(
        connection, SALES, resolved(connection, ("mi-export",)), ("AutomatedFlows",)
    )
    apply(connection, change, confirmed=True)

    with pytest.raises(PolicyChanged) as caught:
        plan_undo(proxied)

    assert "AutomatedFlows" in caught.value.why


def test_undo_of_an_open_write_that_took_effect_restores_what_was_there(proxied, proxy):
    before = policies.read_one(proxied, SALES)
    proxy.strike(catalogue.late(), is_a_write, times=1)
    with pytest.raises(WriteOutcomeUnknown):
        revoke(proxied)()
    proxy.deliver_late()

    apply(proxied, plan_undo(proxied), confirmed=True)

    assert policies.read_one(proxied, SALES).text == before.text


AFTER = [
    catalogue.after(catalogue.closed()),
    catalogue.after(catalogue.reset()),
    catalogue.after(catalogue.answered(500)),
    catalogue.after(catalogue.answered(502, catalogue.PAGE, (catalogue.HTML,), "502 page")),
    catalogue.after(catalogue.answered(503)),
    catalogue.after(catalogue.answered(504)),
    catalogue.after(catalogue.answered(200, b"", name="200 empty")),
    catalogue.after(catalogue.answered(200, b"{}", name="200 {}")),
    catalogue.after(catalogue.answered(200, catalogue.PAGE, (catalogue.HTML,), "200 page")),
    catalogue.after(catalogue.answered(403, catalogue.PAGE, (catalogue.HTML,), "403 page")),
    catalogue.after(catalogue.answered(400, catalogue.PAGE, (catalogue.HTML,), "400 page")),
]


@pytest.mark.parametrize("fault", sampled(AFTER, each=3), ids=str)
@pytest.mark.parametrize("plan", WRITES, ids=lambda write: write.__name__)
def test_what_took_effect_is_never_said_not_to_have(proxied, proxy, plan, fault):
    write = plan(proxied)
    proxy.strike(fault, is_a_write)

    write()

    assert outcomes(proxied) == ["applied"]


UNHEARD = [
    catalogue.closed(),
    catalogue.answered(500),
    catalogue.answered(502, catalogue.PAGE, (catalogue.HTML,), "502 page"),
    catalogue.answered(503),
    catalogue.answered(200, b"", name="200 empty"),
    catalogue.answered(200, b"{}", name="200 {}"),
    catalogue.answered(200, catalogue.PAGE, (catalogue.HTML,), "200 page"),
]


@pytest.mark.parametrize("fault", sampled(UNHEARD, each=3), ids=str)
@pytest.mark.parametrize("plan", WRITES, ids=lambda write: write.__name__)
def test_what_did_not_reach_the_service_is_never_said_to_be_done(proxied, proxy, plan, fault):
    write = plan(proxied)
    proxy.strike(fault, is_a_write)

    with pytest.raises(WriteOutcomeUnknown):
        write()

    assert outcomes(proxied) == ["unknown"]


@pytest.mark.nightly
def test_every_kind_of_write_is_in_the_history(proxied):
    for plan in WRITES[:2] + WRITES[3:]:
        plan(proxied)()

    frame = writes_frame(proxied)

    assert list(frame["kind"]) == [
        *("policy", "policy", "role", "callout", "external-table", "external-table")
    ]
    assert set(frame["outcome"]) == {"applied"}
    assert list(frame["id"]) == [1, 2, 3, 4, 5, 6]


def assignment(connection):
    stranger = [one.identity for one in identities.found(connection, ["mi-stranger"])]
    change = identities.plan_assignment(connection, stranger)
    return lambda: identity_writes.apply(connection, change)


def cluster_role(connection):
    who = find(connection, ["mi-ingest"])
    change = roles.plan_grant(connection, "", ClusterRole.VIEWER, who)
    return lambda: role_writes.apply(connection, change, confirmed=True)


def data_connection(connection):
    write = workflow_writes.plan_drop(
        connection, declaration_of("event-hub"), "Sales", "sales-orders"
    )
    return lambda: workflow_writes.drop(connection, write, confirmed=True)


IN_AZURE = [assignment, cluster_role, data_connection]


@pytest.fixture(params=IN_AZURE, ids=lambda write: write.__name__)
def write_in_azure(request, azure, proxied, proxy):
    """A planned write through Resource Manager that is lost on its way and comes late."""
    azure.arm.unattended = 0
    planned = request.param(proxied)
    proxy.strike(catalogue.late(), lambda request: request.method in {"PATCH", "PUT", "DELETE"})
    return planned


@pytest.mark.nightly
def test_what_azure_carries_out_late_is_told_at_the_next_look(proxied, proxy, write_in_azure):
    with pytest.raises(WriteOutcomeUnknown):
        write_in_azure()
    before = settle_all(proxied)
    proxy.deliver_late()

    notes = settle_all(proxied)

    assert before == ()
    assert [note.endswith("which was open: it took effect") for note in notes] == [True]
    assert outcomes(proxied) == ["applied"]


def test_what_azure_never_heard_of_did_not_happen(proxied, write_in_azure):
    with pytest.raises(WriteOutcomeUnknown):
        write_in_azure()
    make_older(proxied, 1000)

    notes = settle_all(proxied)

    assert [note.endswith("which was open: it did not take effect") for note in notes] == [True]
    assert outcomes(proxied) == ["not applied"]
