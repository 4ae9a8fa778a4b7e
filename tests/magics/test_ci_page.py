"""The pipelines of docs/ci.md: their very scripts run, job by job, in an environment of their own.

The console script is started as a pipeline does it: with nothing from the environment of the tests
but a path, against an embedded Azure that another process serves.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ci.md"
CLUSTER = "mycluster.westeurope"
FILE = """\
apiVersion: adxmi/v1
clusters: {prod: {uri: CLUSTER}}
policy: {mode: authoritative, databases: {Telemetry: {mi-ingest: [NativeIngestion]}}}
"""
# What the systems set, and the values of expressions that they replace.
GIVEN = {
    "github": {"GITHUB_ACTIONS": "true", "PULL_REQUEST": "7"},
    "azure": {"TF_BUILD": "True", "PLAN": "plan.json", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"},
}
TOOL = "#!/bin/sh\nprintf '%s\\n' \"$@\" >> calls.txt\n"


def pipelines():
    """Return the two pipelines of the page, by system."""
    texts = re.findall(r"^```yaml\n(.*?)\n```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return dict(zip(GIVEN, map(yaml.safe_load, texts), strict=True))


def scripts_of(value):
    """Return the scripts below a job or a stage, in their order."""
    if isinstance(value, list):
        return [one for part in value for one in scripts_of(part)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("run", "script", "inlineScript") if key in value]
    return own + [one for key, part in value.items() if key != "on" for one in scripts_of(part)]


def jobs_of(pipeline):
    """Return the scripts of each job or stage, without the installation."""
    jobs = pipeline.get("jobs") or {one["stage"]: one for one in pipeline["stages"]}
    return {
        name: [one for script in scripts_of(job) if (one := _without_installation(script))]
        for name, job in jobs.items()
    }


def _without_installation(script):
    return re.sub(r"^pip install .*\n?", "", script)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of an embedded Azure that a process of its own serves."""
    home = tmp_path_factory.mktemp("home")
    with subprocess.Popen(
        [Path(sys.executable).parent / "adxmi", "embedded", "serve"],
        env={"PATH": os.defpath, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        found = next(filter(None, (re.search(r"http://127\S+\d", line) for line in process.stdout)))
        yield found[0], home
        process.terminate()


@pytest.fixture(params=GIVEN)
def pipeline(request, served, tmp_path):
    """Run all scripts of a job in a checkout; return their exit codes."""
    uri, home = served
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("gh", "az"):
        (tools / name).write_text(TOOL)
        (tools / name).chmod(0o755)
    system = request.param
    (tmp_path / "adxmi.yaml").write_text(FILE.replace("CLUSTER", uri))
    programs = [str(tools), str(Path(sys.executable).parent), os.defpath]
    environment = {
        "PATH": os.pathsep.join(programs),
        "HOME": str(home),
        "ADXMI_CLUSTER": uri,
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "AGENT_TEMPDIRECTORY": str(tmp_path),
        **GIVEN[system],
    }
    for line in ("init -q", "init -q --bare origin", "remote add origin origin", "add adxmi.yaml"):
        subprocess.run(["git", *line.split()], cwd=tmp_path, check=True)
    jobs = jobs_of(pipelines()[system])

    def run(name):
        """Run a job, or a command of a person."""
        done = [
            subprocess.run(
                ["bash", "-e", "-c", script],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            for script in jobs.get(name, [name])
        ]
        return [one.returncode for one in done], "".join(one.stdout + one.stderr for one in done)

    return run


def test_the_pipelines_have_the_same_jobs_and_run_for_their_own_cluster():
    found = pipelines()

    assert {tuple(jobs_of(one)) for one in found.values()} == {("review", "plan", "apply", "drift")}
    assert {(one.get("env") or one["variables"])["ADXMI_CLUSTER"] for one in found.values()} == {
        CLUSTER
    }


def test_no_script_of_a_pipeline_holds_an_expression_that_a_pull_request_could_fill():
    scripts = [
        script for one in pipelines().values() for job in jobs_of(one).values() for script in job
    ]

    assert len(scripts) == 12
    assert not [script for script in scripts if "${{" in script or "$(" in script]


@pytest.mark.nightly
def test_review_apply_and_drift_run_as_the_page_says(pipeline, tmp_path):
    outputs = tmp_path / "output"
    outputs.touch()
    assert pipeline("adxmi policy delete --database Telemetry --yes")[0] == [0]

    codes, _ = pipeline("review")

    assert set(codes) == {0}
    assert "`+` add | `Telemetry`" in (tmp_path / "plan.md").read_text()
    assert json.loads((tmp_path / "plan.sarif").read_text())["version"] == "2.1.0"
    assert "7" in (tmp_path / "calls.txt").read_text()

    codes, told = pipeline("plan")

    assert codes == [0]
    assert re.search(r"code=3$|code;isOutput=true]3$", told + outputs.read_text(), re.MULTILINE)
    assert pipeline("apply")[0] == [0, 0]
    assert "mi-ingest" in pipeline("git --git-dir origin show main:adxmi.lock.json")[1]
    assert pipeline("drift")[0] == [0]

    by_hand = "adxmi policy grant --database Telemetry --identity mi-export --usage SqlRequest"
    assert pipeline(by_hand)[0] == [0]
    codes, told = pipeline("drift")

    assert codes == [3]
    assert "mi-export SqlRequest" in told
    assert pipeline("apply")[0][0] == 1  # the plan is stale
