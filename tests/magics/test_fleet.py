"""``fleet list`` and ``fleet identities``, as a user reads them."""

import pytest

from adxmi_jupyter.errors import (
    InvalidPolicyFile,
    InvalidValue,
    MissingOption,
    UnknownIdentity,
)


@pytest.fixture
def fleet(magic, monkeypatch):
    """Run a command on the fleet to learn on, as fast as it answers."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    magic("embedded reset --world fleet")
    return magic


def test_clusters_of_all_subscriptions_with_what_they_share(fleet):
    frame = fleet("fleet list").set_index("cluster")

    assert len(frame) == 7
    assert frame.loc["contosolab", "deleted_identities"] == ("mi-lab",)
    assert frame.loc["contosoretailus", "unknown_identities"] == ("mi-finance",)
    assert frame.loc["contosoreports", "follows"] == ("contosoretaileu/Sales",)
    assert (
        list(frame.index).index("contosoreports") == list(frame.index).index("contosoretaileu") + 1
    )


@pytest.mark.nightly
def test_what_is_displayed(fleet):
    lines = str(fleet("fleet list --subscription 'Contoso Lab,Contoso Retail,Nope'")).splitlines()

    assert lines[:3] == [
        "5 clusters in 2 subscriptions that can be read",
        "  skipped: 1 Synapse Data Explorer pool (retired)",
        "not complete: subscription nope can't be read, or doesn't exist",
    ]
    assert "Running (provisioning Failed)" in lines[-1]
    assert "mi-finance (unknown)" in lines[-1]


def test_identities_that_clusters_share(fleet):
    frame = fleet("fleet identities").set_index("identity")

    assert frame["state"].to_dict() == {
        **dict.fromkeys(("mi-export", "mi-ingest", "mi-retail"), "present"),
        "mi-finance": "unknown",
        "mi-lab": "deleted",
    }
    assert frame.loc["mi-retail", "assigned_to"] == ("contosoretaileu", "contosoretailus")


@pytest.mark.nightly
def test_a_fleet_file_and_an_option_of_another_kind(fleet, tmp_path):
    file = tmp_path / "fleet.yaml"
    file.write_text("include:\n  tags: {stage: prod}\nexclude:\n  clusters: '*vault'\n")

    frame = fleet(f"fleet list -f {file} --cluster-name contosoretail*")

    assert list(frame["cluster"]) == ["contosoretaileu", "contosoretailus"]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("include:\n  tag: {a: b}\n", "line 2, column 3: there is no key 'tag' here", "write tags"),
        ("", "line 1, column 1: it is no fleet file", "begin it with include: or exclude:"),
        (
            "exclude:\n  clusters: [7]\n",
            "line 2, column 14: item 1 of clusters can't be used",
            'write it in quotes: "7"',
        ),
    ],
)
def test_mistakes_in_a_fleet_file_have_a_place(magic, tmp_path, text, what, fix):
    file = tmp_path / "fleet.yaml"
    file.write_text(text)

    with pytest.raises(InvalidPolicyFile) as caught:
        magic(f"fleet list -f {file}")

    assert caught.value.what == f"{file}, {what}"
    assert caught.value.fix == fix


def test_a_tag_without_a_value(magic):
    with pytest.raises(InvalidValue) as caught:
        magic("fleet list --tag stage")

    assert caught.value.fix == "%adxmi fleet list --tag stage=*"


def test_where_an_identity_is_allowed_what(fleet):
    frame = fleet("fleet identity mi-export --cluster-name contosoretail*,contosolab")

    told = frame[["cluster", "cluster_state", "assigned", "kind", "database", "what"]]
    rows = {tuple(row) for row in told.fillna("?").itertuples(index=False, name=None)}
    assert rows == {
        ("contosolab", "stopped", "yes", "?", "?", "?"),
        ("contosoretaileu", "reached", "yes", "policy entry", "Sales", "ExternalTable"),
        ("contosoretailus", "reached", "yes", "policy entry", "Sales", "ExternalTable"),
        ("contosoretailus", "reached", "yes", "policy entry", "Stock", "All"),
    }


@pytest.mark.nightly
def test_workflows_of_an_identity_are_found_too(fleet):
    frame = fleet("fleet identity mi-export --cluster-name contoso")

    assert ("external table", "ArchivedOrders") in set(
        zip(frame["kind"], frame["what"], strict=True)
    )


@pytest.mark.nightly
def test_an_identity_that_no_cluster_has(fleet):
    with pytest.raises(UnknownIdentity) as caught:
        fleet("fleet identity mi-exprot")

    assert "mi-export" in caught.value.fix


def test_siblings_that_differ(fleet):
    frame = fleet("fleet compare --cluster-name contosoretail*")

    told = frame[["part", "database", "subject", "value", "difference"]]
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        ("policy", "(cluster)", "mi-finance", "AutomatedFlows", "additional"),
        ("policy", "Stock", "mi-export", "All", "additional"),
    ]
    assert set(frame["clusters"]) == {("contosoretailus",)}


@pytest.mark.nightly
def test_a_cluster_that_is_not_reached_has_no_digest(fleet):
    frame = fleet("fleet list --policy --cluster-name contosoretail*,contosolab")

    digests = frame.set_index("cluster")["policy"]
    assert digests.isna().to_dict() == {
        "contosolab": True,
        "contosoretaileu": False,
        "contosoretailus": False,
    }
    assert digests["contosoretaileu"] != digests["contosoretailus"]


def test_a_part_there_is_none_of(magic):
    with pytest.raises(InvalidValue) as caught:
        magic("fleet compare --part polcy")

    assert caught.value.fix == "%adxmi fleet compare --part policy"


@pytest.mark.nightly
def test_what_may_be_denied_is_unknown_and_names_the_permission(fleet):
    fleet("connect embedded --credential as:reader")

    compared, used = fleet("fleet compare"), fleet("fleet identity mi-export")

    for told in (compared, used):
        assert "  requires: AllDatabasesMonitor; Reader on the" in told.to_text()
    assert used["kind"].isna().any()
    assert "unknown" in used.to_text().splitlines()[-1]


@pytest.mark.parametrize("option", ["--since last", "--deadline 1m"])
def test_a_list_without_policies_is_no_run(magic, option):
    with pytest.raises(MissingOption, match="requires --policy"):
        magic(f"fleet list {option}")


def test_a_cluster_that_may_not_call_every_host_says_so(fleet, azure):
    cluster = azure.world.find_cluster("contosolab")
    cluster.settings["restrictOutboundNetworkAccess"] = "Enabled"

    network = fleet("fleet list").set_index("cluster")["network"]

    assert network["contosolab"] == "public, outbound restricted"
    assert network["contosoretailus"] == "public"
