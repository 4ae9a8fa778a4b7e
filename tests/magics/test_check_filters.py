"""`check --identity` and `--only` narrow the result of a check down."""

import pytest

from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.errors import ConflictingOptions, InvalidValue, UnknownIdentity

LAKE = "https://contosolake.blob.core.windows.net"
GONE = "0f6c1d52-9e3b-4a87-8c2d-b4e1f7a3905c"


@pytest.mark.nightly
@pytest.mark.parametrize("word", ["mi-ingest", "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "MI-INGEST"])
def test_the_workflows_of_an_identity(magic, word):
    assert set(magic(f"check --identity {word}")["name"]) == {"Sales/sales-orders"}


@pytest.mark.nightly
def test_the_workflows_of_several_identities(magic):
    assert len(set(magic("check --identity mi-ingest,mi-export")["name"])) == 3


@pytest.mark.nightly
def test_an_identity_that_is_deleted_is_found_by_its_object_id(magic, azure):
    azure.world.add_external_table(
        "Old", f"{LAKE}/archive;managed_identity={GONE}", database="Sales"
    )

    assert set(magic(f"check --identity {GONE}")["name"]) == {"Sales/Old"}


@pytest.mark.nightly
def test_a_policy_entry_of_the_identity_is_among_them(magic, azure):
    stranger = azure.world.identity("mi-stranger")
    item = PolicyItem(
        stranger.object_id, stranger.client_id, stranger.tenant_id, "mi-stranger", False, ("All",)
    )
    azure.world.cluster.databases["Sales"].policy.append(item)

    assert set(magic("check --identity mi-stranger")["workflow"]) == {"policy"}


@pytest.mark.nightly
def test_an_identity_without_workflows_is_told(magic):
    assert list(magic("check --identity mi-stranger")["detail"]) == ["none names mi-stranger"]


@pytest.mark.nightly
def test_a_name_nobody_bears_is_an_error_with_the_closest_one(magic):
    with pytest.raises(UnknownIdentity, match="mi-exprt") as caught:
        magic("check --identity mi-exprt")

    assert "mi-export" in caught.value.fix


@pytest.mark.nightly
@pytest.mark.parametrize("word", ["not-met", "not_met", "NOT-MET", '"not met"'])
def test_only_what_is_in_a_state(magic, word):
    frame = magic(f"check --only {word}")

    assert list(frame["state"]) == ["not met"]
    assert repr(frame).startswith("3 checked: 1 with requirements not met")


@pytest.mark.nightly
def test_states_of_one_workflow(magic):
    frame = magic("external-table check ArchivedOrders --database Sales --only unknown,warning")

    assert "met" not in set(frame["state"])


@pytest.mark.parametrize(
    ("word", "fix"), [("unknwon", "unknown"), ("broken", "STATE"), ("met,nope", "met,STATE")]
)
def test_a_state_that_there_is_not_is_an_error_with_the_states(magic, word, fix):
    with pytest.raises(InvalidValue) as caught:
        magic(f"check --only {word}")

    assert "not-met, unknown, warning, met" in caught.value.why
    assert caught.value.fix == f"%adxmi check --only {fix}"


def test_an_error_message_has_no_identity_to_filter_by(magic):
    with pytest.raises(ConflictingOptions):
        magic("check --error --identity mi-export", "Forbidden")


@pytest.mark.parametrize(("line", "offered"), [("un", "unknown"), ("not-met,w", "warning")])
def test_states_are_completed(completions, line, offered):
    assert offered in [text for text, _, _ in completions(f"%adxmi check --only {line}")]
