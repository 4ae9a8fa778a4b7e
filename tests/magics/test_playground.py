"""The playground: an embedded Azure that the commands of a console share, and only if it is theirs."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.magics.playground import control
from adxmi_jupyter.service.playground import (
    Playground,
    Unusable,
    found,
    playground_directory,
    record,
)

GRANT = ("policy", "grant", "--database", "Sales", "--identity", "mi-ingest", "--usage", "AzureAI")
BRIEF = "No cluster is configured: this is the embedded Azure, and its changes end with"
LASTING = "No cluster is configured: this is the playground"
FILE = "server.json"


@pytest.fixture
def azure():
    with EmbeddedAzure() as served:
        yield served


@pytest.fixture
def playground(azure):
    """A playground that this process serves."""
    azure.control = lambda body: control(azure, body, threading.Event())
    record(playground_directory(), port_of(azure), azure.script_key)
    return azure


def port_of(azure):
    return int(azure.kusto_uri.rsplit(":", 1)[1])


def rewrite(**changes):
    """Change what the record says, and leave its permissions."""
    path = playground_directory() / FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "line", ["follow Sales", "status", "faults", "behaviours", "blobs", "secrets", "azure-role"]
)
def test_a_command_about_the_embedded_azure_runs_where_it_is(adxmi, playground, line):
    done = adxmi("embedded", *line.split())

    assert (done.returncode, done.stderr.count("fix:")) == (0, 0)
    assert done.stdout


def test_what_a_command_grants_is_there_for_the_next_and_can_be_undone(adxmi, playground):
    adxmi(*GRANT)
    granted = adxmi("policy", "show").stdout
    undone = adxmi("policy", "undo", "--yes")

    assert "AzureAI" in granted
    assert undone.returncode == 0
    assert "AzureAI" not in adxmi("policy", "show").stdout


def test_without_a_playground_a_session_is_told_once_that_changes_do_not_last(adxmi):
    told = [adxmi("policy", "show").stderr for _ in range(2)]

    assert told[0].startswith(BRIEF)
    assert told[1] == ""


def test_a_session_is_told_once_that_it_uses_the_playground(adxmi, playground):
    told = [adxmi("policy", "show").stderr for _ in range(2)]

    assert told[0].startswith(LASTING)
    assert told[1] == ""


def test_a_configured_cluster_is_used_instead(adxmi, playground):
    with EmbeddedAzure() as other:
        adxmi(*GRANT, ADXMI_CLUSTER=other.kusto_uri)

    assert "AzureAI" not in adxmi("policy", "show").stdout


def test_commands_about_the_embedded_azure_reach_it(adxmi, playground):
    adxmi("embedded", "faults", "throttled", "--times", "2", "--match", "never")

    assert [one["name"] for one in playground.faults.active()] == ["throttled"]
    assert adxmi("embedded", "status").stdout.splitlines()[-1].endswith("1")


def test_their_errors_are_those_of_the_console(adxmi, playground):
    words = ("--identity", "mi-xport", "--role", "Reader", "--target", "contosolake")
    done = adxmi("embedded", "azure-role", *words)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-3] == (
        "InvalidInput: the embedded Azure has no identity 'mi-xport'"
    )
    assert done.stderr.splitlines()[-1].startswith("  fix: adxmi embedded azure-role --identity")


def test_a_shell_completes_names_of_the_playground(adxmi, playground):
    line = "adxmi embedded push-events contosohub/o"

    done = adxmi(_ADXMI_COMPLETE="powershell_complete", COMP_LINE=line)

    assert done.stdout.split() == ["contosohub/orders"]


def test_a_reset_takes_the_history_with_it(adxmi, playground):
    adxmi(*GRANT)
    adxmi("embedded", "reset")

    assert adxmi("policy", "undo").stderr.splitlines()[-3].startswith("HistoryUnavailable")


def test_the_record_is_for_the_account_alone(playground):
    assert (playground_directory() / FILE).stat().st_mode & 0o777 == 0o600
    assert isinstance(found(), Playground)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.chmod(0o644), "is accessible to other accounts"),
        (lambda path: path.write_text("{}"), "isn't a record"),
        (lambda _: rewrite(version="0.0.9"), "its version is 0.0.9"),
        (lambda _: rewrite(pid=1), "is used by another program"),
        (lambda _: rewrite(key="another"), "is used by another program"),
        (lambda _: rewrite(port="80"), "isn't a record"),
    ],
)
def test_a_record_that_is_not_to_be_believed_ends_a_command_with_an_error(
    playground, adxmi, spoil, why
):
    spoil(playground_directory() / FILE)

    done = adxmi(*GRANT, "--quiet")

    what, reason, fix = done.stderr.splitlines()
    assert what == "ClusterUnreachable: the playground can't be used"
    assert why in reason
    assert fix == f"  fix: adxmi embedded {'stop' if 'version' in why else 'start'}"
    assert done.returncode == 1
    assert not playground.requests_served


def test_a_command_that_needs_no_cluster_needs_no_playground(playground, adxmi):
    rewrite(pid=1)

    done = adxmi("connection-string", "parse", "https://contosolake.blob.core.windows.net/archive")

    assert done.returncode == 0
    assert "contosolake" in done.stdout


def test_a_shell_completes_nothing_of_a_playground_that_is_not_used(playground, adxmi):
    rewrite(pid=1)

    done = adxmi(_ADXMI_COMPLETE="powershell_complete", COMP_LINE="adxmi policy show --database S")

    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_link_to_a_record_is_not_followed(playground, tmp_path):
    path = playground_directory() / FILE
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    assert isinstance(found(), Unusable)


def test_a_record_of_another_account_is_not_believed(playground, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 12345)

    assert "belongs to another account" in found().why


def test_a_server_that_has_ended_is_not_used(playground):
    playground.stop()

    assert found() == Unusable("it has ended")


class Taker(BaseHTTPRequestHandler):
    """A program on the port of a playground that has ended; it passes requests on to another."""

    def do_GET(self):
        self.server.seen.append(f"{self.path} {self.headers}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer(self.path))

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def taker():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    server.seen, server.answer = [], lambda _: b"{}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def passed_on(azure):
    """Answer as the real server does."""
    import urllib.request

    return lambda path: urllib.request.urlopen(azure.kusto_uri + path).read()


@pytest.mark.parametrize("answer", [lambda _: lambda _: b"{}", passed_on])
def test_neither_key_nor_token_goes_to_a_program_that_took_the_port(
    adxmi, playground, taker, answer
):
    taker.answer = answer(playground)
    rewrite(port=taker.server_address[1])

    told = adxmi("policy", "show").stderr

    assert "is used by another program" in told
    assert taker.seen
    assert all(playground.script_key not in one and "Bearer" not in one for one in taker.seen)


@pytest.fixture
def process(tmp_path):
    """Start the console script as a process."""

    def run(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "adxmi_jupyter", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )

    yield run
    run("embedded", "stop").communicate()


@pytest.mark.nightly
def test_of_two_that_start_it_at_once_one_does(process):
    told = [one.communicate()[1] for one in [process("embedded", "start") for _ in range(2)]]

    first_lines = sorted(text.splitlines()[0] for text in told)
    assert first_lines == ["Started the playground.", "The playground is already running."]
    assert told[0].splitlines()[1] == told[1].splitlines()[1]


@pytest.mark.nightly
def test_after_its_process_is_killed_commands_say_so_and_it_starts_again(process):
    process("embedded", "start").communicate()
    first = json.loads(Path(playground_directory() / FILE).read_text())
    os.kill(first["pid"], 9)

    written = process(*GRANT, "--quiet").communicate()[1]
    read = process("policy", "show", "-o", "json").communicate()
    again = process("embedded", "start").communicate()[1]

    assert written.splitlines() == [
        "ClusterUnreachable: the playground can't be used",
        "  why: it has ended",
        "  fix: adxmi embedded start",
    ]
    assert read == ("", written)
    assert again.splitlines()[0] == "Started the playground."


@pytest.mark.nightly
def test_stop_ends_the_process_and_leaves_nothing(process):
    process("embedded", "start").communicate()

    told = [process("embedded", "stop").communicate()[1] for _ in range(2)]

    assert told == ["Stopped the playground.\n", "No playground was stopped: it isn't running.\n"]
    assert not (playground_directory() / FILE).exists()
