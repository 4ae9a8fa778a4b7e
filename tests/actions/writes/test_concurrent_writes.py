"""Nobody's change is lost: one writer at a time, a fresh look, and the service's journal."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.embedded.state.callouts import CalloutRule as Rule
from adxmi_jupyter.errors import ChangeOverwritten, ClusterLocked, PolicyChanged
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.lock import ClusterLock
from tests.faults import catalogue
from tests.faults.messages import statement

SALES = Scope("Sales")
COSMOS = r"\.documents\.azure\.com"


def planned(plan, connection, who, usage):
    return plan(connection, SALES, resolved(connection, (who,)), (usage,))


def grant(connection, who, usage):
    change = planned(policies.plan_grant, connection, who, usage)
    return apply(connection, change, confirmed=True)


@pytest.mark.nightly
def test_ten_clients_on_one_policy_all_get_what_they_were_told(azure):
    usages = ("NativeIngestion", "ExternalTable", "DataConnection", "AutomatedFlows", "AzureAI")
    clients = [(who, usage) for who in ("mi-ingest", "mi-export") for usage in usages]

    def client(identity_and_usage):
        who, usage = identity_and_usage
        own = Connections(Settings(azure.kusto_uri, "Sales"), lambda _line: None)
        connection = own.current()
        grant(connection, who, usage)
        with connection.lock.held():
            change = planned(policies.plan_revoke, connection, who, usage)
            apply(connection, change, confirmed=True)
        grant(connection, who, usage)
        own.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(client, clients))

    policy = azure.world.cluster.databases["Sales"].policy
    assert {(item.display_name, usage) for item in policy for usage in item.usages} >= set(clients)


def test_a_grant_adds_to_what_is_there_by_now(connection, azure):
    change = planned(policies.plan_grant, connection, "mi-ingest", "AzureAI")
    grant(connection, "mi-export", "SqlRequest")

    done = apply(connection, change, confirmed=True)

    (export,) = [one for one in done.after if one.identity.label == "mi-export"]
    assert "SqlRequest" in export.allowed_usages
    noted = Journal(connection.history_file).entries()[-1]
    assert "SqlRequest" in noted.before


def test_a_grant_that_somebody_made_meanwhile_is_not_sent(connection, azure):
    change = planned(policies.plan_grant, connection, "mi-ingest", "AzureAI")
    grant(connection, "mi-ingest", "AzureAI")
    sent = azure.requests_served

    done = apply(connection, change, confirmed=True)

    assert not done.command
    assert azure.requests_served == sent + 1  # the look


def test_a_revoke_from_another_policy_than_the_one_shown_is_not_sent(connection):
    change = planned(policies.plan_revoke, connection, "mi-ingest", "DataConnection")
    grant(connection, "mi-export", "SqlRequest")

    with pytest.raises(PolicyChanged) as caught:
        apply(connection, change, confirmed=True)

    assert caught.value.why == "since it was read: mi-export + SqlRequest"


def by_somebody_else(act):
    """Let somebody else write between the fresh look and the write that is sent then."""

    def fault(exchange):
        act()
        exchange.reply(exchange.forward())

    return catalogue.Fault("somebody else writes", fault, "first")


@pytest.mark.parametrize("verb", ["revoke", "delete", "alter"])
def test_what_somebody_wrote_in_the_last_moment_is_told_when_it_was_overwritten(
    connection, proxied, proxy, verb
):
    plans = {
        "revoke": lambda: planned(policies.plan_revoke, proxied, "mi-ingest", "DataConnection"),
        "delete": lambda: policies.plan_delete(proxied, SALES),
        "alter": lambda: policies.plan_alter(proxied, SALES, policies.Policy()),
    }
    change = plans[verb]()
    other = by_somebody_else(lambda: grant(connection, "mi-export", "AutomatedFlows"))
    proxy.strike(other, statement(change.command[:7]), times=1)

    with pytest.raises(ChangeOverwritten) as caught:
        apply(proxied, change, confirmed=True)

    assert caught.value.what.startswith(f"{verb} on the database Sales was applied, and overwrote")
    assert caught.value.why == "in between they had written: mi-export + AutomatedFlows"
    assert caught.value.fix.startswith("%adxmi policy diff --since 1")
    assert Journal(proxied.history_file).entries()[-1].outcome == "applied"


def test_what_somebody_wrote_shortly_before_is_no_reason_to_worry(connection, proxied):
    grant(connection, "mi-export", "AutomatedFlows")
    change = planned(policies.plan_revoke, proxied, "mi-ingest", "DataConnection")

    done = apply(proxied, change, confirmed=True)

    assert done.notes == change.notes


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (catalogue.answered(403), "cannot be read"),
        (catalogue.answered(200, b"{}"), "cannot be read"),
        (catalogue.closed(), "cannot be read"),
    ],
    ids=str,
)
def test_where_the_journal_cannot_be_read_others_cannot_be_excluded(proxied, proxy, fault, why):
    change = planned(policies.plan_revoke, proxied, "mi-ingest", "DataConnection")
    proxy.strike(fault, statement(".show database ['Sales'] journal"))

    done = apply(proxied, change, confirmed=True)

    assert done.notes[-1].startswith("changes that others made in the moment between reading and")
    assert why in done.notes[-1]


def test_a_journal_that_does_not_list_the_write_proves_nothing(proxied, proxy, azure):
    change = planned(policies.plan_revoke, proxied, "mi-ingest", "DataConnection")

    def forgetful(exchange):
        azure.world.journal = type(azure.world.journal)()
        exchange.reply(exchange.forward())

    journal = statement(".show database ['Sales'] journal")
    proxy.strike(catalogue.Fault("no journal", forgetful), journal)

    done = apply(proxied, change, confirmed=True)

    assert done.notes[-1].endswith("the cluster's journal does not list the write yet")


def test_an_overwritten_rule_of_the_callout_policy_is_told(connection, proxied, proxy, azure):
    azure.world.cluster.callout_policy = [Rule("cosmosdb", COSMOS)]
    change = callouts.plan_revoke(proxied, "cosmosdb", COSMOS)
    allow = callouts.plan_allow(connection, "azure_openai", pattern="openai")
    other = by_somebody_else(lambda: callouts.apply(connection, allow, confirmed=True))
    proxy.strike(other, statement(".alter cluster policy callout"), times=1)

    with pytest.raises(ChangeOverwritten) as caught:
        callouts.apply(proxied, change, confirmed=True)

    assert "azure_openai openai allowed" in caught.value.why


def test_a_second_writer_waits_for_the_first_and_says_so(
    connections, connection, said, monkeypatch
):
    monkeypatch.setattr("adxmi_jupyter.service.lock._WORTH_SAYING", 0.01)
    change = planned(policies.plan_grant, connection, "mi-ingest", "AzureAI")
    holds, goes = threading.Event(), threading.Event()

    def hold():
        with connection.lock.held():
            holds.set()
            goes.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(60)
    monkeypatch.setattr(connections, "_say", said.append)
    said_before = len(said)
    waiting = ThreadPoolExecutor(1).submit(apply, connection, change, confirmed=True)
    while len(said) == said_before:
        pass
    goes.set()

    assert waiting.result().command
    assert said[-1] == "another write of yours on this cluster is under way: waiting for it"
    holder.join()


def test_a_writer_that_does_not_end_is_no_reason_to_wait_for_ever(connection, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.lock._WORTH_SAYING", 0.01)
    monkeypatch.setattr("adxmi_jupyter.service.lock._LONGEST", 0.01)
    change = policies.plan_delete(connection, CLUSTER)
    before = policies.read_one(connection, CLUSTER).text
    holds, goes = threading.Event(), threading.Event()

    def hold():
        with connection.lock.held():
            holds.set()
            goes.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(60)

    with pytest.raises(ClusterLocked):
        apply(connection, change, confirmed=True)

    goes.set()
    holder.join()
    assert policies.read_one(connection, CLUSTER).text == before


def test_where_there_can_be_no_lock_nothing_is_written(connection, monkeypatch, tmp_path):
    (tmp_path / "in the way").write_text("")
    lock = ClusterLock(lambda: tmp_path / "in the way" / "x.lock", lambda _line: None)
    monkeypatch.setattr(connection, "lock", lock)
    change = planned(policies.plan_grant, connection, "mi-ingest", "AzureAI")

    with pytest.raises(ClusterLocked, match="so nothing was sent"):
        apply(connection, change, confirmed=True)

    assert not (connection.history_file).exists()


LOCK_FILE = """
from adxmi_jupyter.service.directories import lock_directory
print(lock_directory(is_loopback=False))
"""


@pytest.mark.nightly
@pytest.mark.parametrize("variable", ["ADXMI_DATA_DIR", "HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"])
def test_the_lock_belongs_to_the_account_whatever_its_environment_says(tmp_path, variable):
    def place(value):
        environment = {**os.environ, variable: value}
        done = subprocess.run(
            [sys.executable, "-c", LOCK_FILE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert place(str(tmp_path / "a")) == place(str(tmp_path / "b"))
