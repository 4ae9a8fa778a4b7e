"""What a console's `policy show` on the embedded Azure loads, and what it must not wait for."""

import os
import subprocess
import sys

import click
import pytest

from adxmi_jupyter.magics.tree import source_of, summary_of, tree

PROGRAM = """
import sys
from adxmi_jupyter.magics.console import execute
code = execute(sys.argv[1:])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""
OWN = "adxmi_jupyter"
FAMILIES = (
    *("databases", "exports", "external_tables", "followers", "functions", "ingestion", "journal"),
    *("logs", "materialized_views", "plugins", "policies", "schema", "stored_policies"),
)
MOST_OWN_MODULES = 253


def modules_of(home, *arguments):
    """Return what a process prints, and the names of the modules that it has loaded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADXMI_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, "ADXMI_DATA_DIR": str(home)},
    )
    return done.stdout, frozenset(done.stderr.split())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Names of the modules of the process, once it has shown the policy."""
    told, found = modules_of(tmp_path_factory.mktemp("home"), "policy", "show")
    assert "mi-ingest" in told
    return found


@pytest.fixture(scope="module")
def loaded_for_help(tmp_path_factory):
    """Names of the modules of the process, once it has shown the help."""
    told, found = modules_of(tmp_path_factory.mktemp("home"), "--help")
    assert "externaldata" in told
    return found


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name",
    [
        *(
            "IPython",
            "traitlets",
            "ipywidgets",
            "anywidget",
            "pydantic",
            "tqdm",
            "yaml",
            "rich",
            "xlsxwriter",
        ),
        *("filelock", "platformdirs", "aiohttp", "tornado", "azure.mgmt", "azure.kusto.ingest"),
        *("duckdb", "duckdb_kql"),
        *(f"{OWN}.{each}" for each in ("forms", "model.connection_string", "actions.check")),
        *(f"{OWN}.{each}" for each in ("actions.diagnosis", "actions.workflow", "magics.bridge")),
        *(f"{OWN}.{each}" for each in ("actions.write.protocol", "service.followers")),
        *(f"{OWN}.embedded.{each}" for each in ("arm.routes", "kusto.query", "ingestion.jobs")),
        *(f"{OWN}.embedded.{each}" for each in ("kusto.script", "kusto.journal.states")),
    ],
)
def test_showing_a_policy_loads_nothing_of(loaded, name):
    assert not {each for each in loaded if each == name or each.startswith(f"{name}.")}


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_of_commands_is_loaded_of_which_none_came(loaded, family):
    assert f"{OWN}.embedded.kusto.{family}.syntax" not in loaded


def test_no_workflow_is_loaded(loaded):
    assert not {each for each in loaded if each.startswith(f"{OWN}.model.workflow.")}


def test_own_modules_stay_few(loaded):
    assert len({each for each in loaded if each.startswith(OWN)}) <= MOST_OWN_MODULES


@pytest.mark.parametrize(
    "name",
    [
        *("pandas", "numpy", "azure", "requests", "pydantic", "rich", "IPython", "ssl", "asyncio"),
        *("importlib.metadata", f"{OWN}.embedded", f"{OWN}.actions", f"{OWN}.service"),
        *(f"{OWN}.magics.policy", f"{OWN}.magics.workflow", f"{OWN}.model.workflow.export"),
    ],
)
def test_help_loads_nothing_of(loaded_for_help, name):
    assert not {each for each in loaded_for_help if each == name or each.startswith(f"{name}.")}


def test_help_tells_of_each_noun_what_its_own_help_tells():
    context = click.Context(tree)
    shown = {name: summary_of(*source_of(name)) for name in tree.list_commands(context)}

    own = {name: tree.get_command(context, name).help for name in shown}

    assert shown == {name: text.splitlines()[0].rstrip(".") for name, text in own.items()}
