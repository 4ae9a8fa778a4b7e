"""``snapshot --fleet``: a policy file of each cluster, which a plan of it agrees with."""

from pathlib import Path

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from tests.fleets import three_clusters

pytestmark = pytest.mark.nightly


@pytest.fixture
def fleet(azure, monkeypatch, tmp_path):
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    monkeypatch.chdir(tmp_path)
    three_clusters(azure)
    one = azure.world.identity("mi-ingest")
    item = PolicyItem(
        one.object_id, one.client_id, one.tenant_id, one.display_name, False, ("All",)
    )
    azure.world.find_cluster("contosoeast").databases["Stock"].policy = [item]
    return azure


def test_each_cluster_has_a_file_of_its_own_with_which_a_plan_finds_no_changes(magic, fleet):
    frame = magic("snapshot --fleet contosoeast,contosonorth -o kept --mode authoritative")

    east = Path("kept/contosoeast.yaml").read_text("utf-8")
    assert "https://contosoeast.westeurope.kusto.windows.net" in east
    assert "mi-ingest" in east
    assert sorted(one.name for one in Path("kept").glob("*.yaml")) == [
        "contosoeast.yaml",
        "contosonorth.yaml",
    ]
    assert list(frame.file) == [
        str(Path("kept/contosoeast.yaml")),
        str(Path("kept/contosonorth.yaml")),
    ]
    planned = magic("plan --fleet contosoeast -f kept/contosoeast.yaml")
    assert planned.empty
    assert planned.attrs["adxmi"]["clusters"][0]["state"] == "reached"


def test_a_cluster_that_is_not_reached_is_told_and_its_older_file_stays(magic, fleet, printed):
    magic("snapshot --fleet contosoeast,contosonorth -o kept")
    before = Path("kept/contosonorth.yaml").read_bytes()
    fleet.stop_cluster("contosonorth")
    printed()

    frame = magic("snapshot --fleet contosoeast,contosonorth -o kept")

    assert list(frame.cluster_state) == ["reached", "stopped"]
    assert Path("kept/contosonorth.yaml").read_bytes() == before
    assert printed()[-1].startswith("not written again, from an earlier snapshot: kept")


@pytest.mark.parametrize(
    ("out", "error"),
    [("", errors.MissingOption), ("-o fleet.yaml", errors.InvalidValue)],
)
def test_it_requires_a_directory(magic, fleet, out, error):
    with pytest.raises(error):
        magic(f"snapshot --fleet contosoeast {out}")
