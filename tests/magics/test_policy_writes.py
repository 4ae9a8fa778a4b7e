"""What a write shows: preview, changed usages, the way back; and what it returns."""

from dataclasses import replace

import pytest

from adxmi_jupyter.errors import ConfirmationRequired, PolicyChanged

GRANT = "policy grant --database Telemetry --identity mi-ingest,system --usage ExportRequest"
ALTER = (
    ".alter database ['Sales'] policy managed_identity "
    '```[{"ObjectId": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "AllowedUsages": '
    '"NativeIngestion"}, {"ObjectId": "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", '
    '"AllowedUsages": "ExternalTable"}]```'
)
REVOKE = "policy revoke --database Sales --identity mi-ingest --usage DataConnection"


def test_a_write_says_what_changed_and_how_to_take_it_back(magic, printed):
    magic(GRANT)

    assert printed() == [
        "Telemetry: mi-ingest + ExportRequest",
        "Telemetry: contoso + ExportRequest",
        "Undo: %adxmi policy undo 1",
    ]


def test_a_write_returns_the_policy_after_it(magic, azure):
    frame = magic(GRANT)

    assert list(frame["display_name"]) == ["mi-ingest", "contoso"]
    assert list(frame["allowed_usages"]) == [("ExportRequest",), ("ExportRequest",)]
    assert frame.attrs["adxmi"]["command"].startswith(".alter-merge database ['Telemetry']")


def test_a_grant_of_what_is_allowed_sends_nothing(magic, azure, printed):
    magic("policy grant --database Sales --identity mi-export --usage ExternalTable")

    assert printed() == ["already allowed", "Sales: nothing changed"]


def test_a_dry_run_shows_the_command_and_sends_nothing(magic, azure, printed):
    frame = magic(f"{REVOKE} --dry-run")

    assert printed() == ["would send:", ALTER, "would change:", "Sales: mi-ingest - DataConnection"]
    assert list(frame["change"]) == ["removed"]
    assert len(magic("policy history")) == 0


def test_a_dry_run_of_what_is_allowed_says_so(magic, printed):
    magic("policy grant --database Sales --identity mi-export --usage ExternalTable --dry-run")

    assert printed() == ["already allowed", "nothing would be sent"]


def test_a_usage_newer_than_this_release_is_sent_when_allowed_and_told(magic, azure, printed):
    policy = azure.world.cluster.databases["Sales"].policy
    policy[0] = replace(policy[0], usages=("TeleportRequest",))

    magic("policy show --database Sales")

    assert printed() == ["TeleportRequest is a usage newer than this release"]


def test_without_confirmation_the_command_is_shown_and_not_sent(magic, azure, printed):
    with pytest.raises(ConfirmationRequired):
        magic(REVOKE)

    assert printed() == ["would send:", ALTER, "would change:", "Sales: mi-ingest - DataConnection"]
    assert len(magic("policy history")) == 0


def test_revoke_keeps_everything_else(magic):
    frame = magic(f"{REVOKE} --yes")

    assert list(frame["allowed_usages"]) == [("NativeIngestion",), ("ExternalTable",)]


@pytest.mark.nightly
def test_undo_restores_the_policy(magic):
    before = magic("policy show --database Sales")
    magic(f"{REVOKE} --yes")

    after = magic("policy undo")

    assert after.to_dict() == before.to_dict()


def test_an_undo_that_takes_away_needs_confirmation(magic, azure):
    magic(GRANT)

    with pytest.raises(ConfirmationRequired) as caught:
        magic("policy undo 1")

    assert caught.value.fix == "%adxmi policy undo 1 --yes"


def test_a_change_in_between_is_noticed(magic, azure):
    magic(GRANT)
    azure.world.cluster.databases["Telemetry"].policy.pop()

    with pytest.raises(PolicyChanged):
        magic("policy undo 1 --yes")


def test_alter_replaces_the_policy_by_the_cell_body(magic):
    body = "- ObjectId: system\n  AllowedUsages: [AzureAI]"

    frame = magic("policy alter --database Sales --yes", body)

    assert list(frame["display_name"]) == ["contoso"]


def test_alter_reads_a_file(magic, tmp_path):
    file = tmp_path / "my policy.json"
    file.write_text('[{"ObjectId": "mi-export", "AllowedUsages": "AzureAI"}]', encoding="utf-8")

    frame = magic(f'policy alter-merge --database Telemetry --file "{file}"')

    assert list(frame["display_name"]) == ["mi-export"]


def test_a_client_id_is_translated_and_said(magic, printed):
    magic(
        "policy grant --database Telemetry --usage AzureAI "
        "--identity a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
    )

    assert printed()[0].startswith(
        "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38 is the client ID of mi-ingest"
    )


def test_diff_since_a_write_shows_it(magic, azure):
    magic(GRANT)

    frame = magic("policy diff --since 1")

    assert list(frame["change"]) == ["added", "added"]


def test_diff_of_equal_policies_says_so(magic, printed):
    frame = magic("policy diff --database Sales --against-database Sales")

    assert printed() == ["no difference"]
    assert list(frame.columns) == [
        "scope",
        "database",
        "display_name",
        "object_id",
        "usage",
        "change",
    ]


def test_what_may_not_be_read_is_left_out_with_a_note(magic, printed):
    magic("connect embedded --name limited --credential as:reader")

    frame = magic("policy show --cluster --all-databases --skip-unreadable")

    assert list(frame["database"]) == ["Sales", "Sales"]
    assert [line.split(" (")[0] for line in printed()] == ["not read: cluster"]


def test_a_hostile_name_shows_on_one_line(magic, azure, printed):
    azure.world.identity("mi-ingest").display_name = "evil\nname\x1b[31m"

    magic(
        "policy grant --database Telemetry --usage AzureAI "
        "--identity 5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    )

    assert printed()[0] == "Telemetry: evil name\\x1b[31m + AzureAI"


def test_show_can_be_limited_to_identities(magic, printed):
    frame = magic(
        "policy show --all-databases --cluster "
        "--identity 27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64,system --by-usage"
    )

    assert printed()[0].startswith(
        "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64 is the client ID of mi-expor"
    )
    assert list(frame["usage"]) == ["AutomatedFlows", "ExternalTable", "All"]
