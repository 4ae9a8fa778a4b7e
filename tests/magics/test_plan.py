"""The verb ``plan``: what it shows, saves and exits with, in a notebook and in a console."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.console import execute

FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy:
  mode: authoritative
  databases:
    "*":   {except: [Sales], entries: {"{{who}}": [SqlRequest]}}
    Sales: {mi-export: [ExternalTable], mi-ingest: [NativeIngestion, DataConnection]}
"""
MATCHING = (
    "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\npolicy: {databases: {Sales: {}}}"
)


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.nightly
def test_a_plan_shows_each_change_once_with_totals_and_commands(directory, capsys):
    (directory / "adxmi.yaml").write_text(FILE)

    code = execute(["plan", "--var", "who=mi-export", "--exit-code"])

    shown = capsys.readouterr().out.splitlines()
    assert code == 3
    assert shown[0] == "+ 2 databases (Telemetry, Tom's Lab): mi-export SqlRequest"
    assert "Plan: 2 to grant, 1 to revoke, 0 identities, 0 roles." in shown
    assert sum(line.startswith("  .alter") for line in shown) == 3


def test_a_cluster_that_matches_has_no_changes(directory, capsys):
    (directory / "other.yaml").write_text(MATCHING)

    code = execute(["plan", "--file", "other.yaml", "--exit-code"])

    shown = capsys.readouterr().out.splitlines()
    assert (code, shown[0]) == (0, "No changes. The cluster matches other.yaml.")


def test_an_exception_that_no_database_has_is_warned_of_with_its_line(directory, capsys):
    text = FILE.replace("{{who}}", "mi-export").replace("[Sales]", "[SALES, Telemtry]")
    (directory / "adxmi.yaml").write_text(text)

    assert execute(["plan"]) == 0
    assert execute(["plan", "-o", "json"]) == 0
    shown, _, document = capsys.readouterr().out.partition("\n{")

    assert shown.count("Warning: ") == 1
    assert "adxmi.yaml, line 6: policy, except: there is no database 'Telemtry'; Tele" in shown
    told = {"section": "policy", "name": "Telemtry", "match": "Telemetry", "line": 6}
    assert json.loads("{" + document)["unmatched"] == [told]


@pytest.mark.nightly
def test_of_several_clusters_only_a_likely_typing_error_is_warned_of(directory, capsys):
    other = "other: {uri: 'https://other.westeurope.kusto.windows.net'}"
    text = FILE.replace("{{who}}", "mi-export").replace("embedded}}", "embedded}, " + other + "}")
    (directory / "adxmi.yaml").write_text(text.replace("[Sales]", "[Sales, OnTheOther, Telemtry]"))

    assert execute(["plan"]) == 0

    assert capsys.readouterr().out.count("Warning: ") == 1


@pytest.mark.nightly
def test_a_saved_plan_tells_other_tools_the_changes(directory):
    (directory / "adxmi.yaml").write_text(FILE)

    execute(["plan", "--var", "who=mi-export", "--save", "plan.json"])

    saved = json.loads((directory / "plan.json").read_text())
    assert saved["format_version"] == "1.1"
    counts = {"add": 2, "remove": 1, "change": 0, "blocked": 0, "observed": 0, "unknown": 0}
    assert saved["summary"] == counts
    assert saved["changes"][0]["address"] == "database/Telemetry/policy/mi-export/SqlRequest"
    assert saved["changes"][0]["line"] == 6


def test_a_mistake_in_the_file_ends_with_its_place(directory, capsys):
    (directory / "adxmi.yaml").write_text(FILE.replace("policy:", "polcy:"))

    assert execute(["plan", "--var", "who=mi-export"]) == 1
    assert "InvalidPolicyFile: adxmi.yaml, line 3, column 1: " in capsys.readouterr().err


@pytest.mark.nightly
def test_what_may_not_be_read_ends_with_an_error_unless_that_is_allowed(
    directory, capsys, monkeypatch
):
    (directory / "adxmi.yaml").write_text(MATCHING.replace("{databases", "{cluster: {}, databases"))
    monkeypatch.setenv("ADXMI_CREDENTIAL", "as:reader")

    assert execute(["plan"]) == 1
    assert "? policy of the cluster: requires AllDatabasesMonitor" in capsys.readouterr().err
    assert execute(["plan", "--allow-partial"]) == 0


def test_the_schema_is_printed_as_it_is(capsys):
    assert execute(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "adxmi.yaml"


def test_a_cell_holds_the_file_and_the_result_is_a_frame(magic):
    frame = magic("plan", MATCHING.replace("{}}}", "{mi-export: [All]}}}"))

    assert list(frame["status"]) == ["planned"]
    assert list(frame["change"]) == ["added"]
    assert repr(frame).startswith("+ Sales: mi-export All")
    assert "Managed identity policy" in frame._repr_html_()
    assert frame.loc[0, "line"] == 4


def test_a_place_in_a_cell_is_counted_from_its_first_line(magic):
    with pytest.raises(errors.InvalidPolicyFile, match="the cell, line 4, column 1"):
        magic("plan", MATCHING.replace("policy", "polcy"))
    with pytest.raises(errors.InvalidPolicyFile, match="the cell, line 6, column 1"):
        magic("plan", "--allow-partial\n---\n" + MATCHING.replace("policy", "polcy"))


@pytest.mark.parametrize("line", ["plan --var who=mi-export", "plan"])
def test_values_of_a_cell_are_given_or_variables_of_the_notebook(magic, ip, line):
    ip.user_ns["who"] = "mi-export" if line == "plan" else "mi-ingest"

    frame = magic(line, MATCHING.replace("{}}}", '{"{{who}}": [All]}}}'))

    assert list(frame["name"]) == ["mi-export"]


@pytest.mark.nightly
def test_a_value_that_there_is_not_is_told_with_its_place(magic):
    with pytest.raises(errors.InvalidPolicyFile, match="the cell, line 4") as caught:
        magic("plan", MATCHING.replace("{}}}", '{"{{whom}}": [All]}}}'))

    assert "--var, --var-file and the notebook have no whom" in caught.value.why


@pytest.mark.nightly
def test_a_part_of_a_plan_is_planned_saved_and_applied_by_its_addresses(magic, directory):
    wanted = MATCHING.replace("{}}}", "{mi-export: [SqlRequest, AzureAI]}}}")
    address = "database/Sales/policy/mi-export/SqlRequest"

    planned = magic(f"plan --target {address} --save plan.json", wanted)
    applied = magic("apply plan.json")
    left = magic("plan", wanted)

    assert list(planned["item"]) == list(applied["item"]) == ["SqlRequest"]
    assert list(left["item"]) == ["AzureAI"]
    with pytest.raises(errors.InvalidValue, match=address) as caught:
        magic(f"apply --target {address}", wanted)
    assert "database/Sales/policy/mi-export/AzureAI" in caught.value.fix


@pytest.mark.nightly
def test_a_cell_is_applied_and_compared_and_saved(magic, directory):
    wanted = MATCHING.replace("{}}}", '{"{{who}}": [SqlRequest]}}}')

    magic("plan --var who=mi-export --save plan.json", wanted)
    applied = magic("apply plan.json")
    drift = magic("drift --var who=mi-export", wanted)

    assert list(applied["result"]) == ["applied"]
    assert set(drift["change"]) == {"removed"}


def test_without_a_file_the_error_says_how_to_get_one(magic, directory):
    with pytest.raises(errors.MissingOption, match=r"adxmi\.yaml"):
        magic("plan")


@pytest.mark.nightly
def test_a_snapshot_is_saved_and_planned(directory, capsys):
    assert execute(["snapshot", "--out", "adxmi.yaml", "--mode", "authoritative"]) == 0
    assert capsys.readouterr().out == ""
    assert execute(["plan", "--exit-code"]) == 0


def test_a_snapshot_is_shown_as_it_is(magic):
    shown = magic("snapshot --database Sales")

    assert str(shown) == repr(shown)
    assert "    Sales:\n" in shown


def test_drift_tells_both_sides_of_a_difference_whatever_the_modes_are(directory, capsys):
    (directory / "adxmi.yaml").write_text(MATCHING.replace("{}}", "{mi-export: [SqlRequest]}}"))

    code = execute(["drift"])

    shown = capsys.readouterr().out.splitlines()
    assert code == 3
    assert "~ Sales: mi-export SqlRequest (missing)" in [" ".join(line.split()) for line in shown]
    assert "~ Sales: mi-ingest DataConnection (not in the file)" in [
        " ".join(line.split()) for line in shown
    ]
    assert not any(line.startswith("  .alter") for line in shown)


@pytest.mark.nightly
def test_there_is_no_drift_after_a_snapshot(directory):
    execute(["snapshot", "--out", "adxmi.yaml"])

    assert execute(["drift"]) == 0


@pytest.mark.parametrize(
    ("option", "text", "error", "said"),
    [
        ("--var v=a,v=b", "", errors.InvalidValue, "--var gives v twice"),
        ("--var-file v.yaml", "v: [a", errors.InvalidPolicyFile, "v.yaml isn't YAML"),
        ("--var-file v.yaml", "v: a\nv: b", errors.InvalidPolicyFile, "v.yaml can't be read"),
        ("--var-file v.yaml", "v: 010", errors.InvalidPolicyFile, "v.yaml can't be read"),
        ("--var-file v.yaml", "v: true", errors.InvalidValue, "v.yaml holds no variables"),
    ],
)
def test_variables_that_could_be_read_in_two_ways_are_an_error(
    magic, tmp_path, monkeypatch, option, text, error, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v.yaml").write_text(text)

    with pytest.raises(error) as caught:
        magic(f"plan {option}", "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n")

    assert caught.value.what.startswith(said)
