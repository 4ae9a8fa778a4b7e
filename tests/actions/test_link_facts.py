"""What is asked for so that links can be judged: each fact once, and many at the same time."""

import threading

import pytest

from adxmi_jupyter.actions import link_facts
from adxmi_jupyter.actions.link_facts import Fact, Facts, ShownTable
from adxmi_jupyter.actions.links import examined
from adxmi_jupyter.errors import DatabaseNotFound, NotAuthorized, RequestTimedOut
from adxmi_jupyter.model.azure_role import STORAGE_ACCOUNT, Target
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import CLUSTER, Scope
from tests.actions.filling import BACKUP, EXPORT, INGEST_CLIENT, LAKE
from tests.service.answers import v1
from tests.service.replay import replay


@pytest.fixture
def ask(connection):
    """Ask for one fact."""

    def ask(fact, by=None):
        facts = Facts()
        facts.gather(by or connection, [fact])
        return facts.answer(fact)

    return ask


@pytest.fixture
def counted(azure):
    """Count the requests of something that was done once before, so that names are known."""

    def count(act):
        act()
        before = (azure.requests_served, azure.arm_requests_served)
        act()
        return azure.requests_served - before[0], azure.arm_requests_served - before[1]

    return count


@pytest.mark.parametrize(
    ("noun", "more", "requests", "arm_requests"),
    [
        # Two policies and the callouts; the cluster, where the account is, and the roles there.
        ("external-table", {}, 3, 3),
        # Two containers of one account: its place is asked for once, the roles for each.
        ("external-table", {"location": f"{LAKE}/archive, {LAKE}/landing"}, 3, 4),
        ("external-table", {"location": f"{LAKE}/archive, {BACKUP}/backups"}, 3, 5),
        # Besides, the roles of the database and its external tables.
        ("continuous-export", {}, 4, 3),
        # Besides, the plugins.
        ("python-plugin", {}, 4, 3),
        # Where the hub is stands in its resource ID.
        ("event-hub", {}, 2, 2),
    ],
)
def test_each_fact_is_asked_for_once(
    connection, filled, counted, noun, more, requests, arm_requests
):
    links = filled(noun, **more).links()

    assert counted(lambda: examined(connection, links, "Sales")) == (requests, arm_requests)


def test_facts_are_asked_for_at_the_same_time(connection):
    together = threading.Barrier(4, timeout=10)

    Facts().gather(connection, [Fact((name,), lambda _: together.wait()) for name in "abcd"])

    assert not together.broken


def test_the_same_fact_is_asked_for_once_however_often_it_is_named(connection):
    asked = []
    facts = Facts()

    facts.gather(connection, [Fact(("x",), asked.append), Fact(("x",), asked.append)])
    facts.gather(connection, [Fact(("x",), asked.append)])

    assert asked == [connection]


def test_an_error_stands_where_its_answer_would_and_is_raised_when_asked_for(ask):
    with pytest.raises(DatabaseNotFound):
        ask(link_facts.policy(Scope("Nowhere")))


def test_a_mistake_of_the_tool_is_no_answer(connection):
    with pytest.raises(ZeroDivisionError):
        Facts().gather(connection, [Fact(("x",), lambda _: 1 / 0)])


def test_policies_roles_callouts_and_plugins_are_read(ask):
    export = ManagedIdentity(EXPORT)

    assert ask(link_facts.policy(CLUSTER)).allows(export, "AutomatedFlows")
    assert [one.role for one in ask(link_facts.roles("Telemetry"))][-1] == "viewers"
    assert {one.callout_type for one in ask(link_facts.callouts())} >= {"sql", "kusto"}
    assert "python" in ask(link_facts.plugins())


def test_external_tables_are_read_with_their_connection_strings(ask):
    assert ask(link_facts.external_tables("Sales")) == {
        "ArchivedOrders": ShownTable((f"{LAKE}/archive;managed_identity={EXPORT}",), "csv")
    }


def test_a_sql_table_may_show_its_connection_string_among_its_properties(
    connections, ask, monkeypatch
):
    monkeypatch.setenv("ADXMI_TOKEN", "any")
    columns = {"TableName": "string", "TableType": "string", "Properties": "string"}
    properties = '{"TargetEntityConnectionString": "Server=tcp:erp.database.windows.net"}'
    rows = [["Stock", "Sql", properties], ["Bare", "Blob", "{}"]]

    with replay(v1(columns, rows)) as uri:
        served = connections.open(uri, credential="token", database="Sales")
        found = ask(link_facts.external_tables("Sales"), by=served)

    assert found == {
        "Stock": ShownTable(("Server=tcp:erp.database.windows.net",)),
        "Bare": ShownTable(()),
    }


def test_a_principal_is_named_as_roles_name_it(ask):
    export = ManagedIdentity(EXPORT, "mi-export", INGEST_CLIENT, "a-tenant")

    found = ask(link_facts.principal(export))

    assert str(found.reference) == f"aadapp={INGEST_CLIENT};a-tenant"


def test_a_target_is_found_by_type_and_name_in_any_letter_case(ask):
    found = ask(link_facts.resource(Target(STORAGE_ACCOUNT, "CONTOSOLAKE")))

    assert found.endswith("/Microsoft.Storage/storageAccounts/contosolake")
    assert ask(link_facts.resource(Target(STORAGE_ACCOUNT, "contosohub"))) == ""


def test_a_target_whose_resource_id_is_known_is_not_asked_for(azure, ask):
    before = azure.arm_requests_served

    assert ask(link_facts.resource(Target(STORAGE_ACCOUNT, "x", resource_id="/a/b"))) == "/a/b"
    assert azure.arm_requests_served == before


def test_what_a_caller_may_not_ask_for_is_refused(outsider, ask):
    with pytest.raises(NotAuthorized):
        ask(link_facts.callouts(), by=outsider)


def test_an_answer_that_comes_too_late_is_an_error(connections, azure, ask):
    azure.faults.add("slow", match="callout", delay=60, times=None)
    hasty = connections.open("embedded", name="hasty", timeout=1)

    with pytest.raises(RequestTimedOut):
        ask(link_facts.callouts(), by=hasty)
