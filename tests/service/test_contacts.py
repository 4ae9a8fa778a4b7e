"""Whom the package talks to, and as what it introduces itself."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys

met = []


def note(event, arguments):
    if event == "socket.connect":
        met.append(str(arguments[1][0]))
    elif event == "socket.getaddrinfo":
        met.append(str(arguments[0]))


sys.addaudithook(note)

from adxmi_jupyter.magics.console import execute

codes = [execute(line.split()) for line in sys.argv[1:]]
print(json.dumps([codes, sorted(set(met))]))
"""


LINES = (
    "policy show --all-databases",
    "check --database Sales",
    "policy grant --database Sales --identity mi-ingest --usage AzureAI",
    "identity list",
    "identity assign --identity mi-stranger",
    "role list --database Sales",
)


@pytest.mark.parametrize("lines", [LINES[:1], pytest.param(LINES[1:], marks=pytest.mark.nightly)])
def test_nobody_but_the_cluster_and_its_resource_manager_is_contacted(tmp_path, lines):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *lines],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    codes, met = json.loads(done.stdout.splitlines()[-1])
    assert codes == [0] * len(lines)
    assert met == ["127.0.0.1"]


def test_requests_name_the_tool_and_not_the_account_on_this_machine(proxied, proxy):
    proxied.kusto.command(".show databases")

    sent = dict(proxy.requests[-1].headers)
    assert sent["x-ms-app"] == "adxmi_jupyter"
    assert sent["x-ms-user"] == "[none]"
