"""``pytest --adx-cluster URI --adx-database DB``, as a program of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USAGE = 4


def run(*options, expects=USAGE):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:nbval", "-p", "no:playwright"]
    told = subprocess.run(
        [*command, "-p", "no:cacheprovider", *options, "tests/real_cluster/test_reads.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert told.returncode == expects, told.stdout + told.stderr
    return told.stdout + told.stderr


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--adx-database", "Sales"], "require --adx-cluster URI"),
        (["--adx-cluster", "https://c.westeurope.kusto.windows.net"], "requires --adx-database DB"),
        (
            ["--adx-cluster", "https://evil.example", "--adx-database", "Sales"],
            "evil.example is not a known host of Azure Data Explorer",
        ),
        (["--adx-cluster", "https://a b", "--adx-database", "Sales"], "--adx-cluster"),
    ],
)
def test_options_that_cannot_be_used_are_refused_before_any_test(options, why):
    assert why in run(*options)


@pytest.mark.nightly
def test_the_tests_run_on_the_cluster_that_is_named(azure):
    before = azure.requests_served

    told = run("--adx-cluster", azure.kusto_uri, "--adx-database", "Telemetry", expects=0)

    assert azure.requests_served > before + 10
    assert "12 passed" in told


@pytest.mark.nightly
def test_a_database_that_is_not_there_fails(azure):
    assert "DatabaseNotFound" in run(
        "--adx-cluster", azure.kusto_uri, "--adx-database", "Elsewhere", expects=1
    )
