import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import (
    CLUSTER,
    Policy,
    PolicyEntry,
    Scope,
    parse_policy,
    policy_text,
)
from tests.model.strategies import policies, usages

INGEST = ManagedIdentity("11111111-2222-4333-8444-555555555555", "mi-ingest")
SYSTEM = ManagedIdentity("system", is_system=True)
SYSTEM_ROW = ManagedIdentity("99999999-2222-4333-8444-555555555555", "c1", is_system=True)


def policy(identity, *names):
    return Policy((PolicyEntry(identity, names),))


@pytest.mark.parametrize("text", [None, "", "  ", "null", "[]", " [ ] ", []])
def test_absent_empty_null_and_empty_list_all_mean_no_policy(text):
    assert parse_policy(text) == Policy()


def test_parse_reads_every_property_in_any_letter_case():
    text = json.dumps(
        [
            {
                "objectid": "9a",
                "CLIENTID": "8b",
                "TenantId": "7c",
                "displayName": "c1",
                "isSystem": True,
                "allowedUsages": " sqlrequest,ALL ,exporttable",
                "Colour": "unknown keys are tolerated",
            }
        ]
    )

    (entry,) = parse_policy(text)

    assert entry.identity == ManagedIdentity("9a", "c1", "8b", "7c", is_system=True)
    assert entry.allowed_usages == ("All", "SqlRequest", "exporttable")
    assert entry.unknown_usages == ("exporttable",)


def test_parse_accepts_usages_as_a_list():
    (entry,) = parse_policy([{"ObjectId": "9a", "AllowedUsages": ["ExternalTable", "All"]}])

    assert entry.allowed_usages == ("All", "ExternalTable")


@pytest.mark.parametrize(
    "text", ["{", '"All"', "[1]", '[{"AllowedUsages":"All"}]', '{"ObjectId":"9a"}', "7"]
)
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(UnreadableAnswer, match="managed identity policy could not be read"):
        parse_policy(text)


@pytest.mark.parametrize("column", ["Policy", "Policies"])
def test_both_column_shapes_are_read(column):
    assert policy_text({"EntityName": "[Sales]", column: "[]"}) == "[]"


def test_a_row_without_a_policy_column_is_refused_naming_its_columns():
    with pytest.raises(UnreadableAnswer) as raised:
        policy_text({"EntityName": "x"})

    assert "the columns are EntityName" in raised.value.why


def test_system_equals_the_row_of_the_system_identity():
    by_word, by_row = policy(SYSTEM, "All"), policy(SYSTEM_ROW, "All")

    assert by_word == by_row
    assert hash(by_word) == hash(by_row)
    assert by_word.merge(by_row).entries[0].identity == SYSTEM_ROW
    assert by_row.subtract(by_word) == Policy()


def test_a_former_system_identity_is_not_the_one_assigned_since():
    rows = [{"ObjectId": number * 8 + "-1111-4111-8111-111111111111"} for number in "12"]
    usages = ("SqlRequest", "AzureAI")
    named = [
        {**row, "IsSystem": True, "AllowedUsages": usage}
        for row, usage in zip(rows, usages, strict=True)
    ]
    system = ManagedIdentity("system", is_system=True)

    policy = parse_policy(named)

    assert [policy.allows(system, usage) for usage in usages] == [False, True]
    assert not policy.as_of(None).allows(system, "AzureAI")
    assert policy.as_of(ManagedIdentity(rows[1]["ObjectId"])).allows(system, "AzureAI")


def test_order_spacing_and_letter_case_mean_nothing():
    left = parse_policy('[{"ObjectId":"9A","AllowedUsages":"SqlRequest,AzureAI"}]')
    right = parse_policy('[{"ObjectId":"9a","AllowedUsages":" azureai , sqlrequest"}]')

    assert left == right
    assert left != "a policy"


def test_all_covers_what_it_replaces_but_not_the_reverse():
    some, everything = policy(INGEST, "ExternalTable"), policy(INGEST, "All")

    assert everything.contains(some)
    assert not some.contains(everything)
    assert some.losses(everything) == ()
    assert [(loss.usage, loss.change) for loss in everything.losses(some)] == [("All", "removed")]


def test_diff_names_what_appears_and_disappears():
    before, after = policy(INGEST, "All", "SqlRequest"), policy(INGEST, "All", "AzureAI")

    changes = [(change.usage, change.change) for change in before.diff(after)]

    assert changes == [("SqlRequest", "removed"), ("AzureAI", "added")]


def test_a_policy_is_sent_with_object_id_and_usages_only():
    text = policy(SYSTEM_ROW, "AzureAI", "All").to_json()

    assert json.loads(text) == [{"ObjectId": SYSTEM_ROW.object_id, "AllowedUsages": "All, AzureAI"}]


def test_an_entry_not_touched_is_sent_back_to_the_letter():
    read = parse_policy('[{"ObjectId":"9a","AllowedUsages":"SqlRequest,  All"}]')

    assert json.loads(read.to_json())[0]["AllowedUsages"] == "SqlRequest,  All"


def test_scopes_name_themselves():
    assert (str(CLUSTER), CLUSTER.kind) == ("cluster", "cluster")
    assert (str(Scope("Sales")), Scope("Sales").kind) == ("database Sales", "database")


@pytest.mark.nightly
@given(policies)
def test_what_is_serialized_is_parsed_equal(value):
    assert parse_policy(value.to_json()) == value


@pytest.mark.nightly
@given(policies, policies)
def test_a_merge_contains_both_and_loses_nothing(left, right):
    merged = left.merge(right)

    assert merged.contains(left)
    assert merged.contains(right)
    assert left.losses(merged) == ()


@pytest.mark.nightly
@given(policies, policies, policies)
def test_merge_is_associative_commutative_and_idempotent(one, two, three):
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(two).merge(two) == one.merge(two)


@pytest.mark.nightly
@given(policies, policies)
def test_subtracting_removes_exactly_the_named_usages(left, right):
    rest = left.subtract(right)

    named = {(e.key, u) for e in right for u in e.allowed_usages}
    kept = {(e.key, u) for e in left for u in e.allowed_usages} - named
    assert {(e.key, u) for e in rest for u in e.allowed_usages} == kept


@pytest.mark.nightly
@given(policies, policies)
def test_taking_back_what_a_merge_added_restores_the_policy(left, right):
    merged = left.merge(right)

    added = [c for c in left.diff(merged) if c.change == "added"]
    gained = Policy(tuple(PolicyEntry(c.identity, (c.usage,)) for c in added))

    assert merged.subtract(gained) == left


@pytest.mark.nightly
@given(policies, policies)
def test_a_diff_is_empty_exactly_between_equal_policies(left, right):
    assert (left.diff(right) == ()) == (left == right)


@given(usages, st.randoms())
def test_usages_are_kept_once_in_one_order(names, random):
    shuffled = list(names) + [name.lower() for name in names if not name.startswith("Newer")]
    random.shuffle(shuffled)

    assert PolicyEntry(INGEST, tuple(shuffled)) == PolicyEntry(INGEST, names)
