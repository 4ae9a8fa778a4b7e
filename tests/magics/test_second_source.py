"""What a user is told where lists of the cluster leave open what authenticates."""

import pytest

from adxmi_jupyter.embedded import (
    ExportIdentities,
    ShownScript,
    ShownStrings,
    SystemInPolicies,
)

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
DENIED = f"Download_Forbidden {EXPORT} 'OrdersDelta' 'Telemetry'"
SOURCE = "source: .show database schema as csl script"


@pytest.fixture
def listings(azure):
    """The switches, in a world with an export."""
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )
    return azure.world.behaviours


def links(frame):
    return frame[["requirement", "subject", "state"]].to_dict("records")


@pytest.mark.nightly
@pytest.mark.parametrize("mask", [one for one in ShownStrings if one != "without-secrets"])
def test_a_denial_is_explained_through_a_masked_table(magic, listings, mask):
    shown = magic("check --error", DENIED)
    listings.connection_strings = mask

    frame = magic("check --error", DENIED)

    assert links(frame) == links(shown)
    (table,) = frame[frame["requirement"] == "external table"].to_dict("records")
    assert table["detail"] == SOURCE


def test_a_denial_through_a_table_that_nobody_shows_is_not_explained_away(magic, listings):
    listings.connection_strings = ShownStrings.ADDRESSES
    listings.csl_script = ShownScript.ASTERISKS

    frame = magic("check --error", DENIED)

    (table,) = frame[frame["requirement"] == "external table"].to_dict("records")
    assert table["state"] == "unknown"
    assert "requires Database Admin of Telemetry" in table["detail"]


@pytest.mark.nightly
def test_a_check_shows_which_source_told(magic, listings):
    listings.export_identities = ExportIdentities.LEFT_OUT

    text = magic("continuous-export check Nightly --database Sales").to_text()

    assert f"✓ kind of ID: mi-export as {EXPORT}\n      {SOURCE}\n" in text
    assert text.count(SOURCE) == 1


def test_a_list_says_where_its_identities_are_from(magic, listings, capsys):
    listings.export_identities = ExportIdentities.LEFT_OUT

    frame = magic("continuous-export list --database Sales")

    assert list(frame["identity"]) == ["mi-export"]
    assert ".show database ['Sales'] schema as csl script" in capsys.readouterr().out


def test_a_list_says_what_it_takes_to_see_an_identity(magic, listings, capsys):
    listings.export_identities = ExportIdentities.LEFT_OUT
    listings.csl_script = ShownScript.ASTERISKS

    frame = magic("continuous-export list --database Sales")

    assert list(frame["identity"]) == ["unknown"]
    assert "requires Database Admin of Sales" in capsys.readouterr().out


def test_removing_an_identity_says_what_may_name_it_unseen(magic, listings, capsys):
    listings.export_identities = ExportIdentities.LEFT_OUT
    listings.csl_script = ShownScript.ASTERISKS

    magic("identity remove --identity mi-ingest --dry-run")

    told = capsys.readouterr().out
    assert "not seen: identities of continuous exports Nightly of Sales: " in told


@pytest.mark.nightly
def test_a_fix_by_the_object_id_of_the_system_identity_is_one_by_the_word(magic, azure, listings):
    own = azure.world.cluster.system_identity.object_id
    listings.system_in_policies = SystemInPolicies.WORD

    frame = magic(
        "check --error", f"The managed identity '{own}' is not allowed: ExternalTable 403"
    )
    magic(frame.iloc[-1]["fix"].removeprefix("%adxmi "))
    again = magic(
        "check --error", f"The managed identity '{own}' is not allowed: ExternalTable 403"
    )

    assert frame.iloc[-1]["fix"].endswith("--identity system --usage ExternalTable")
    assert "not met" not in set(again["state"])
