"""What a user is told of a write, whatever happens to it on its way."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.console import execute
from tests.faults import catalogue
from tests.faults.messages import statement, target

GRANT = "policy grant --database Sales --identity mi-ingest --usage AzureAI"
REVOKE = "policy revoke --database Sales --identity mi-ingest --usage DataConnection --yes"
ALLOW = "callout allow --type sandbox_artifacts --uri https://contosolake.blob.core.windows.net"
HUB = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
)
IN_AZURE = {
    "identity assign --identity mi-stranger": "PATCH",
    "identity remove --identity mi-export --yes": "PATCH",
    "role grant --cluster --role AllDatabasesViewer --identity mi-export": "PUT",
    f"event-hub create --database Sales --name o --event-hub {HUB} --consumer-group analytics "
    "--identity mi-ingest --table Orders --data-format csv": "PUT",
    "event-hub drop sales-orders --database Sales --yes": "DELETE",
}


def test_the_next_command_tells_what_became_of_an_open_write(magic, proxied, proxy, capsys):
    proxy.strike(catalogue.late(), statement(".alter"))
    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        magic(REVOKE)
    proxy.deliver_late()
    capsys.readouterr()

    magic(caught.value.fix.removeprefix("%adxmi "))

    assert capsys.readouterr().out.splitlines() == [
        "write 1 (policy revoke, Sales), which was open: it took effect"
    ]
    assert list(magic("history")["outcome"]) == ["applied"]


NOTHING = [
    catalogue.answered(200, b"", name="200 empty"),
    catalogue.answered(200, b"{}", name="200 {}"),
    catalogue.answered(200, b'{"error": "text"}', name="200 error"),
    catalogue.answered(200, catalogue.PAGE, (catalogue.HTML,), "200 page"),
    catalogue.answered(204, b"", name="204"),
]


@pytest.mark.nightly
@pytest.mark.parametrize("line", IN_AZURE, ids=lambda line: " ".join(line.split()[:2]))
@pytest.mark.parametrize("fault", NOTHING, ids=str)
def test_a_good_status_alone_makes_nothing_done(magic, proxied, proxy, line, fault):
    proxy.strike(fault, target("", IN_AZURE[line]))

    with pytest.raises(errors.WriteOutcomeUnknown):
        magic(line)

    assert list(magic("history")["outcome"]) == ["unknown"]


@pytest.mark.nightly
@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("line", IN_AZURE, ids=lambda line: " ".join(line.split()[:2]))
def test_nobody_else_is_blamed_for_ones_own_change(magic, proxied, proxy, azure, line, status):
    proxy.strike(catalogue.after(catalogue.answered(status)), target("", IN_AZURE[line]))

    with contextlib.suppress(errors.WriteOutcomeUnknown):  # while Azure is still at it
        magic(line)

    (outcome,) = magic("history")["outcome"]
    assert outcome in {"applied", "unknown"}


def test_a_message_that_the_queue_may_have_taken_is_not_to_be_repeated(magic, proxied, proxy):
    page = catalogue.answered(200, catalogue.PAGE, (catalogue.HTML,), "200 page")
    taken = proxy.strike(catalogue.after(page), target("/messages", "POST"))

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        magic(
            "sdk-ingestion run --database Sales --identity mi-ingest --table Orders "
            "--location https://contosolake.blob.core.windows.net/landing/orders.csv "
            "--data-format csv"
        )

    assert taken.hits == 1
    assert caught.value.fix.startswith("check the target before you repeat")


@pytest.fixture
def console(azure, tmp_path):
    """Begin a console line against the embedded Azure of the test."""
    environment = {**os.environ, "ADXMI_CLUSTER": azure.kusto_uri, "ADXMI_DATABASE": "Sales"}

    def start(line):
        return subprocess.Popen(
            [sys.executable, "-m", "adxmi_jupyter", *line.split()],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.nightly
def test_an_interrupt_after_a_write_says_that_it_was_applied(console, azure):
    azure.faults.add("slow", match=".show cluster policy callout", delay=0)
    azure.faults.add("slow", match=".show cluster policy callout", delay=0)
    azure.faults.add("slow", match=".show cluster policy callout", delay=60)
    process = console(ALLOW)
    pause = threading.Event()
    while any(switch["name"] == "slow" for switch in azure.faults.active()):
        pause.wait(0.01)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert said.splitlines()[-3:] == [
        "WriteInterrupted: the change of the callout policy: it was applied",
        "  why: you interrupted while it was read again",
        "  fix: adxmi callout list",
    ]
    assert process.returncode == 130


BAD_TARGETS = {
    "no such folder": "no/such/x.csv",
    "a folder": "folder.csv",
    "not to be written": "locked.csv",
}


@pytest.mark.parametrize("name", BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_where_the_result_cannot_be_kept_nothing_is_sent(console, azure, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "locked.csv")
    served = azure.requests_served

    process = console(f"{GRANT} -o {name}")
    _, said = process.communicate(timeout=60)

    assert said.splitlines()[-3].startswith(f"InvalidValue: --out {name} cannot be written")
    assert process.returncode == 2
    assert azure.requests_served == served


FULL = """
import resource, sys
from adxmi_jupyter.magics import console
real = console.Console.keep
def keep(self, name, frame, documents=()):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        real(self, name, frame, documents)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
console.Console.keep = keep
console.main(sys.argv[1:])
"""


@pytest.mark.nightly
def test_a_result_that_cannot_be_written_after_all_is_shown(azure, tmp_path):
    (tmp_path / "x.csv").write_text("what was there")
    environment = {**os.environ, "ADXMI_CLUSTER": azure.kusto_uri, "ADXMI_DATABASE": "Sales"}

    done = subprocess.run(
        [sys.executable, "-c", FULL, *GRANT.split(), "-o", "x.csv"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "mi-ingest" in done.stdout
    assert done.stderr.splitlines()[-3] == (
        "ResultNotSaved: the command ran, but its result could not be written to x.csv"
    )
    assert done.returncode == 1
    assert not list(tmp_path.glob(".x.csv*"))
    assert (tmp_path / "x.csv").read_text() == "what was there"


@pytest.mark.nightly
def test_an_account_without_a_home_has_a_history_all_the_same(azure, tmp_path):
    names = {"HOME", "XDG_DATA_HOME", "ADXMI_DATA_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"ADXMI_CLUSTER": azure.kusto_uri, "TMPDIR": str(tmp_path)}
    without = (
        "import pwd, os, sys\n"
        "def nobody(*_): raise KeyError\n"
        "pwd.getpwuid = nobody\n"
        "from adxmi_jupyter.magics.console import main\n"
        "main(sys.argv[1:])"
    )

    def run(line):
        command = [sys.executable, "-c", without, *line.split()]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    granted, history = run(GRANT), run("policy history")

    assert (granted.returncode, granted.stderr.splitlines()[-1]) == (
        0,
        "Undo: adxmi policy undo 1",
    )
    assert "mi-ingest + AzureAI" in history.stdout


@pytest.mark.nightly
def test_clients_on_one_policy_follow_one_another(azure, monkeypatch):
    usages = ("NativeIngestion", "ExternalTable", "DataConnection", "AutomatedFlows")
    clients = [(who, usage) for who in ("mi-ingest", "mi-export") for usage in usages]
    monkeypatch.setenv("ADXMI_CLUSTER", azure.kusto_uri)

    def client(identity_and_usage):
        who, usage = identity_and_usage
        about = ["--database", "Sales", "--identity", who, "--usage", usage]
        grant, revoke = ["policy", "grant", *about], ["policy", "revoke", *about, "--yes"]
        return [execute(line) for line in (grant, revoke, grant)]

    with ThreadPoolExecutor(len(clients)) as pool:
        codes = list(pool.map(client, clients))

    policy = azure.world.cluster.databases["Sales"].policy
    assert codes == [[0, 0, 0]] * len(clients)
    assert {(item.display_name, usage) for item in policy for usage in item.usages} >= set(clients)
