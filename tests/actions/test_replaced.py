"""Names of a policy file that stand for another identity than at the last apply."""

from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.applying import Applying, apply
from adxmi_jupyter.actions.plan.document import plan_document
from adxmi_jupyter.actions.plan.frames import plan_frame
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.saved import prepare_saved, saved_text
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.embedded.state.clusters import Identity
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.model.plan import Status
from adxmi_jupyter.model.policy_file.lock import Lock
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from adxmi_jupyter.rendering.plan_text import plan_text
from tests.worlds import EXPORT

NEW = "11111111-2222-4333-8444-555555555555"
HEAD = "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n"
ASSIGNED = "assigned: {mode: additive, identities: [mi-export]}\n"
ON_SALES = "policy: {mode: MODE, databases: {Sales: {mi-export: [ExternalTable]}}}\n"
VIEWER = "roles: {mode: additive, databases: {Sales: {viewers: [mi-export]}}}\n"


@pytest.fixture
def made_again(azure):
    """Delete an identity and create one of its name, as the directory then has it."""
    world = azure.world

    def again(name="mi-export"):
        old = world.identity(name)
        old.deleted = True
        world.identities.remove(old)
        new = Identity(name, NEW, NEW[:-1] + "6", old.tenant_id, old.resource_id, old.location)
        world.identities.append(new)
        return old

    return again


@pytest.fixture
def prepared(connection):
    """Plan a file of which a lock file knows the names."""

    def prepared(sections, locked=(("mi-export", EXPORT),), **options):
        file = read_policy_file(HEAD + sections, "adxmi.yaml", Variables())
        file = replace(file, lock=Lock({"embedded": dict(locked)}))
        return prepare(connection, file, Options(breaks_workflows=True, **options))

    return prepared


def lines(plan):
    signs = {"add": "+", "remove": "-"}
    return [
        f"{one.status} {signs[one.action]} {one.section} {'new' if NEW[:-1] in one.key else 'old'}"
        for one in plan.changes
    ]


def test_nothing_is_taken_over_before_the_name_is_confirmed(prepared, made_again):
    made_again()

    plan = prepared(ASSIGNED + ON_SALES.replace("MODE", "additive")).plan

    assert lines(plan) == [
        "blocked + assigned new",
        "blocked - assigned old",
        "blocked + policy new",
        "blocked - policy old",
    ]
    assert not plan.steps
    (one,) = plan.replacements
    assert (one.name, one.before, one.after, one.line) == ("mi-export", EXPORT, NEW, 3)


def test_the_error_says_how_to_confirm_it(connection, prepared, made_again):
    made_again()
    text = ON_SALES.replace("MODE", "authoritative")

    with pytest.raises(errors.PlanBlocked, match="1 name stands for another") as caught:
        apply(connection, lambda: prepared(text), Applying(confirmed=True))

    assert caught.value.remediation == Retry((ChangeOption("--replace", "mi-export"),))
    assert EXPORT in caught.value.why
    assert NEW in caught.value.why


@pytest.mark.parametrize("mode", ["additive", "authoritative"])
def test_once_confirmed_the_new_one_has_what_the_file_says_and_the_former_one_nothing(
    connection, azure, prepared, made_again, mode
):
    old = made_again()
    sales = azure.world.cluster.databases["Sales"]
    client = Principal(PrincipalKind.APPLICATION, old.client_id, old.tenant_id, "x", old.object_id)
    azure.world.grant(client, DatabaseRole.VIEWERS, database="Sales")
    text = ASSIGNED + ON_SALES.replace("MODE", mode) + VIEWER

    done = apply(
        connection, lambda: prepared(text, replaced=("mi-export",)), Applying(confirmed=True)
    )

    assert [str(one.failure) for one in done.outcomes if one.failure] == []
    listed = {one.object_id: one.usages for one in sales.policy}
    assert listed[NEW] == ("ExternalTable",)
    assert EXPORT not in listed
    assert NEW in [one.object_id for one in azure.world.cluster.identities]
    assert EXPORT not in [one.object_id for one in azure.world.cluster.identities]
    viewers = {one.principal.object_id for one in sales.roles if one.role == "viewers"}
    assert NEW in viewers
    assert EXPORT not in viewers
    assert prepared(text, done.plan.names.items()).plan.is_empty


@pytest.mark.nightly
def test_a_system_identity_that_was_assigned_anew_is_another_one(azure, prepared):
    cluster = azure.world.cluster
    old = cluster.system_identity
    azure.world.identities.remove(old)
    cluster.system_identity = replace(old, object_id=NEW, client_id=NEW[:-1] + "6")
    azure.world.identities.append(cluster.system_identity)
    text = 'policy: {databases: {"Tom\'s Lab": {system: [All]}}}'

    plan = prepared(text, {"system": old.object_id}.items(), replaced=("system",)).plan

    assert [(one.action, one.status, one.reason) for one in plan.changes] == [
        ("remove", "planned", "replaced"),
        ("add", "planned", "replaced"),
    ]


def test_an_alias_of_another_identity_than_before_is_replaced_too(prepared):
    text = "identities: {lake: {name: mi-ingest}}\n" + ON_SALES.replace("mi-export", "lake")

    plan = prepared(text.replace("MODE", "additive"), {"lake": EXPORT}.items()).plan

    assert {one.status for one in plan.changes} == {"blocked"}
    assert [one.line for one in plan.replacements] == [3]


def test_names_that_changed_places_are_replaced_and_neither_identity_is_former(prepared, azure):
    ingest = azure.world.identity("mi-ingest").object_id
    text = "policy: {databases: {Sales: {mi-export: [SqlRequest], mi-ingest: [SqlRequest]}}}"
    swapped = {"mi-export": ingest, "mi-ingest": EXPORT}

    plan = prepared(text, swapped.items(), replaced=("mi-export", "mi-ingest")).plan

    assert [one.name for one in plan.replacements] == ["mi-export", "mi-ingest"]
    assert {one.action for one in plan.changes} == {"add"}


def test_a_name_that_changed_is_a_difference_even_if_nothing_else_is(prepared, connection):
    text = ON_SALES.replace("MODE", "additive")
    other = {"mi-export": NEW}.items()

    assert prepared(text).plan.is_empty
    assert not prepared(text, other).plan.is_empty
    done = apply(connection, lambda: prepared(text, other, replaced=("mi-export",)), Applying())
    assert dict(done.plan.names) == {"mi-export": EXPORT}


@pytest.mark.nightly
def test_drift_tells_it_and_blocks_nothing(prepared, made_again):
    made_again()

    plan = prepared(ASSIGNED + ON_SALES.replace("MODE", "additive"), observes=True).plan

    assert len(plan.replacements) == 1
    assert not plan.of(Status.BLOCKED)


def test_a_former_entry_stays_while_another_one_would_make_the_service_refuse(
    azure, prepared, made_again
):
    made_again()
    sales = azure.world.cluster.databases["Sales"]
    gone = replace(sales.policy[0], object_id=NEW[:-1] + "9", display_name="gone")
    sales.policy = [*sales.policy, gone]

    plan = prepared(ASSIGNED + ON_SALES.replace("MODE", "additive"), replaced=("mi-export",)).plan

    assert {
        one.reason for one in plan.changes if one.section == "policy" and one.action == "remove"
    } == {"not assigned"}


def test_a_name_that_the_file_does_not_have_cannot_be_confirmed(prepared):
    with pytest.raises(errors.UnknownIdentity, match="mi-exprt") as caught:
        prepared(ON_SALES.replace("MODE", "additive"), replaced=("mi-exprt",))

    assert caught.value.remediation == ChangeOption("--replace", "mi-export")


def test_it_is_shown_to_people_frames_and_tools(prepared, made_again):
    made_again()
    text = ON_SALES.replace("MODE", "authoritative")

    pending, confirmed = prepared(text).plan, prepared(text, replaced=("mi-export",)).plan

    assert plan_text(pending).startswith(
        f"! replace mi-export: object ID {EXPORT} at the last apply, now {NEW}; "
        "confirm it with --replace mi-export\n"
    )
    assert plan_text(confirmed).startswith("-/+ replace mi-export: ")
    assert next(iter(plan_frame(pending)["change"])) == "replaced"
    assert plan_document(confirmed)["replaced"] == [
        {"name": "mi-export", "before": EXPORT, "after": NEW, "confirmed": True, "line": 3}
    ]


def test_a_saved_plan_goes_by_the_names_that_it_was_made_with(connection, prepared, made_again):
    made_again()
    text = saved_text(prepared(ON_SALES.replace("MODE", "additive"), replaced=("mi-export",)))

    found = prepare_saved(connection, text, "plan.json", None)

    assert [one.is_confirmed for one in found.plan.replacements] == [True]
    with pytest.raises(errors.InvalidPolicyFile, match="no saved plan"):
        prepare_saved(connection, text.replace(EXPORT, "lake"), "plan.json", None)


def test_a_snapshot_notes_the_names_that_it_uses(connection):
    names = snapshot(connection, Mode.ADDITIVE).names

    assert names["mi-export"] == EXPORT
    assert set(names) >= {"system", "mi-ingest"}


def test_a_name_means_the_identity_that_there_is_beside_one_that_was_deleted(prepared, made_again):
    made_again()

    plan = prepared(ON_SALES.replace("MODE", "additive"), ()).plan

    assert [one.key for one in plan.changes] == [NEW]


@pytest.mark.parametrize("chosen", ["all", "none"])
def test_the_lock_keeps_the_former_identity_until_all_is_done_that_follows(
    connection, prepared, made_again, chosen
):
    made_again()
    text = ASSIGNED + ON_SALES.replace("MODE", "additive")
    picked = None if chosen == "all" else frozenset()

    done = apply(
        connection,
        lambda: prepared(text, replaced=("mi-export",), chosen=picked),
        Applying(confirmed=True),
    )

    assert done.names["mi-export"] == (NEW if chosen == "all" else EXPORT)
