"""Policy as code from an empty directory on, in a shell with git: as a team works with it."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.nightly

GIT = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Ada", "EMAIL": "ada@contoso.example"}.items()
}
EDITS = {
    r"(cluster:\n)    mi-export: \[AutomatedFlows\]\n": r"\1    {}\n",
    r"    Telemetry: \{\}\n": "    Telemetry: {mi-export: [AutomatedFlows], mi-ingest: [NativeIngestion]}\n",
}
BY_HAND = (
    "~ Telemetry: mi-export SqlRequest (not in the file)",
    "~ Telemetry: mi-ingest NativeIngestion (missing)",
)


@pytest.fixture
def shell(tmp_path):
    """Run a command of a shell in a directory that is empty at first; exit code and output."""
    directory = tmp_path / "cluster"
    directory.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADXMI_")}
    own = {"ADXMI_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path), "NO_COLOR": "1"}

    def run(line):
        words = re.sub(r"\badxmi ", f"{sys.executable} -m adxmi_jupyter ", line)
        done = subprocess.run(
            ["bash", "-c", words],
            cwd=directory,
            env=kept | own | GIT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    run.directory = directory
    yield run
    run("adxmi embedded stop")


def edit(file):
    text = file.read_text()
    for old, new in EDITS.items():
        text, count = re.subn(old, new, text)
        assert count == 1
    file.write_text(text)


def test_snapshot_commit_edit_plan_apply_drift_apply_undo(shell):
    assert shell("git init -q && adxmi embedded start")[0] == 0
    assert shell("adxmi snapshot --mode authoritative --out adxmi.yaml")[0] == 0
    assert shell("git add adxmi.yaml && git commit -qm Snapshot") == (0, "")
    assert shell("adxmi plan --exit-code")[0] == 0

    edit(shell.directory / "adxmi.yaml")
    code, plan = shell("adxmi plan --exit-code --save plan.json")
    assert (code, "Plan: 2 to grant, 1 to revoke" in plan) == (3, True)
    assert shell("git commit -qam Move")[0] == 0
    code, told = shell("adxmi apply plan.json")
    assert (code, "ConfirmationRequired: the plan removes 1" in told) == (1, True)
    assert "3 applied" in shell("adxmi apply plan.json --yes")[1]
    assert shell("adxmi drift")[0] == 0

    shell("adxmi policy grant --database Telemetry --identity mi-export --usage SqlRequest")
    shell(
        "adxmi policy revoke --database Telemetry --identity mi-ingest --usage NativeIngestion --yes"
    )
    code, drift = shell("adxmi drift")
    assert (code, [line for line in BY_HAND if line not in drift]) == (3, [])

    code, told = shell("adxmi apply --yes")
    number = re.search(r"undo --apply (\d+)", told)[1]
    assert (code, shell("adxmi plan --exit-code")[0]) == (0, 0)
    assert shell("git status --porcelain --untracked-files=no") == (0, "")

    assert shell(f"adxmi undo --apply {number} --yes")[0] == 0
    assert shell("adxmi drift")[1] == drift
    assert "nothing to undo" in shell(f"adxmi undo --apply {number} --yes")[1]
