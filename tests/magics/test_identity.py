import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.identities import assigned


@pytest.fixture
def names(magics, azure):
    """The identities assigned to the cluster, read by the tool's own client."""

    def names():
        return [i.display_name for i in assigned(magics.connections.current()).all]

    return names


def test_the_assigned_identities_are_listed(magic):
    assert list(magic("identity list")["display_name"]) == ["contoso", "mi-export", "mi-ingest"]
    assert "mi-stranger" in list(magic("identity list --all")["display_name"])


def test_show_tells_which_id_goes_where(magic, capsys):
    frame = magic("identity show a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38")

    assert frame.loc[0, "value"] == "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    assert "is the client ID of mi-ingest" in capsys.readouterr().out


def test_show_cuts_no_id_that_is_there_to_be_copied(magic):
    frame = magic("identity show mi-ingest")

    resource_id = frame.set_index("place").loc["data connection", "value"]
    assert len(resource_id) > 100
    assert resource_id in repr(frame)
    assert resource_id in frame._repr_html_()
    assert type(frame.head(1)).__name__ == "DataFrame"


def test_a_dry_run_shows_the_request_and_sends_nothing(magic, names, capsys):
    frame = magic("identity assign --identity mi-stranger --dry-run")

    shown = capsys.readouterr().out.splitlines()
    assert shown[-2].startswith("PATCH /subscriptions/")
    assert json.loads(shown[-1])["identity"]["type"] == "SystemAssigned, UserAssigned"
    assert list(frame["change"]) == ["assigned"]
    assert names() == ["contoso", "mi-export", "mi-ingest"]


@pytest.mark.nightly
def test_assign_and_remove_tell_what_they_did(magic, names, capsys):
    magic("identity assign --identity mi-stranger")
    magic("identity remove --identity mi-stranger,mi-ingest --yes")

    said = capsys.readouterr().out
    assert "contoso: + mi-stranger" in said
    assert "contoso: - mi-ingest" in said
    assert names() == ["contoso", "mi-export"]


def test_assigning_again_says_that_it_is_assigned(magic, capsys):
    frame = magic("identity assign --identity mi-ingest")

    assert "assigned already" in capsys.readouterr().out
    assert len(frame) == 0


def test_remove_shows_what_depends_on_it_and_asks(magic, names, capsys):
    with pytest.raises(errors.ConfirmationRequired) as raised:
        magic("identity remove --identity mi-ingest")

    said = capsys.readouterr().out
    assert "mi-ingest: policy entry DataConnection, NativeIngestion (Sales)" in said
    assert "mi-ingest: data connection" in said
    assert raised.value.fix == "%adxmi identity remove --identity mi-ingest --yes"
    assert "mi-ingest" in names()


@pytest.mark.nightly
def test_without_waiting_the_operation_can_be_waited_for_later(magic, names, capsys):
    begun = magic("identity assign --identity mi-stranger --no-wait")
    done = magic("identity operations --wait")

    assert list(begun["operation"]) == ["assigning mi-stranger"]
    assert list(done["state"]) == ["Succeeded"]
    assert "mi-stranger" in names()


def test_completion_offers_the_identities_of_azure(completions, azure):
    assert [c[0] for c in completions("%adxmi identity assign --identity mi-")] == [
        "mi-export",
        "mi-ingest",
        "mi-stranger",
    ]
    assert [c[0] for c in completions("%adxmi identity ")][:2] == ["list", "show"]


@pytest.mark.nightly
def test_a_policy_entry_whose_identity_was_removed_is_marked(magic, capsys):
    magic("identity remove --identity mi-ingest --yes")
    capsys.readouterr()

    frame = magic("policy show")

    assert "mi-ingest is named but not assigned to the cluster" in capsys.readouterr().out
    assert "mi-ingest" in list(frame["display_name"])


def test_without_a_look_at_azure_nothing_is_said_about_assignments(magic, capsys):
    magic("policy show")

    assert "not assigned" not in capsys.readouterr().out
