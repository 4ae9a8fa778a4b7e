"""``apply --fleet``: one policy file on many clusters, in waves, and back."""

import pytest

from adxmi_jupyter import errors
from tests.fleets import FLEET_FILE as FILE
from tests.fleets import THREE as NAMES
from tests.fleets import three_clusters


@pytest.fixture
def fleet(azure, monkeypatch):
    """Three clusters beside the seeded one; the tag of one says that it comes first."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    three_clusters(azure)
    return azure


def usages(azure):
    found = {}
    for name in NAMES:
        policy = azure.world.find_cluster(name).databases["Stock"].policy or []
        found[name] = [usage for item in policy for usage in item.usages]
    return found


def test_a_file_is_applied_to_its_clusters_and_undone_as_a_whole(magic, fleet):
    plan = magic("plan --fleet", FILE)
    applied = magic("apply --fleet --waves canary,rest", FILE)
    after = usages(fleet)
    magic("undo --fleet --apply 2 --yes")

    assert sorted(plan.cluster) == list(NAMES)
    assert "3 clusters: contosoeast, contosonorth, contosowest" in plan.to_text()
    assert list(applied.result) == ["applied"] * 3
    assert after == {key: ["NativeIngestion"] for key in NAMES}
    assert usages(fleet) == {key: [] for key in NAMES}


def test_the_next_wave_waits_for_one_that_went_well(magic, fleet):
    fleet.faults.add("plain-text-400", times=None, match=".alter-merge", cluster="contosowest")

    with pytest.raises(errors.ApplyIncomplete, match="3 of 3 clusters"):
        magic("apply --fleet --waves canary,rest", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_nothing_is_sent_where_a_cluster_cannot_be_planned(magic, fleet):
    fleet.stop_cluster("contosoeast")

    with pytest.raises(errors.PartialRead, match="1 of 3 clusters"):
        magic("apply --fleet", FILE)
    before = usages(fleet)
    magic("apply --fleet --allow-partial", FILE)

    assert before == {key: [] for key in NAMES}
    assert usages(fleet) == {name: ["NativeIngestion"] for name in NAMES} | {"contosoeast": []}


@pytest.mark.nightly
def test_removals_of_all_clusters_together_are_counted(magic, fleet):
    magic("apply --fleet", FILE)
    none = FILE.replace("{mi-ingest: [NativeIngestion]}", "{}")

    with pytest.raises(errors.ConfirmationRequired, match="contosoeast: the plan removes 1"):
        magic("apply --fleet", none)
    with pytest.raises(errors.ConfirmationRequired, match="the plans remove 3"):
        magic("apply --fleet --yes --max-removals 2", none)

    assert usages(fleet) == {key: ["NativeIngestion"] for key in NAMES}


@pytest.mark.nightly
@pytest.mark.parametrize("waves", ["nobody,rest", "canary"])
def test_waves_name_every_cluster_and_none_that_is_not_there(magic, fleet, waves):
    with pytest.raises(errors.InvalidValue, match="--waves"):
        magic(f"apply --fleet --waves {waves}", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_a_preview_sends_nothing(magic, fleet):
    magic("apply --fleet --dry-run", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_undoing_on_many_clusters_is_confirmed(magic, fleet):
    magic("apply --fleet", FILE)

    with pytest.raises(errors.ConfirmationRequired, match="3 clusters"):
        magic("undo --fleet --apply 1")


@pytest.mark.nightly
def test_the_temporary_role_of_one_cluster_is_not_for_many(magic, fleet):
    with pytest.raises(errors.ConflictingOptions, match="--elevate and --fleet"):
        magic("apply --fleet --elevate --yes", FILE)

    assert usages(fleet) == {name: [] for name in NAMES}
