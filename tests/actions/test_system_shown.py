"""The system-assigned identity, shown as the word or by its object ID: one and the same."""

from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.check.checks import check_all, check_one
from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.policy import policies
from adxmi_jupyter.actions.policy.body import body_policy
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.workflow.listing import listing, listing_frame, unassigned_notes
from adxmi_jupyter.actions.write.history import plan_undo
from adxmi_jupyter.embedded import ClusterRole, ShownSystem, SystemInPolicies
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, ResolvedIdentity
from adxmi_jupyter.model.policy import Policy, Scope
from tests.actions.filling import LAKE
from tests.told import told, written

SALES, LAB = Scope("Sales"), Scope("Tom's Lab")
TABLE, EXPORTS = declaration_of("external-table"), declaration_of("continuous-export")
ANOTHER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f349"
USAGES = ("AutomatedFlows", "ExternalTable")


AS_KEPT, WORD, OBJECT_ID = ShownSystem
ID_IN_POLICIES, WORD_IN_POLICIES = SystemInPolicies


@pytest.fixture(
    params=[
        (ID_IN_POLICIES, AS_KEPT),
        (WORD_IN_POLICIES, WORD),
        (ID_IN_POLICIES, OBJECT_ID),
        (WORD_IN_POLICIES, AS_KEPT),
    ]
)
def shown(azure, request):
    """How policies and all else show it, in a world that keeps it both ways."""
    for name, word in (("Word", SYSTEM), ("Id", own_id(azure))):
        azure.world.add_external_table(
            f"T{name}", f"{LAKE}/archive;managed_identity={word}", database="Tom's Lab"
        )
        azure.world.add_continuous_export(
            f"E{name}",
            database="Tom's Lab",
            external_table=f"T{name}",
            query="Experiments",
            managed_identity=word,
        )
    listings = azure.world.behaviours
    listings.system_in_policies, listings.system = request.param
    return request.param


def own_id(azure):
    return azure.world.cluster.system_identity.object_id


@pytest.fixture(params=["word", "object ID"])
def reference(azure, request):
    """What the user calls it."""
    return {"word": SYSTEM, "object ID": own_id(azure)}[request.param]


@pytest.fixture(params=["word", "object ID"])
def other(azure, request):
    """What the user calls it later."""
    return {"word": SYSTEM, "object ID": own_id(azure)}[request.param]


def summary(findings):
    found = [one for one in findings if one.key is not Key.ID]
    return [(one.title, one.subject.replace("TId", "TWord"), one.state) for one in map(told, found)]


@pytest.mark.nightly
@pytest.mark.parametrize(("declaration", "kind"), [(TABLE, "T"), (EXPORTS, "E")])
def test_what_is_kept_either_way_is_checked_alike(connection, shown, declaration, kind):
    by_word, by_id = (
        check_one(connection, declaration, "Tom's Lab", f"{kind}{name}").checked[0].findings
        for name in ("Word", "Id")
    )

    assert summary(by_word) == summary(by_id)
    allowed = [one for one in by_word if one.key is Key.ALLOWED]
    assert {one.state for one in allowed} == {State.MET}
    assert {one.identity.word for one in allowed} == {SYSTEM}


@pytest.mark.nightly
def test_a_check_of_everything_finds_no_entry_without_effect(connection, shown):
    checks = check_all(connection, ["Tom's Lab"])

    assert [one.name for one in checks.checked if not one.workflow] == []
    assert {one.name for one in checks.checked} >= {"TWord", "TId", "EWord", "EId"}


def granted(connection, reference):
    found = names.resolved(connection, (reference,), SALES)
    change = policies.plan_grant(connection, SALES, found, USAGES)
    return apply(connection, change, confirmed=True)


def test_what_is_granted_by_one_name_is_granted_by_the_other(connection, shown, reference, other):
    granted(connection, reference)

    again = granted(connection, other)

    assert again.command == ""
    entries = [one for one in again.before if one.identity.is_system]
    assert [one.allowed_usages for one in entries] == [USAGES]


@pytest.mark.nightly
def test_what_is_granted_by_one_name_is_revoked_by_the_other(connection, shown, reference, other):
    granted(connection, reference)
    found = names.resolved(connection, (other,), SALES)

    change = policies.plan_revoke(connection, SALES, found, ("ExternalTable",))
    done = apply(connection, change, confirmed=True)

    (entry,) = [one for one in done.after if one.identity.is_system]
    assert entry.allowed_usages == ("AutomatedFlows",)


def test_a_policy_in_a_file_does_not_differ_by_the_name(connection, shown, reference):
    wanted, _ = body_policy(connection, f'[{{"ObjectId": "{reference}", "AllowedUsages": "All"}}]')

    present = policies.read_one(connection, LAB).policy

    assert present == wanted
    assert present.diff(wanted) == ()


@pytest.mark.nightly
def test_a_policy_is_altered_to_either_name_and_back(connection, shown, reference):
    before = policies.read_one(connection, SALES).policy
    wanted, _ = body_policy(
        connection, f'[{{"ObjectId": "{reference}", "AllowedUsages": "ExternalTable"}}]'
    )

    done = apply(connection, policies.plan_alter(connection, SALES, wanted), confirmed=True)
    apply(connection, plan_undo(connection, done.entry_id), confirmed=True)

    assert done.after == wanted
    assert policies.read_one(connection, SALES).policy == before


@pytest.mark.nightly
def test_a_deleted_policy_comes_back_however_it_is_shown(connection, shown):
    before = policies.read_one(connection, LAB).policy
    done = apply(connection, policies.plan_delete(connection, LAB), confirmed=True)

    apply(connection, plan_undo(connection, done.entry_id), confirmed=True)

    assert policies.read_one(connection, LAB).policy == before != Policy()


def test_it_is_not_taken_for_an_identity_that_was_removed(connection, shown):
    identities.assigned(connection)
    read = policies.read(connection, (LAB,)).policies[0]
    exports = listing(connection, EXPORTS, (LAB,))

    assert identities.not_assigned(connection, read.policy) == ()
    assert unassigned_notes(connection, exports) == ()


def test_a_list_calls_it_by_one_name(connection, shown):
    frame = listing_frame(connection, listing(connection, EXPORTS, (LAB,)))

    assert list(frame["identity"]) == ["contoso", "contoso"]
    assert list(frame["object_id"]) == [SYSTEM, SYSTEM]


def test_it_is_listed_once_among_all(connection, shown):
    found = [one for one in names.all_identities(connection) if one.is_system]

    assert len(found) == 1
    assert found[0].resource_id


@pytest.mark.nightly
def test_a_former_one_is_another_whatever_is_shown(azure, connection, shown):
    former, cluster = own_id(azure), azure.world.cluster
    azure.world.identities.remove(cluster.system_identity)
    cluster.system_identity = replace(cluster.system_identity, object_id=ANOTHER)
    azure.world.identities.append(cluster.system_identity)

    checks = check_all(connection, ["Tom's Lab"])

    stale = [one for one in checks.checked if one.kind is CheckedKind.POLICY]
    assert [one.findings[0].identity.object_id for one in stale] == [former]
    by_word = next(one for one in checks.checked if one.name == "TWord")
    assert State.NOT_MET in [one.state for one in by_word.findings if one.key is Key.ALLOWED]


def test_who_sees_the_word_alone_is_not_told_that_the_object_id_is_not_allowed(
    azure, connection, outsider
):
    granted(connection, SYSTEM)
    string = f"{LAKE}/archive;managed_identity={own_id(azure)}"
    azure.world.add_external_table("Own", string, database="Sales")
    azure.world.behaviours.system_in_policies = WORD_IN_POLICIES
    azure.world.grant(azure.world.principal("embedded-outsider"), ClusterRole.MONITOR)

    findings = check_one(outsider, TABLE, "Sales", "Own").checked[0].findings

    found = next(one for one in findings if one.key is Key.ALLOWED)
    assert found.state is State.UNKNOWN
    assert told(found).detail.endswith("requires Reader on the cluster, in Azure")


def test_who_sees_an_object_id_that_policies_tell_knows_it(azure, connection, outsider):
    granted(connection, SYSTEM)
    string = f"{LAKE}/archive;managed_identity={own_id(azure)}"
    azure.world.add_external_table("Own", string, database="Sales")

    findings = check_one(outsider, TABLE, "Sales", "Own").checked[0].findings

    assert next(one for one in findings if one.key is Key.ALLOWED).state is State.MET


def test_who_sees_the_word_alone_is_told_how_to_revoke_from_it(azure, connection, outsider):
    granted(connection, SYSTEM)
    azure.world.behaviours.system_in_policies = WORD_IN_POLICIES
    own = ResolvedIdentity(ManagedIdentity(own_id(azure)))

    with pytest.raises(errors.NothingToRevoke) as caught:
        policies.plan_revoke(outsider, SALES, (own,), None)

    assert caught.value.why.endswith("requires Reader on the cluster")
    assert written(caught.value.remediation) == "--identity system, if it is that one"
