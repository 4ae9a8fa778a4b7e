"""``fleet list`` and ``fleet identities``, as a user reads them."""

import pytest

from adxmi_jupyter.errors import InvalidPolicyFile, InvalidValue


@pytest.fixture
def fleet(magic):
    """Run a command on the fleet to learn on."""
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
