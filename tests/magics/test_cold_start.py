"""What a console's `policy show` on the embedded Azure loads, and what it must not wait for."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from adxmi_jupyter.magics.console import execute
code = execute(["policy", "show"])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""
OWN = "adxmi_jupyter"
FAMILIES = (
    *("databases", "exports", "external_tables", "followers", "functions", "ingestion", "journal"),
    *("logs", "materialized_views", "plugins", "policies", "schema", "stored_policies"),
)
MOST_OWN_MODULES = 215


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Names of the modules of the process, once it has shown the policy."""
    home = str(tmp_path_factory.mktemp("home"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADXMI_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, "ADXMI_DATA_DIR": home},
    )
    assert "mi-ingest" in done.stdout
    return frozenset(done.stderr.split())


@pytest.mark.parametrize(
    "name",
    [
        *("IPython", "traitlets", "ipywidgets", "anywidget", "pydantic", "tqdm", "yaml"),
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
