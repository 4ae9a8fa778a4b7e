"""What the identity form knows and wants, without any widget."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.forms.identity.state import IdentityState
from tests.actions.ways import BEFORE


def elsewhere(azure, name="mi-far"):
    """Make an identity in the other subscription and return its resource ID."""
    identity = azure.world.add_identity(name, assigned=False, resource_group="archive")
    other = azure.world.subscriptions[1].subscription_id
    identity.resource_id = identity.resource_id.replace(azure.world.cluster.subscription_id, other)
    return identity.resource_id


def test_rows_are_the_system_identity_then_assigned_users_then_the_visible(state, azure):
    azure.world.add_identity("a-first", assigned=False)

    state.reload()

    assert [i.display_name for i in state.identities] == [
        *BEFORE,
        "a-first",
        "mi-stranger",
    ]
    assert [state.is_ticked(i) for i in state.identities] == [True, True, True, False, False]


def test_the_system_identity_is_a_row_before_it_is_assigned(state, azure):
    azure.world.cluster.system_identity = None

    state.reload()

    system = state.identities[0]
    assert (system.label, system.is_system, system.object_id) == ("contoso", True, "")
    assert not state.is_ticked(system)


def test_a_tick_and_its_untick_leave_nothing_to_do(state, want):
    want(state, "mi-stranger", True)
    want(state, "mi-stranger", False)

    assert not state.is_valid
    assert state.preview.request == ""


def test_the_preview_is_the_exact_request_with_its_changes(state, want):
    want(state, "mi-stranger", True)
    want(state, "mi-ingest", False)

    preview = state.preview
    method, body = preview.request.split("\n")
    identity = json.loads(body)["identity"]
    assert method == f"PATCH {state.present.cluster_id}"
    assert identity["type"] == "SystemAssigned, UserAssigned"
    assert list(identity["userAssignedIdentities"].values()) == [{}, None]
    assert preview.changes == ("+ mi-stranger", "- mi-ingest")


def test_removing_everything_sends_none(state, want):
    for name in BEFORE:
        want(state, name, False)

    assert json.loads(state.preview.request.split("\n")[1]) == {"identity": {"type": "None"}}
    assert state.preview.changes[0] == "- contoso (system-assigned)"


def test_one_direction_is_one_line_and_both_are_two(state, want):
    want(state, "mi-stranger", True)
    assert [line.words for line in state.preview.lines] == [
        ("identity", "assign", "--identity", "mi-stranger")
    ]

    want(state, "mi-export", False)
    want(state, "contoso", False)

    assert [line.words for line in state.preview.lines] == [
        ("identity", "assign", "--identity", "mi-stranger"),
        ("identity", "remove", "--identity", "system,mi-export", "--yes"),
    ]


def test_a_reload_that_fails_leaves_everything_as_it_was(state, want, fault):
    want(state, "mi-stranger", True)
    fault("throttled")

    with pytest.raises(errors.Throttled):
        state.reload()

    assert state.preview.changes == ("+ mi-stranger",)


def test_reading_again_keeps_wishes_and_discarding_forgets_them(state, want):
    want(state, "mi-stranger", True)

    state.reload()
    assert state.preview.changes == ("+ mi-stranger",)
    state.discard()

    assert not state.is_valid


def test_a_wanted_identity_that_was_deleted_stays_in_sight(azure, state, want, who):
    want(state, "mi-stranger", True)
    azure.world.identities = [i for i in azure.world.identities if i.display_name != "mi-stranger"]

    state.reload()

    assert state.preview.changes == ("+ mi-stranger",)
    assert state.where(who(state, "mi-stranger")) == "shared-identities (deleted)"


@pytest.mark.nightly
def test_a_deleted_identity_is_marked_and_can_be_removed(azure, state, who, want, apply, names):
    azure.world.identities = [i for i in azure.world.identities if i.display_name != "mi-export"]
    state.reload()

    want(state, "mi-export", False)

    assert state.where(who(state, "mi-export")) == "analytics (deleted)"
    apply(state)
    assert names() == ["contoso", "mi-ingest"]


@pytest.mark.parametrize("reference", ["mi-stranger", "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"])
def test_adding_by_name_or_object_id_wishes_it_assigned(state, reference):
    identity, note = state.add(reference)

    assert (identity.display_name, note) == ("mi-stranger", "")
    assert state.preview.changes == ("+ mi-stranger",)


def test_adding_by_client_id_says_whose_it_is(state):
    _, note = state.add(" f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9 ")

    assert note == "f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9 is the client ID of mi-stranger."


def test_adding_what_is_assigned_says_so_and_takes_back_its_removal(state, want):
    want(state, "mi-ingest", False)

    _, note = state.add("mi-ingest")

    assert note == "mi-ingest is assigned already."
    assert not state.is_valid


@pytest.mark.nightly
def test_an_identity_of_another_subscription_is_added_by_resource_id(
    azure, state, apply, who, names
):
    resource_id = elsewhere(azure)

    identity, _ = state.add(resource_id)

    assert state.identities.index(identity) == len(BEFORE)
    assert state.where(identity) == "archive (another subscription)"
    assert [line.words[-1] for line in state.preview.lines] == [resource_id]
    apply(state)
    assert "mi-far" in names()


@pytest.mark.nightly
def test_one_of_another_subscription_stays_in_sight_after_its_removal(
    connection, azure, state, apply, want, who
):
    state.add(elsewhere(azure))
    apply(state)
    again = IdentityState(connection)
    want(again, "mi-far", False)

    apply(again)

    assert not again.is_ticked(who(again, "mi-far"))


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("mi-strangr", errors.UnknownIdentity),
        ("1234-12-12-12-123456", errors.InvalidGuid),
        ("12345678-1234-4234-8234-123456789abc", errors.UnknownIdentity),
    ],
)
def test_what_names_no_identity_is_an_error_and_changes_nothing(state, reference, error):
    rows = state.identities

    with pytest.raises(error):
        state.add(reference)

    assert (state.identities, state.is_valid) == (rows, False)


def test_two_identities_of_one_name_can_be_told_apart(azure, state):
    azure.world.add_identity(
        "twin", assigned=False, object_id="11111111-1111-4111-8111-111111111111"
    )
    azure.world.add_identity(
        "twin",
        assigned=False,
        object_id="22222222-2222-4222-8222-222222222222",
        resource_group="shared-identities",
    )
    state.reload()

    twins = [i for i in state.identities if i.display_name == "twin"]
    state.want(twins[0], ticked=True)

    assert [state.label(twin) for twin in twins] == ["twin (11111111)", "twin (22222222)"]
    assert state.preview.lines[0].words[-1] == twins[0].object_id


def test_which_id_goes_where_is_told_whole(state, who):
    places = {place: value for place, _, value in state.places(who(state, "mi-ingest"))}

    assert places["managed identity policy"] == "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    assert places["data connection"].endswith("/userAssignedIdentities/mi-ingest")


def test_a_reader_sees_what_is_assigned_and_what_still_works(reader):
    state = IdentityState(reader)

    assert [i.display_name for i in state.identities] == BEFORE
    assert state.notes[0].startswith("Only assigned identities are listed")
    assert state.notes[1].startswith("You can still read the page")


def test_what_a_reader_may_not_do_is_told_with_a_way_out(reader, want, apply, names):
    state = IdentityState(reader)
    want(state, "mi-export", False)

    with pytest.raises(errors.NotAuthorized) as raised:
        apply(state)

    assert "Microsoft.Kusto/clusters/write" in raised.value.why
    assert raised.value.fix.endswith("or give the command to copy to someone who has one")
    assert (names(), state.is_valid) == (BEFORE, True)


def test_whoever_may_not_see_the_cluster_in_azure_hears_what_works_without(connections, azure):
    azure.world.azure_roles.clear()

    with pytest.raises(errors.ResourceNotFound) as raised:
        IdentityState(connections.current())

    assert "policy and role --database work without it" in raised.value.fix
