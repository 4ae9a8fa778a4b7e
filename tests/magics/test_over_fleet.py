"""``--fleet``: one command on many clusters of the embedded Azure."""

import re
import stat

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.fleet.stored_frames import restored, stored
from tests.fleets import states


@pytest.fixture
def fleet(azure):
    """Clusters beside the seeded one, which runs, and the archive, which is stopped."""
    world = azure.world
    mi_ingest = world.identity("mi-ingest")
    for name in ("contosoeast", "contosowest"):
        cluster = world.add_cluster(name, subscription="Contoso", state="Running")
        cluster.identities = [mi_ingest]
        cluster.settings["trustedExternalTenants"] = [{"value": "*"}]
        world.at(cluster).add_database("Stock")
    azure.uris  # noqa: B018 - they listen from now on
    return azure


@pytest.fixture
def asked(fleet, monkeypatch):
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    return fleet


def test_each_cluster_has_its_rows_and_a_stopped_one_says_so(magic, asked):
    frame = magic("policy show --fleet")

    assert list(frame.columns[:2]) == ["cluster", "cluster_state"]
    assert states(frame) == {
        "contoso": "reached",
        "contosoeast": "reached",
        "contosowest": "reached",
        "contosoarchive": "stopped",
    }
    assert set(frame.cluster) == {"contoso", "contosoarchive"}
    (row,) = frame[frame.cluster == "contosoarchive"].to_dict("records")
    assert row["cluster_state"] == "stopped"
    assert frame.is_system.dtype == "boolean"


def test_the_summary_comes_first_with_what_asks_the_others(magic, asked):
    text = magic("policy show --fleet").to_text()

    assert text.startswith(
        "3 of 4 clusters reached\n"
        "  stopped (1): contosoarchive — state Stopped\n"
        "  ask the others again: %adxmi policy show --fleet --since 1\n"
    )


def test_the_matrix_of_many_clusters_is_a_picture_with_its_legend(magic, asked):
    frame = magic("policy matrix --fleet contoso,contosoeast")

    below = frame.to_text().splitlines()[-3:]
    page = frame._repr_html_()
    marks = set(re.findall(r"<td style=.*?; background: [^;]*? title=.*?>([^<]+)</td>", page))
    assert below[:2] == ["C = the cluster policy allows it", "D = the database policy allows it"]
    assert marks == {"C", "D", "d"}
    assert "<b>C</b> = the cluster policy allows it" in page
    assert f'title="{asked.world.identity("mi-export").object_id}">mi-export</th>' in page


def test_a_long_matrix_of_many_clusters_has_its_legend_too(magic, asked):
    for n in range(30):
        asked.world.add_database(f"Many{n}")

    frame = magic("policy matrix --fleet contoso")

    assert "<b>C</b> = the cluster policy allows it" in frame._repr_html_()


@pytest.mark.nightly
def test_what_asks_the_others_has_the_number_of_the_latest_run_only(magic, asked):
    magic("identity list --fleet contoso,contosoarchive")

    text = magic("identity list --fleet contoso,contosoarchive --since 1").to_text()

    assert (
        "  ask the others again: %adxmi identity list --fleet contoso,contosoarchive --since 2"
        in (text.splitlines())
    )


@pytest.mark.nightly
def test_equal_rows_of_many_clusters_are_displayed_once(magic, asked):
    frame = magic("identity list --fleet conto*st")

    assert len(frame) == 2
    assert [row[0] for row in frame.display.rows] == ["2 clusters: contosoeast, contosowest"]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("throttled", "throttled"),
        ("not-json", "failed"),
        ("unavailable", "failed"),
        ("dropped-before-write", "not reachable"),
    ],
)
def test_a_failing_cluster_keeps_no_other_from_its_rows(magic, asked, fault, state):
    asked.faults.add(fault, times=None, cluster="contosoeast", retry_after=0)

    frame = magic("identity list --fleet conto*st")

    assert states(frame) == {"contosoeast": state, "contosowest": "reached"}


@pytest.mark.nightly
def test_a_cluster_of_a_tenant_that_does_not_trust_ours_says_so(magic, asked):
    east = asked.world.find_cluster("contosoeast")
    east.tenant_id, east.settings["trustedExternalTenants"] = "0" * 8, []

    frame = magic("policy show --fleet contosoeast")

    assert states(frame) == {"contosoeast": "another tenant"}


def test_a_later_run_asks_only_those_that_were_not_reached(magic, asked):
    asked.faults.add("not-json", times=None, cluster="contosoeast")
    first = magic("policy show --fleet conto*st")
    asked.faults.clear()
    served = asked.requests_served
    again = magic("policy show --fleet conto*st --since last")

    assert states(first)["contosoeast"] == "failed"
    assert set(states(again).values()) == {"reached"}
    assert asked.requests_served - served == 4


@pytest.mark.nightly
def test_a_run_of_another_command_is_not_taken_over(magic, asked):
    magic("policy show --fleet conto*st")

    with pytest.raises(errors.InvalidValue, match="another command"):
        magic("identity list --fleet conto*st --since 1")


@pytest.mark.nightly
def test_what_is_kept_of_a_run_is_for_its_owner_only(magic, magics, asked):
    magic("policy show --fleet conto*st")

    directory = magics.connections.current().history_file.parent / "fleet" / "1"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in directory.iterdir()} == {0o600}
    assert len(list(directory.iterdir())) == 3


@pytest.mark.nightly
def test_a_frame_that_was_kept_is_the_same(magic, asked):
    frame = magic("policy show --cluster --all-databases")

    again = restored(stored(frame))

    assert again.equals(frame.astype(again.dtypes))
    assert list(again.dtypes) == list(frame.dtypes)


@pytest.mark.nightly
def test_a_selection_of_nothing_is_an_error(magic, asked):
    with pytest.raises(errors.InvalidValue, match="selects no cluster"):
        magic("policy show --fleet nothing*")


@pytest.mark.parametrize(
    "line", ["policy show --since 1", "policy show --deadline 1m", "check --allow-partial"]
)
def test_options_of_a_run_need_one(magic, line):
    with pytest.raises(errors.MissingOption, match="requires --fleet"):
        magic(line)


@pytest.mark.nightly
def test_what_is_for_one_cluster_is_refused(magic, asked):
    with pytest.raises(errors.ConflictingOptions):
        magic("check --fleet --fix --dry-run")


@pytest.mark.nightly
def test_the_console_tells_a_partial_result_by_its_code(adxmi):
    partial = adxmi("policy", "show", "--fleet")
    allowed = adxmi("policy", "show", "--fleet", "--allow-partial")

    assert (partial.returncode, allowed.returncode) == (1, 0)


@pytest.mark.nightly
def test_each_cluster_is_recorded_once_though_a_run_takes_over_another(magic, magics, asked):
    asked.faults.add("not-json", times=None, cluster="contosoeast")
    first = magic("history record --fleet conto*st")
    asked.faults.clear()
    again = magic("history record --fleet conto*st --since last")

    assert states(first)["contosoeast"] == "failed"
    assert set(states(again).values()) == {"reached"}
    assert set(again["cluster"]) == {"contosoeast", "contosowest"}
    assert "rows" in again
    kept_in = magics.connections.current().history_file.parent
    folders = kept_in.glob("**/*.runs/@runs.jsonl")
    assert [len(one.read_text("utf-8").splitlines()) for one in folders] == [1, 1]


@pytest.mark.parametrize("names", [",", "',,'"])
def test_commas_alone_do_not_mean_all_clusters(magic, asked, names):
    with pytest.raises(errors.InvalidValue, match="names no cluster"):
        magic(f"policy show --fleet {names}")


@pytest.mark.parametrize(
    "text",
    ["include: {clusters: []}", "include: {subscriptions: []}", "include: {tags: {}}"],
)
def test_a_fleet_file_with_an_empty_list_does_not_mean_all_clusters(magic, asked, text, tmp_path):
    file = tmp_path / "fleet.yaml"
    file.write_text(text, "utf-8")

    with pytest.raises(errors.InvalidPolicyFile, match="line 1, column 11"):
        magic(f"policy show --fleet {file}")


def test_a_stopped_cluster_is_told_where_roles_are_to_be_cleaned_up(magic, asked):
    found = magic("role cleanup --fleet contoso,contosoarchive --yes")

    assert states(found) == {"contoso": "reached", "contosoarchive": "stopped"}
    assert "stopped (1): contosoarchive — state Stopped" in found.to_text()
