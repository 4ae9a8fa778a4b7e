"""What plan, drift and apply tell a CI system, and write for other tools."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.magics.console import execute
from adxmi_jupyter.model.plan_document import generated_texts, schema_text
from tests.rendering.sarif_schema import SCHEMA

FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy:
  mode: authoritative
  databases:
    Sales: {mi-export: [ExternalTable], mi-ingest: [NativeIngestion]}
"""
BLOCKED = (
    "line=6,title=adxmi plan-blocked::blocked: apply removes mi-ingest DataConnection from Sales "
    "(a workflow needs it; needed by event-hub sales-orders (Sales))"
)
GITHUB, AZURE_DEVOPS = {"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}


@pytest.fixture
def run(adxmi):
    """Run a line beside a policy file."""

    def run(*words, text=FILE, file="adxmi.yaml", **environment):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, "utf-8")
        return adxmi(*words, **environment)

    return run


def test_the_shipped_schema_of_plans_is_the_declared_one():
    assert {name: schema_text(name) for name in generated_texts()} == generated_texts()


@pytest.mark.nightly
def test_a_github_step_gets_annotations_at_the_line_and_a_summary(run, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")

    done = run("plan", **GITHUB, GITHUB_STEP_SUMMARY=str(summary), GITHUB_WORKSPACE=str(tmp_path))

    assert done.stdout.splitlines()[0] == f"::error file=adxmi.yaml,{BLOCKED}"
    assert done.stdout.splitlines()[1].startswith("! - Sales: mi-ingest DataConnection")
    assert summary.read_text().startswith("before\n<!-- adxmi -->\n### adxmi: `embedded Azure`\n")


@pytest.mark.nightly
def test_a_step_of_azure_pipelines_gets_them_in_its_own_way(run, tmp_path):
    done = run("plan", **AZURE_DEVOPS, AGENT_TEMPDIRECTORY=str(tmp_path))

    issue, summary, *_ = done.stdout.splitlines()
    file = Path(summary.removeprefix("##vso[task.uploadsummary]"))
    assert issue.startswith(
        "##vso[task.logissue type=error;sourcepath=adxmi.yaml;linenumber=6;code=plan-blocked;]"
    )
    assert file.read_text().startswith("<!-- adxmi -->\n")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("words", "environment", "begins"),
    [
        ((), {}, "!"),
        (("--ci", "github"), {}, "::error"),
        (("--ci", "azure-devops"), GITHUB, "##vso[task.logissue"),
        (("--ci", "none"), GITHUB, "!"),
        ((), {"GITHUB_ACTIONS": "false"}, "!"),
    ],
)
def test_the_option_decides_and_else_the_environment(run, words, environment, begins):
    assert run("plan", *words, **environment).stdout.startswith(begins)


@pytest.mark.nightly
def test_a_file_is_named_as_the_repository_names_it(run, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    file = tmp_path / "envs" / "prod" / "adxmi.yaml"
    file.parent.mkdir(parents=True)
    monkeypatch.chdir(file.parent)

    done = run("plan", "-o", "x.sarif", "--ci", "github", file=file)

    run_of = json.loads(Path("x.sarif").read_text())["runs"][0]
    place = run_of["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert done.stdout.startswith(f"::error file=envs/prod/adxmi.yaml,{BLOCKED}")
    assert place["uri"] == "envs/prod/adxmi.yaml"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("Sales: 3 #", "line=6,col=5"),
        ("Sales: {mi-export: no} #", "line=6,col=24"),
        ("Sales: {}\n    Sales:", "line=7,col=5"),
        ("Sales: [ #", "line=7,col=1"),
        ("Sales: !!set {} #", "line=6,col=12"),
    ],
)
def test_a_mistake_in_the_file_is_an_annotation_at_its_place(run, wrong, place):
    done = run("plan", text=FILE.replace("Sales:", wrong), **GITHUB)

    assert done.returncode == 1
    assert done.stdout.startswith(f"::error file=adxmi.yaml,{place},title=adxmi policy-file::")


@pytest.mark.nightly
def test_any_other_error_is_an_annotation_without_a_place(run):
    done = run("apply", text=FILE.replace("embedded", "help.westeurope"), **GITHUB)

    assert done.returncode == 1
    assert done.stdout.startswith("::error title=adxmi failed::adxmi.yaml is not for the cluster")


@pytest.mark.nightly
def test_json_in_the_standard_output_has_annotations_beside_it(run):
    done = run("drift", "-o", "json", **GITHUB)

    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads(schema_text()))
    assert done.returncode == 3
    assert document["summary"]["observed"] == len(document["changes"]) == 1
    assert "::warning file=adxmi.yaml,line=6,title=adxmi drift-extra::" in done.stderr


@pytest.mark.nightly
def test_one_plan_is_written_in_several_formats(run):
    done = run("plan", "-o", "plan.json,plan.md, plan.sarif,plan.csv", "--save", "saved.json")

    document, saved = (json.loads(Path(name).read_text()) for name in ("plan.json", "saved.json"))
    jsonschema.validate(saved, json.loads(schema_text()))
    jsonschema.validate(json.loads(Path("plan.sarif").read_text()), SCHEMA)
    assert (done.returncode, done.stdout) == (0, "")
    assert document.items() <= saved.items()
    assert document["changes"][0]["address"] == "database/Sales/policy/mi-ingest/DataConnection"
    assert Path("plan.md").read_text().startswith("<!-- adxmi -->")
    assert Path("plan.csv").read_text().startswith("status,scope,database,")


@pytest.mark.nightly
def test_a_notebook_writes_the_same_files_and_no_annotations(magic, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    magic(f"plan --out {tmp_path}/plan.json,{tmp_path}/plan.sarif", FILE)

    jsonschema.validate(json.loads((tmp_path / "plan.json").read_text()), json.loads(schema_text()))
    sarif = json.loads((tmp_path / "plan.sarif").read_text())
    assert "physicalLocation" not in sarif["runs"][0]["results"][0]["locations"][0]
    assert "::" not in capsys.readouterr().out


@pytest.mark.nightly
def test_what_may_not_be_read_is_in_every_report_and_still_an_error(run):
    text = FILE.replace("databases:", "cluster: {}\n  databases:")

    done = run("plan", "-o", "plan.json", text=text, **GITHUB, ADXMI_CREDENTIAL="as:reader")

    document = json.loads(Path("plan.json").read_text())
    assert done.returncode == 1
    assert document["cannot_see"][0]["right"] == "AllDatabasesMonitor"
    assert document["summary"]["unknown"] == len(document["cannot_see"])
    assert "title=adxmi plan-unseen::policy of the cluster could not be read" in done.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["##vso[task.setvariable variable=a]b", "##[add-mask]x"])
def test_a_name_of_the_service_forges_no_command_in_any_output(run, name):
    with EmbeddedAzure() as azure:
        sales = azure.world.cluster.databases["Sales"]
        sales.policy = [replace(one, display_name=name) for one in sales.policy]
        found = {
            words: run(*words, **AZURE_DEVOPS, ADXMI_CLUSTER=f"{azure.kusto_uri}/Sales")
            for words in (("policy", "show", "-d", "Sales", "-o", "csv"), ("policy", "show"))
        }

    for done in found.values():
        assert done.returncode == 0
        assert "##" not in done.stdout + done.stderr
        assert "\\u0023#" in done.stdout


@pytest.mark.parametrize("target", ["x.sarif", "sarif", "a.csv,b.sarif"])
def test_only_results_that_have_findings_are_written_as_sarif(run, target):
    done = run("policy", "show", "-o", target)

    assert done.returncode == 2
    assert "has no known format" in done.stderr


@pytest.mark.parametrize(
    ("target", "what", "fix"),
    [
        ("plan.xls,plan.md", "--out plan.xls has no known format", "plan.csv,plan.md"),
        ("none/plan.md,plan.json", "--out none/plan.md cannot be written", "plan.md,plan.json"),
    ],
)
def test_of_several_files_each_one_is_checked_before_a_request(run, target, what, fix):
    done = run("plan", "-o", target)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-3] == f"InvalidValue: {what}"
    assert done.stderr.splitlines()[-1] == f"  fix: adxmi plan --out {fix}"
    assert sorted(one.name for one in Path.cwd().iterdir()) == ["adxmi.yaml"]


@pytest.mark.nightly
def test_apply_tells_what_is_blocked_and_what_it_did(run, tmp_path):
    blocked = run("apply", "--yes", **GITHUB)
    summary = tmp_path / "summary.md"
    done = run("apply", "--yes", "--break-workflows", **GITHUB, GITHUB_STEP_SUMMARY=str(summary))

    assert blocked.returncode == 1
    assert blocked.stdout.splitlines()[0] == f"::error file=adxmi.yaml,{BLOCKED}"
    assert blocked.stdout.splitlines()[1].startswith("::error title=adxmi failed::the plan has 1")
    assert "- Sales: mi-ingest DataConnection" in summary.read_text()
    assert done.returncode == 0


@pytest.mark.parametrize("verb", ["plan", "apply", "drift"])
def test_help_in_a_console_lists_the_exit_codes(verb, capsys, magic):
    execute([verb, "--help"])
    told = capsys.readouterr().out
    magic(f"{verb} --help")

    section = told.partition("Exit codes:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in section.splitlines()] == ["0", "1", "2", "3", "130"]
    assert "Exit codes:" not in capsys.readouterr().out


@pytest.mark.nightly
def test_apply_that_is_interrupted_exits_with_130(run, azure, interrupted):
    interrupted(".alter")

    text = FILE.replace("embedded", azure.kusto_uri)
    words = ("apply", "--yes", "--break-workflows")
    done = run(*words, text=text, ADXMI_CLUSTER=azure.kusto_uri)

    assert done.returncode == 130
