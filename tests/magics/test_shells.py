"""Completion in shells, ``help`` and ``whoami``: what people type in a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure

TOKEN = "embedded-admin"


@pytest.fixture
def azure():
    with EmbeddedAzure() as served:
        yield served


@pytest.fixture
def complete(adxmi):
    """Complete a line as PowerShell does; the values, without what they mean."""

    def run(line, **environment):
        asked = {"_ADXMI_COMPLETE": "powershell_complete", "COMP_LINE": line}
        done = adxmi(**asked, **environment)
        assert done.stderr == ""
        return [one.split("\t")[0] for one in done.stdout.splitlines() if one]

    return run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_has_a_script_that_asks_this_program(adxmi, shell):
    done = adxmi("completion", shell)

    assert f"{shell}_complete" in done.stdout
    assert "_ADXMI_COMPLETE" in done.stdout
    assert done.stderr == ""


def test_a_shell_without_a_script_is_refused(adxmi):
    done = adxmi("completion", "csh")

    assert done.returncode == 2
    assert "powershell" in done.stderr


def test_nouns_verbs_and_options_complete(complete):
    assert complete("adxmi pol") == ["policy"]
    assert complete("adxmi policy gr") == ["grant"]
    assert complete("adxmi policy grant --us") == ["--usage"]


@pytest.mark.parametrize("again", [False, True])
def test_options_of_a_workflow_complete_from_what_was_kept_as_well(complete, again):
    lines = ("adxmi external-table create --loc", "adxmi external-table cr")

    found = [complete(line) for line in lines * (2 if again else 1)]

    assert found == [["--location"], ["create"]] * (2 if again else 1)


@pytest.mark.parametrize(
    ("shell", "told"),
    [("bash", "plain,'Tom'\"'\"'s Lab'"), ("zsh", "plain\nTom's Lab"), ("fish", "Tom's Lab")],
)
def test_a_name_comes_in_the_type_and_the_quotes_of_the_shell(adxmi, shell, told):
    done = adxmi(
        _ADXMI_COMPLETE=f"{shell}_complete",
        COMP_WORDS="adxmi policy show --database To",
        COMP_CWORD="To" if shell == "fish" else "4",
    )

    assert told in done.stdout


def test_names_that_commands_have_seen_complete_without_a_request(complete, adxmi, azure):
    cluster = {"ADXMI_CLUSTER": azure.kusto_uri, "ADXMI_DATABASE": "Sales"}
    before = complete("adxmi policy show --database T", **cluster)
    adxmi("policy", "show", "--cluster", "--all-databases", **cluster)
    adxmi("external-table", "list", "--all-databases", **cluster)
    sent = azure.requests_served

    databases = complete("adxmi policy show --database ", **cluster)
    identities = complete("adxmi policy grant --identity mi-e", **cluster)
    tables = complete("adxmi external-table check Arch", **cluster)

    assert before == []
    assert "Sales" in databases
    assert identities == ["mi-export"]
    assert tables == ["ArchivedOrders"]
    assert azure.requests_served == sent


def test_names_of_another_cluster_are_not_offered(complete, adxmi, azure):
    adxmi("policy", "show", ADXMI_CLUSTER=azure.kusto_uri, ADXMI_DATABASE="Sales")

    assert complete("adxmi policy show --database ", ADXMI_CLUSTER="http://127.0.0.1:9") == []


def test_results_of_queries_are_not_kept(adxmi, azure):
    cluster = {"ADXMI_CLUSTER": azure.kusto_uri, "ADXMI_DATABASE": "Sales"}
    query = 'print name = "Jane", display_name = "Jane", database = "Jane"'

    done = adxmi("query", "--file", "-", text=query, **cluster)

    kept = Path(os.environ["ADXMI_DATA_DIR"]).rglob("names-*")
    assert "Jane" in done.stdout
    assert [file for file in kept if "Jane" in file.read_text()] == []


@pytest.mark.nightly
def test_bash_completes_a_line(tmp_path):
    script = (
        'eval "$(adxmi completion bash)"; COMP_WORDS=(adxmi policy show --database T);'
        ' COMP_CWORD=4; _adxmi_completion adxmi; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    program = tmp_path / "adxmi"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adxmi_jupyter "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )

    assert done.stdout.splitlines() == ["Telemetry", "'Tom'\"'\"'s Lab'"]


@pytest.mark.parametrize("words", [["policy", "grant"], ["policy"], ["status"], []])
def test_help_shows_what_the_option_shows(adxmi, words):
    assert adxmi("help", *words).stdout == adxmi(*words, "--help").stdout


def test_help_of_a_verb_there_is_none_of_is_an_error(adxmi):
    told = [adxmi("help", *words).stderr.splitlines()[-3] for words in (["x"], ["status", "x"])]

    assert told == ["UnknownCommand: there is no noun 'x'", "UnknownCommand: status has no verbs"]


def test_whoami_names_principal_tenant_and_kind_of_credential(adxmi, azure):
    done = adxmi(
        *("whoami", "-o", "csv"),
        ADXMI_CLUSTER=azure.kusto_uri,
        ADXMI_CREDENTIAL="token",
        ADXMI_TOKEN=TOKEN,
    )

    head, row = (line.split(",") for line in done.stdout.splitlines())
    told = dict(zip(head, row, strict=True))
    assert told["principal"] == f"aaduser={told['principal'][8:44]};{told['tenant']}"
    assert (told["kind"], told["credential"]) == ("user", "token")
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize("descriptor", [1, 2])
@pytest.mark.nightly
def test_a_closed_stream_ends_nothing(descriptor):
    command = f'"{sys.executable}" -m adxmi_jupyter policy show {descriptor}>&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert ("mi-export" in done.stdout) == (descriptor == 2)
    assert "No cluster" not in done.stdout


@pytest.mark.parametrize("words", ["--help", "policy show"])
@pytest.mark.nightly
def test_a_standard_output_without_room_is_told(words):
    full = Path("/dev/full")
    command = f'"{sys.executable}" -m adxmi_jupyter {words} > {full}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-3].startswith("ResultNotSaved")
