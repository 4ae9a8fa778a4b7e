"""``plan --fleet`` and ``drift --fleet``: the plan of all clusters, in every format."""

import json
from pathlib import Path

import jsonschema
import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.plan import EXAMPLE
from adxmi_jupyter.model.plan_document import FLEET_NAME, schema_text
from tests.fleets import FLEET_FILE as FILE
from tests.fleets import three_clusters
from tests.rendering.sarif_schema import SCHEMA


@pytest.fixture
def fleet(azure, monkeypatch, tmp_path):
    """Three clusters beside the seeded one, and a directory for results."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    monkeypatch.chdir(tmp_path)
    three_clusters(azure)
    return azure


@pytest.fixture
def saved(magic):
    """Run a command with its result saved in all formats; return these by suffix."""

    def run(command):
        magic(f"{command} -o plan.json,plan.md,plan.sarif,plan.csv", FILE)
        return {form: Path(f"plan.{form}").read_text() for form in ("json", "md", "sarif", "csv")}

    return run


def test_the_files_of_a_plan_have_the_plans_of_all_clusters(saved, fleet):
    fleet.stop_cluster("contosonorth")

    files = saved("plan --fleet")

    document = json.loads(files["json"])
    jsonschema.validate(document, json.loads(schema_text(FLEET_NAME)))
    jsonschema.validate(json.loads(files["sarif"]), SCHEMA)
    assert {one["cluster"]: one["state"] for one in document["clusters"]} == {
        "contosoeast": "reached",
        "contosonorth": "stopped",
        "contosowest": "reached",
    }
    assert document["summary"]["add"] == 2
    assert "* stopped (1): `contosonorth`" in files["md"]
    assert "#### 2 clusters: `contosoeast`, `contosowest`" in files["md"]
    (run,) = json.loads(files["sarif"])["runs"]
    assert sorted(one["ruleId"] for one in run["results"]) == [
        "cluster-not-reached",
        "plan-add",
        "plan-add",
    ]
    assert files["csv"].startswith("cluster,cluster_state,status")


@pytest.mark.nightly
def test_the_plan_of_a_cluster_is_the_one_that_plan_shows_of_it_alone(magic, fleet):
    magic("plan --fleet -o fleet.json", EXAMPLE)
    magic("plan -o alone.json", EXAMPLE)

    alone = json.loads(Path("alone.json").read_text())
    (own,) = json.loads(Path("fleet.json").read_text())["clusters"]
    assert own["plan"] == {**alone, "cluster": "contoso"}


@pytest.mark.nightly
def test_drift_tells_what_each_cluster_lacks(saved, fleet):
    document = json.loads(saved("drift --fleet")["json"])

    assert document["summary"] == {
        **dict.fromkeys(("add", "remove", "change", "blocked", "unknown"), 0),
        "observed": 3,
    }


def test_a_later_run_takes_plans_over_as_they_were(saved, magic, fleet):
    fleet.faults.add("not-json", times=None, cluster="contosoeast")
    magic("plan --fleet", FILE)
    fleet.faults.clear()
    whole = saved("plan --fleet")

    again = saved("plan --fleet --since 1")

    assert again == whole


@pytest.mark.nightly
def test_plans_of_another_file_are_not_taken_over(magic, fleet):
    Path("adxmi.yaml").write_text(FILE)
    magic("plan --fleet")
    Path("adxmi.yaml").write_text(FILE.replace("NativeIngestion", "ExternalTable"))

    again = magic("plan --fleet --since 1")

    assert set(again.item) == {"ExternalTable"}


def test_what_a_cluster_does_not_show_is_told_beside_what_it_does(magic, fleet):
    fleet.faults.add("plain-text-400", times=None, match="policy", cluster="contosoeast")

    frame = magic("plan --fleet", FILE)

    states = {one["cluster"]: one["state"] for one in frame.attrs["adxmi"]["clusters"]}
    assert states == {
        "contosoeast": "read in part",
        "contosonorth": "reached",
        "contosowest": "reached",
    }
    assert set(frame[frame.cluster == "contosoeast"].status) == {"cannot see"}


def test_a_saved_plan_is_applied_to_the_clusters_that_it_is_for(magic, fleet):
    magic("plan --fleet --save plan.json", FILE)

    applied = magic("apply plan.json --fleet --waves canary,rest --max-age 1h")

    assert list(applied.result) == ["applied"] * 3


@pytest.mark.nightly
def test_a_saved_plan_of_clusters_that_were_not_reached_is_not_whole(magic, fleet):
    fleet.stop_cluster("contosonorth")
    magic("plan --fleet --save plan.json", FILE)

    with pytest.raises(errors.PartialRead, match="1 of 3 clusters"):
        magic("apply plan.json --fleet")
    applied = magic("apply plan.json --fleet --allow-partial")

    assert list(applied[applied.result.notna()].cluster) == ["contosoeast", "contosowest"]


@pytest.mark.nightly
def test_a_saved_plan_is_not_applied_where_a_cluster_changed(magic, fleet):
    magic("plan --fleet --save plan.json", FILE)
    magic("apply --fleet", FILE)

    with pytest.raises(errors.PartialRead, match="3 of 3 clusters"):
        magic("apply plan.json --fleet")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("made", "applied", "fix"),
    [
        ("plan --fleet --save plan.json", "apply plan.json", "%adxmi apply plan.json --fleet"),
        ("plan --save plan.json", "apply plan.json --fleet", "remove --fleet"),
    ],
)
def test_a_plan_of_one_cluster_is_told_from_one_of_many(magic, fleet, made, applied, fix):
    magic(made, FILE if "fleet" in made else EXAMPLE)

    with pytest.raises(errors.InvalidPolicyFile) as caught:
        magic(applied)

    assert caught.value.fix == fix


@pytest.mark.nightly
def test_the_exit_code_tells_changes_and_what_is_missing(adxmi, tmp_path):
    (tmp_path / "adxmi.yaml").write_text(EXAMPLE)
    file = ("--file", str(tmp_path / "adxmi.yaml"))

    codes = [
        adxmi(*words, *file).returncode
        for words in (
            ("plan", "--fleet"),
            ("plan", "--fleet", "--exit-code"),
            ("drift", "--fleet"),
            ("plan", "--fleet", "--deadline", "0s"),
            ("plan", "--fleet", "--since", "no"),
            ("plan", "--fleet", "--ccc"),
        )
    ]

    assert codes == [0, 3, 3, 1, 2, 2]


@pytest.mark.nightly
def test_a_ci_system_is_told_once_what_is_the_same_on_several_clusters(adxmi, tmp_path):
    (tmp_path / "adxmi.yaml").write_text(EXAMPLE.replace("additive", "observe"))

    done = adxmi("drift", "--fleet", "--file", str(tmp_path / "adxmi.yaml"), "--ci", "github")

    assert (
        "::warning file=adxmi.yaml,line=6,title=adxmi drift-missing::contoso: Telemetry: "
        "mi-ingest NativeIngestion (missing)"
    ) in done.stdout
