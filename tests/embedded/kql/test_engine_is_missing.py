"""Without the extra, queries name it, and everything else works."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys, urllib.error, urllib.request

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"duckdb", "duckdb_kql"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from adxmi_jupyter.embedded import EmbeddedAzure

def answer(azure, path, text):
    body = json.dumps({"csl": text, "db": "Sales"}).encode()
    try:
        return urllib.request.urlopen(f"{azure.kusto_uri}/{path}", body).status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]["@message"]

with EmbeddedAzure() as azure:
    azure.warm_up()
    command, query = "v1/rest/mgmt", "v2/rest/query"
    asked = [
        (command, ".show databases"),
        (command, ".create table Made (x:long)"),
        (command, ".show tables"),
        (query, "Orders"),
        (command, ".show databases | count"),
        (command, ".set Copy <| Orders"),
    ]
    print(json.dumps([answer(azure, *each) for each in asked]))
"""


def test_queries_name_the_extra_and_commands_run():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    answers = json.loads(done.stdout)
    assert [status for status, _ in answers] == [200, 200, 200, 400, 400, 400]
    assert all('pip install "adxmi_jupyter[kql]"' in message for _, message in answers[3:])


def test_policy_show_does_not_load_the_engine():
    program = (
        "import sys\n"
        "from adxmi_jupyter.magics.console import execute\n"
        "assert execute(['policy', 'show']) == 0\n"
        "print([name for name in ('duckdb', 'duckdb_kql', 'antlr4') if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.nightly
def test_a_server_that_warms_up_has_loaded_what_a_query_needs():
    program = (
        "import sys; from adxmi_jupyter.embedded import EmbeddedAzure; EmbeddedAzure().warm_up(); "
        "print({'duckdb', 'duckdb_kql', 'adxmi_jupyter.embedded.kusto.query.run'} - {*sys.modules})"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"
