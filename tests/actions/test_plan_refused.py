"""What a plan cannot see, and what it refuses, each with its place and reason."""

import json
from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.saved import prepare_saved, saved_text
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.model.plan import Reason, Status
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from adxmi_jupyter.model.timespan import parse_timespan
from tests.actions.filling import EXPORT_ID

HEAD = "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n"


def file_of(sections):
    return read_policy_file(HEAD + sections, "adxmi.yaml", Variables())


@pytest.mark.parametrize(
    "text",
    [
        "policy: {databases: {Salez: {mi-export: [All]}}}",
        "roles: {databases: {Salez: {viewers: [mi-export]}}}",
        "roles: {databases: {Salez: {viewers: []}, Telemetry: {viewers: []}}}",
    ],
)
def test_a_database_that_there_is_not_is_a_mistake_in_the_file(connection, text):
    with pytest.raises(errors.InvalidPolicyFile, match="there is no database 'Salez'") as caught:
        prepare(connection, file_of(text), Options())

    assert "line 3" in caught.value.what
    assert caught.value.remediation.parts == ("write Sales",)


@pytest.mark.nightly
def test_a_database_that_you_may_not_see_is_told_as_such(outsider):
    address = outsider.address.uri
    text = "policy: {databases: {Telemetry: {mi-export: [All]}, Sales: {mi-export: [All]}}}"
    file = read_policy_file(HEAD.replace("embedded", address) + text, "adxmi.yaml", Variables())

    plan = prepare(outsider, file, Options()).plan

    assert [(str(one.scope), one.failure.why) for one in plan.unseen] == [
        ("database Telemetry", "requires Database User, Viewer or Monitor of Telemetry")
    ]
    assert {one.database for one in plan.changes} == {"Sales"}


@pytest.mark.nightly
def test_roles_that_you_may_not_see_are_told_with_the_permission(connections):
    reader = connections.open("embedded", name="reader", credential="as:reader", database="Sales")

    plan = prepare(reader, file_of("roles: {databases: {Sales: {viewers: []}}}"), Options()).plan

    assert [one.failure.why for one in plan.unseen] == [
        "requires Database Admin of Sales, or Monitor"
    ]


def test_a_saved_plan_that_is_too_old_is_refused(connection):
    saved = saved_text(prepare(connection, file_of("policy: {databases: {Sales: {}}}"), Options()))
    old = saved.replace('"created": "20', '"created": "19')

    prepare_saved(connection, saved, "plan.json", parse_timespan("1d"))
    with pytest.raises(errors.StalePlan, match=r"plan\.json is too old"):
        prepare_saved(connection, old, "plan.json", parse_timespan("1d"))
    with pytest.raises(errors.InvalidPolicyFile, match="no saved plan"):
        prepare_saved(
            connection, saved.replace('"created": "20', '"created": "x'), "plan.json",
            parse_timespan("1d"),
        )  # fmt: skip


def test_a_saved_plan_of_the_future_has_no_age(connection):
    saved = saved_text(prepare(connection, file_of("policy: {databases: {Sales: {}}}"), Options()))
    ahead = saved.replace('"created": "20', '"created": "29')

    with pytest.raises(errors.InvalidPolicyFile, match="no saved plan") as caught:
        prepare_saved(connection, ahead, "plan.json", parse_timespan("1d"))

    assert caught.value.why.startswith("it says that it was made in the future, at 29")


def test_a_saved_plan_that_names_another_cluster_is_refused(connection):
    saved = json.loads(
        saved_text(prepare(connection, file_of("policy: {databases: {Sales: {}}}"), Options()))
    )
    other = json.dumps({**saved, "cluster": "https://other.westeurope.kusto.windows.net"})

    with pytest.raises(errors.WrongCluster, match=r"plan\.json is not for the cluster"):
        prepare_saved(connection, other, "plan.json", None)


def test_a_name_of_several_identities_is_told_with_the_candidates(connection, azure):
    azure.world.add_identity(
        "mi-export", resource_group="other", object_id="11111111-2222-4333-8444-555555555555"
    )

    with pytest.raises(errors.InvalidPolicyFile, match="2 identities are named") as caught:
        prepare(connection, file_of("policy: {databases: {Sales: {mi-export: []}}}"), Options())

    assert "11111111-2222-4333-8444-555555555555" in caught.value.why
    assert "line 3, column" in caught.value.what


UNKNOWN = "11111111-2222-4333-8444-555555555555"
MISTAKES = {
    "an identity to assign that is only an ID": (
        f"assigned: {{mode: authoritative, identities: [system, {UNKNOWN}]}}",
        "can't be assigned",
        "give its resourceId below identities",
    ),
    "a database of what is protected": (
        "protected: [{identity: mi-export, database: Salez}]",
        "there is no database 'Salez'",
        "write Sales",
    ),
    "a role of what is protected": (
        "protected: [{identity: mi-export, role: viewer}]",
        "no value 'viewer'",
        "write viewers",
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_what_would_come_to_nothing_is_a_mistake_in_the_file(connection, kind):
    text, what, fix = MISTAKES[kind]

    with pytest.raises(errors.InvalidPolicyFile, match=what) as caught:
        prepare(connection, file_of(text), Options())

    assert caught.value.line == 3
    assert str(caught.value.fix) == fix


def test_a_usage_of_what_is_protected_has_to_be_known(connection):
    text = "policy: {cluster: {}}\nprotected: [{identity: mi-export, usage: SqlRequests}]"

    with pytest.raises(errors.UnknownUsage, match="SqlRequests") as caught:
        prepare(connection, file_of(text), Options())

    assert caught.value.fix == "write SqlRequest"


def test_two_clusters_of_a_file_that_are_one_are_a_mistake(connection):
    head = HEAD.replace("{demo: ", "{one: {uri: embedded}, other: ")

    file = read_policy_file(head + "policy: {cluster: {}}", "adxmi.yaml", Variables())

    with pytest.raises(errors.InvalidPolicyFile, match="one and other are the same cluster"):
        prepare(connection, file, Options())


def test_an_entry_of_an_identity_that_the_file_removes_is_blocked(connection):
    text = (
        "assigned: {mode: authoritative, identities: [system, mi-ingest]}\n"
        "policy: {mode: authoritative, databases: {Sales: {mi-export: [ExternalTable]}}}"
    )

    plan = prepare(connection, file_of(text), Options(True)).plan

    blocked = {(one.subject, one.item): one.reason for one in plan.of(Status.BLOCKED)}
    assert blocked["mi-export", "ExternalTable"] is Reason.NOT_ASSIGNED


def test_what_is_protected_by_the_name_of_a_user_is_not_removed(connection, azure):
    user = azure.world.add_principal("anna")
    azure.world.grant(user, DatabaseRole.VIEWERS, database="Sales")
    text = (
        "roles: {mode: authoritative, databases: {Sales: {viewers: []}}}\n"
        f"protected: [{{identity: 'aaduser={user.upn}', role: Viewers}}]"
    )

    plan = prepare(connection, file_of(text), Options(True)).plan

    assert [one.key for one in plan.of(Status.BLOCKED)] == [user.fqn]


def test_an_identity_of_another_subscription_is_found_by_its_resource_id(connection, azure):
    there = next(one for one in azure.world.subscriptions if one.name == "Contoso Archive")
    group = f"/subscriptions/{there.subscription_id}/resourceGroups/{next(iter(there.groups))}"
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    far = replace(
        azure.world.add_identity("mi-far"), resource_id=f"{group}/providers/{kind}/mi-far"
    )
    azure.world.identities[-1] = far
    azure.world.cluster.identities.pop()
    text = (
        f"identities: {{far: {{resourceId: {far.resource_id}}}}}\n"
        "assigned: {identities: [far]}\npolicy: {databases: {Sales: {far: [SqlRequest]}}}"
    )

    plan = prepare(connection, file_of(text), Options()).plan

    assert [(one.item, one.status) for one in plan.changes] == [
        ("assigned", Status.PLANNED),
        ("SqlRequest", Status.PLANNED),
    ]


def test_a_saved_plan_of_another_cluster_of_the_file_is_refused(connection):
    head = HEAD.replace("{demo: ", "{other: {uri: https://a.westeurope.kusto.windows.net}, demo: ")
    text = head + "policy: {databases: {Telemetry: {mi-export: [SqlRequest]}}}"
    file = read_policy_file(text, "adxmi.yaml", Variables())
    saved = saved_text(prepare(connection, file, Options()))

    prepare_saved(connection, saved, "plan.json", None)
    with pytest.raises(errors.WrongCluster, match=r"plan\.json is not for the cluster"):
        prepare_saved(
            connection, saved.replace('_in_file": "demo"', '_in_file": "other"'), "plan.json", None
        )


INGEST = EXPORT_ID.replace("mi-export", "mi-ingest").replace("resourceGroups", "RESOURCEGROUPS")
BY = {
    "an alias before the display name": ("{mi-export: {name: mi-ingest}}", "mi-export", "mi-ingest"),
    "the alias's resource ID before its name": (
        f"{{lake: {{name: mi-export, resourceId: {INGEST}}}}}",
        "lake", "mi-ingest",
    ),
    "an object ID": ("{}", "E84D3F17-90A6-4D2C-B7E8-4F5A1C6B920D", "mi-export"),
    "a client ID": ("{lake: {clientId: a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38}}", "lake", "mi-ingest"),
    "a display name": ("{}", "MI-EXPORT", "mi-export"),
    "system": ("{}", "System", "system"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BY)
def test_a_reference_is_found_in_the_documented_order(connection, kind):
    aliases, reference, expected = BY[kind]
    text = f'identities: {aliases}\npolicy: {{databases: {{Telemetry: {{"{reference}": [SqlRequest]}}}}}}'

    plan = prepare(connection, file_of(text), Options()).plan

    assert [one.subject for one in plan.changes] == [expected]


def test_a_callout_rule_that_is_allowed_and_denied_is_a_mistake_in_the_file(connection):
    text = "callouts: {allow: [{type: sql, uri: x}], deny: [{type: sql, uri: x}]}"

    with pytest.raises(errors.InvalidPolicyFile, match=r"line 3, column \d+: .*allowed and denied"):
        prepare(connection, file_of(text), Options())


def test_an_alias_that_names_nothing_is_not_its_own_fix(connection):
    text = "identities: {mi-a: {name: mi-b}, mi-b: {name: mi-a}}\npolicy: {cluster: {mi-a: [All]}}"

    with pytest.raises(errors.InvalidPolicyFile, match="no identity is named 'mi-b'") as caught:
        prepare(connection, file_of(text), Options())

    assert "mi-b" not in str(caught.value.remediation)
