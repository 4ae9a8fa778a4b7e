"""What is asked for so that links can be judged: each fact once, and many at the same time."""

import threading

import pytest

from adxmi_jupyter.actions.check import cluster_facts, target_facts
from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts, ShownTable
from adxmi_jupyter.errors import DatabaseNotFound, NotAuthorized, RequestTimedOut, ResourceNotFound
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import CLUSTER, Scope
from tests.actions.filling import (
    ARCHIVE_ID,
    BACKUP,
    COSMOS_ID,
    EXPORT,
    EXPORT_ID,
    INGEST_CLIENT,
    LAKE,
    LAKE_ID,
)
from tests.service.answers import v1
from tests.service.replay import replay
from tests.told import examined


@pytest.fixture
def ask(connection):
    """Ask for one fact."""

    def ask(fact, by=None):
        facts = Facts(by or connection)
        facts.gather([fact])
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


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("noun", "more", "requests", "arm_requests"),
    [
        # Two policies and the callouts; the cluster, the identities of its subscription, who
        # follows it, where the account is, and the roles there.
        ("external-table", {}, 3, 5),
        # Two containers of one account: the roles for each.
        ("external-table", {"location": f"{LAKE}/archive, {LAKE}/landing"}, 3, 6),
        # Where two accounts are is one question.
        ("external-table", {"location": f"{LAKE}/archive, {BACKUP}/backups"}, 3, 6),
        # Besides, the roles of the database, its external tables and functions; nobody asks who
        # follows.
        ("continuous-export", {}, 6, 4),
        # Besides, the plugins.
        ("python-plugin", {}, 4, 4),
        # Where the hub is stands in its resource ID; in which tenant it is does not. Besides, the
        # tables; the rules of its network, the hub's consumer groups, the databases and the connections of each.
        ("event-hub", {}, 3, 10),
    ],
)
def test_each_fact_is_asked_for_once(
    connection, filled, counted, noun, more, requests, arm_requests
):
    requirements = filled(noun, **more).requirements()

    assert counted(lambda: examined(connection, requirements, "Sales")) == (requests, arm_requests)


def test_facts_are_asked_for_at_the_same_time(connection):
    together = threading.Barrier(4, timeout=10)

    Facts(connection).gather([Fact((name,), lambda _: together.wait()) for name in "abcd"])

    assert not together.broken


def test_the_same_fact_is_asked_for_once_however_often_it_is_named(connection):
    asked = []
    facts = Facts(connection)

    facts.gather([Fact(("x",), asked.append), Fact(("x",), asked.append)])
    facts.gather([Fact(("x",), asked.append)])

    assert asked == [connection]


def test_an_error_stands_where_its_answer_would_and_is_raised_when_asked_for(ask):
    with pytest.raises(DatabaseNotFound):
        ask(cluster_facts.policy(Scope("Nowhere")))


def test_a_mistake_of_the_tool_is_no_answer(connection):
    with pytest.raises(ZeroDivisionError):
        Facts(connection).gather([Fact(("x",), lambda _: 1 / 0)])


def test_policies_roles_callouts_and_plugins_are_read(ask):
    export = ManagedIdentity(EXPORT)

    assert ask(cluster_facts.policy(CLUSTER)).allows(export, "AutomatedFlows")
    assert [one.role for one in ask(cluster_facts.roles("Telemetry"))][-1] == "viewers"
    assert {one.callout_type for one in ask(cluster_facts.callouts())} >= {"sql", "kusto"}
    assert "python" in ask(cluster_facts.plugins())


def test_external_tables_are_read_with_their_connection_strings(ask):
    assert ask(cluster_facts.external_tables("Sales")) == {
        "ArchivedOrders": ShownTable((f"{LAKE}/archive;managed_identity={EXPORT}",), "csv")
    }


def test_a_sql_table_may_show_its_connection_string_among_its_properties(
    connections, ask, monkeypatch
):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-any")
    columns = {"TableName": "string", "TableType": "string", "Properties": "string"}
    properties = '{"TargetEntityConnectionString": "Server=tcp:erp.database.windows.net"}'
    rows = [["Stock", "Sql", properties], ["Bare", "Blob", "{}"]]

    with replay(v1(columns, rows)) as uri:
        served = connections.open(uri, credential="token", database="Sales")
        found = ask(cluster_facts.external_tables("Sales"), by=served)

    assert found == {
        "Stock": ShownTable(("Server=tcp:erp.database.windows.net",)),
        "Bare": ShownTable((), is_open=True),
    }


def test_a_principal_is_named_as_roles_name_it(ask):
    export = ManagedIdentity(EXPORT, "mi-export", INGEST_CLIENT, "a-tenant")

    found = ask(cluster_facts.principal(export))

    assert str(found.reference) == f"aadapp={INGEST_CLIENT};a-tenant"


@pytest.mark.parametrize(
    ("fact", "right"),
    [
        (cluster_facts.callouts(), "AllDatabasesMonitor"),
        (cluster_facts.policy(CLUSTER), "AllDatabasesMonitor"),
        (cluster_facts.policy(Scope("Telemetry")), "Database User, Viewer or Monitor of Telemetry"),
        (
            cluster_facts.external_tables("Telemetry"),
            "Database User, Viewer or Monitor of Telemetry",
        ),
        (cluster_facts.roles("Sales"), "Database Admin of Sales, or Monitor"),
        (cluster_facts.assigned(), "Reader on the cluster, in Azure"),
        (cluster_facts.in_subscription(), "Reader on the subscription, in Azure"),
        (cluster_facts.identity_resource(EXPORT_ID), "Reader on the identity, in Azure"),
        (target_facts.followed(), "Reader on the cluster, in Azure"),
        (target_facts.follower(ARCHIVE_ID), "Reader on the follower cluster, in Azure"),
        (target_facts.azure_roles(LAKE_ID, EXPORT), "Reader on the target, in Azure"),
        (target_facts.cosmos_roles(COSMOS_ID), "Reader on the account, in Azure"),
    ],
    ids=lambda value: value.key[0] if isinstance(value, Fact) else "",
)
def test_what_a_caller_may_not_ask_for_is_refused_with_the_right_it_takes(
    outsider, ask, fact, right
):
    with pytest.raises((NotAuthorized, ResourceNotFound)) as caught:
        ask(fact, by=outsider)

    assert caught.value.why.endswith(f"requires {right}")


def test_a_right_that_is_missing_is_told_once_however_often_it_is_asked(outsider):
    facts = Facts(outsider)
    facts.gather([cluster_facts.callouts()])
    facts.gather([cluster_facts.callouts()])

    with pytest.raises(NotAuthorized) as caught:
        facts.answer(cluster_facts.callouts())

    assert caught.value.why.count("requires") == 1


def test_an_answer_that_comes_too_late_is_an_error(connections, azure, ask):
    azure.faults.add("slow", match="callout", delay=60, times=None)
    hasty = connections.open("embedded", name="hasty", timeout=1)

    with pytest.raises(RequestTimedOut):
        ask(cluster_facts.callouts(), by=hasty)
