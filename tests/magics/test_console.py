import json
import os
import signal
import subprocess
import sys

import pytest

from adxmi_jupyter import __version__
from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.fixes import Connect
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.console import Console

NOTICE = (
    "No cluster is configured: this is the embedded Azure, and its changes end with this command "
    "(adxmi embedded start keeps them; ADXMI_CLUSTER=CLUSTER for a real cluster)."
)


@pytest.fixture
def process(tmp_path):
    """Run the console script as a process, in a folder of its own."""

    def run(*arguments, text="", **environment):
        return subprocess.run(
            [sys.executable, "-m", "adxmi_jupyter", *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, **environment},
        )

    return run


@pytest.fixture
def served():
    with EmbeddedAzure() as azure:
        yield azure


def test_results_go_to_stdout_and_notes_to_stderr(process):
    done = process("policy", "diff", "--against-cluster")

    assert done.returncode == 0
    assert done.stderr.splitlines() == [NOTICE]
    assert done.stdout.splitlines()[2].split() == [
        "mi-ingest",
        "Sales",
        "DataConnection",
        "removed",
        "5b27c9d0…",
    ]


def test_the_matrix_is_shown_as_text(adxmi):
    assert "C = the cluster policy allows it" in adxmi("policy", "matrix").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "lines"),
    [
        (
            ["policy", "grnt"],
            2,
            [
                "UnknownCommand: there is no verb 'grnt' of policy",
                "  fix: adxmi policy grant",
            ],
        ),
        (
            ["policy", "show", "-d", "Slaes"],
            1,
            [
                "DatabaseNotFound: there is no database 'Slaes'",
                "  fix: adxmi policy show --database Sales",
            ],
        ),
        (
            ["policy", "delete", "-d", "Tom's Lab"],
            1,
            [
                "ConfirmationRequired: delete on the database Tom's Lab removes: contoso All",
                "  fix: adxmi policy delete -d 'Tom'\"'\"'s Lab' --yes",
            ],
        ),
    ],
)
def test_errors_are_three_lines_on_stderr_and_an_exit_code(adxmi, arguments, code, lines):
    done = adxmi(*arguments)

    what, _, fix = done.stderr.splitlines()[-3:]
    assert done.returncode == code
    assert done.stdout == ""
    assert [what, fix] == lines


@pytest.mark.nightly
@pytest.mark.parametrize("more", [[], ["--out", "links.json"]])
def test_a_check_that_finds_a_link_missing_exits_with_3(adxmi, more):
    done = adxmi("check", "--database", "Telemetry", *more)

    assert done.returncode == 3
    assert done.stderr.splitlines() == [NOTICE]


@pytest.mark.nightly
@pytest.mark.parametrize("arguments", [["--database", "Sales"], ["--fix", "--yes"]])
def test_a_check_that_finds_all_in_place_exits_with_0(adxmi, arguments):
    assert adxmi("check", *arguments).returncode == 0


def test_the_version_is_told_without_a_cluster(adxmi):
    done = adxmi("--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"adxmi_jupyter {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["query"],
            ["  why: a file has it, or the standard input", "  fix: adxmi query --file -"],
        ),
        (
            ["check", "--error"],
            [
                "  why: a file has its text, or the standard input",
                "  fix: adxmi check --error --file -",
            ],
        ),
    ],
)
def test_what_a_notebook_has_below_the_line_comes_from_a_file(adxmi, arguments, told):
    assert adxmi(*arguments).stderr.splitlines()[-2:] == told


def test_what_is_configured_wrongly_is_told_where_it_is_configured(adxmi):
    done = adxmi("status", ADXMI_CREDENTIAL="clii")

    assert done.stderr.splitlines()[-1] == (
        "  fix: ADXMI_CREDENTIAL=default, or c.AdxmiMagics.credential = 'default'"
    )


def test_a_refused_sign_in_is_fixed_in_the_environment(adxmi, served):
    done = adxmi(
        "status", ADXMI_CLUSTER=served.kusto_uri, ADXMI_CREDENTIAL="token", ADXMI_TOKEN="embedded-x"
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "  fix: sign in again (az login), or ADXMI_CREDENTIAL=NAME"
    )


def test_a_command_that_opens_a_cluster_is_a_variable_in_a_console():
    fix = Connect("https://x.kusto.windows.net")

    assert Call(Console()).dialect.fix(fix) == "export ADXMI_CLUSTER=https://x.kusto.windows.net"


def test_help_goes_to_stdout(adxmi):
    done = adxmi("policy", "alter", "--help")

    assert done.returncode == 0
    assert done.stderr == ""
    assert "adxmi policy alter --database Telemetry --file - <<'END'" in done.stdout


def test_out_writes_csv(adxmi, tmp_path):
    done = adxmi("policy", "show", "--out", "policy.csv")

    assert (done.returncode, done.stdout) == (0, "")
    assert (
        (tmp_path / "policy.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .endswith('False,"DataConnection, NativeIngestion"')
    )


@pytest.mark.nightly
def test_out_writes_json(adxmi, tmp_path):
    adxmi("policy", "show", "--out", "policy.json")

    rows = json.loads((tmp_path / "policy.json").read_text(encoding="utf-8"))
    assert rows[0]["allowed_usages"] == ["DataConnection", "NativeIngestion"]


@pytest.mark.parametrize("target", ["policy.xls", "policy", "nowhere/policy.csv"])
def test_an_impossible_target_is_an_error(adxmi, target):
    done = adxmi("policy", "show", "--out", target)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-3].startswith("InvalidValue: --out")


@pytest.mark.nightly
def test_a_policy_comes_from_standard_input(process, served):
    done = process(
        *("policy", "alter-merge", "--database", "Telemetry", "--file", "-"),
        text="- ObjectId: mi-ingest\n  AllowedUsages: [AzureAI]\n",
        ADXMI_CLUSTER=served.kusto_uri,
    )

    assert done.stderr.splitlines()[0] == "Telemetry: mi-ingest + AzureAI"
    assert "mi-ingest" in done.stdout


@pytest.mark.nightly
def test_dollars_are_left_to_the_shell(process, served):
    served.world.add_database("$Costs")

    done = process("policy", "show", "--database", "$Costs", ADXMI_CLUSTER=served.kusto_uri)

    assert done.returncode == 0


@pytest.mark.nightly
def test_serve_prints_its_address_and_serves_until_interrupted(adxmi, tmp_path):
    command = [sys.executable, "-m", "adxmi_jupyter", "embedded", "serve"]
    with subprocess.Popen(
        [*command, "--fault", "two-column-policy"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        address = server.stdout.readline().strip()
        done = adxmi("policy", "show", "--raw", ADXMI_CLUSTER=address, ADXMI_DATABASE="Sales")
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)

    assert done.stdout.splitlines()[0].split() == ["EntityName", "Policies"]
    assert server.returncode == 0
    assert said.splitlines()[-1] == "the embedded Azure has ended"


@pytest.mark.nightly
def test_an_interrupt_exits_with_130(served):
    served.faults.add("slow", times=None, delay=60)
    with subprocess.Popen(
        [sys.executable, "-m", "adxmi_jupyter", "connect", served.kusto_uri],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not served.requests_served:
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    assert process.returncode == 130


@pytest.mark.nightly
def test_a_reader_that_stops_early_is_no_error(served):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m adxmi_jupyter policy show | true"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ADXMI_CLUSTER": served.kusto_uri, "ADXMI_DATABASE": "Sales"},
    )

    assert done.stderr == ""
