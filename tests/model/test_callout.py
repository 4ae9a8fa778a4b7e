import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput, UnreadableAnswer
from adxmi_jupyter.model.callout import (
    TYPES,
    CalloutRule,
    allow_command,
    alter_command,
    checked_type,
    parse_callouts,
    rule_for,
    rule_of,
    verdict,
)
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.requirements import CalloutAllowed
from adxmi_jupyter.model.identity import ManagedIdentity

OWN = {"CalloutType": "cosmosdb", "CalloutUriRegex": r"\.documents\.azure\.com", "CanCall": True}
SYSTEM = ManagedIdentity("system", is_system=True)
RULES = st.lists(
    st.builds(CalloutRule, st.sampled_from(TYPES), st.text(), st.booleans()), max_size=3
)


def row(policy, entity_type="Cluster"):
    return {
        "PolicyName": "CalloutPolicy",
        "EntityName": "",
        "Policy": policy,
        "ChildEntities": "",
        "EntityType": entity_type,
    }


def rule(pattern, *, can_call=True, kind="external_data"):
    return CalloutRule(kind, pattern, can_call)


@given(rules=RULES)
def test_rules_read_back(rules):
    literal = json.dumps(
        [
            {"CalloutType": r.callout_type, "CalloutUriRegex": r.pattern, "CanCall": r.can_call}
            for r in rules
        ]
    )

    assert parse_callouts([row(literal)]) == tuple(rules)


def test_predefined_rules_come_in_a_row_of_their_own():
    own, fixed = parse_callouts(
        [row(json.dumps([OWN])), row(json.dumps([OWN]), "Cluster immutable policy")]
    )

    assert not own.is_fixed
    assert fixed.is_fixed


@pytest.mark.parametrize("policy", [None, "", "null", "[]", []])
def test_no_rules_are_no_rules(policy):
    assert parse_callouts([row(policy)]) == ()


@pytest.mark.parametrize(
    "shape", [{"Policies": json.dumps([OWN])}, {"policy": [OWN]}, {"Policy": json.dumps([OWN])}]
)
def test_rules_are_read_in_both_column_shapes(shape):
    (found,) = parse_callouts([shape])

    assert found.key == ("cosmosdb", r"\.documents\.azure\.com")


@pytest.mark.parametrize("policy", ["{", "{}", '["x"]', "7"])
def test_what_is_no_list_of_rules_is_no_answer(policy):
    with pytest.raises(UnreadableAnswer, match="callout policy could not be read"):
        parse_callouts([row(policy)])


@pytest.mark.parametrize(
    ("rules", "is_allowed"),
    [
        ([], False),
        ([rule(".*")], True),
        ([rule(r"contosolake\.blob")], True),
        ([rule(r"elsewhere\.blob")], False),
        ([rule(".*"), rule("contosolake", can_call=False)], False),
        ([rule(".*"), rule("elsewhere", can_call=False)], True),
        ([rule(".*", kind="sql")], False),
        ([rule(".*", kind="External_Data")], True),
        ([rule("[")], None),
        ([rule("CONTOSOLAKE")], True),
    ],
)
def test_one_rule_allows_and_none_denies(rules, is_allowed):
    uri = "https://contosolake.blob.core.windows.net/archive"

    assert verdict(rules, "external_data", uri).is_allowed is is_allowed


CALLING = {
    *("ai-chat-completion", "ai-embeddings", "cosmosdb-sql-request", "external-table"),
    *("externaldata", "infer-storage-schema", "python-plugin", "sql-request"),
}
"""The workflows that call an address which the callout policy has to allow."""


@pytest.mark.parametrize("declaration", declarations(), ids=lambda one: one.noun())
def test_the_rule_for_an_address_allows_what_workflows_call(declaration):
    who = {spec.name: SYSTEM for spec in declaration.specs() if spec.kind is FieldKind.IDENTITY}
    workflow = read(declaration, {**declaration.about.sample.fields, **who}).required()
    needed = workflow.requirements()

    called = [(one.callout_type, one.uri) for one in needed if isinstance(one, CalloutAllowed)]
    denied = [one for one in called if not verdict([rule_for(*one)], *one).is_allowed]

    assert len(called) == (declaration.noun() in CALLING)
    assert denied == []


@pytest.mark.parametrize(
    ("uri", "pattern", "others"),
    [
        (
            "https://lake.blob.core.windows.net/c/x.zip",
            r"^https://lake\.blob\.core\.windows\.net(/|$)",
            [
                "https://lake.blob.core.windows.net.evil.example/",
                "http://lake.blob.core.windows.net/",
            ],
        ),
        (
            "abfss://c@lake.dfs.core.windows.net/x",
            r"^abfss://[^/@]*@lake\.dfs\.core\.windows\.net(/|$)",
            ["abfss://c@evil.example/@lake.dfs.core.windows.net/"],
        ),
        (
            "erp01.database.windows.net",
            r"^erp01\.database\.windows\.net(/|$)",
            ["evil-erp01.database.windows.net", "erp01xdatabase.windows.net"],
        ),
        ("https://127.0.0.1:8080", r"^https://127\.0\.0\.1:8080(/|$)", ["https://127.0.0.1:80801"]),
    ],
)
def test_a_rule_is_about_one_host(uri, pattern, others):
    made = rule_for("sandbox_artifacts", uri)

    assert made.pattern == pattern
    assert made.matches(uri)
    assert not any(made.matches(other) for other in others)


@pytest.mark.parametrize("uri", ["", "https://", "https://a(b", "https://a?sig=c2VjcmV0", "a b"])
def test_an_address_without_a_host_is_refused_and_not_repeated(uri):
    with pytest.raises(InvalidInput) as raised:
        rule_for("sandbox_artifacts", uri)

    assert "c2VjcmV0" not in str(raised.value)


def test_an_expression_becomes_a_rule():
    assert rule_of("sql", "a+").matches("xaax")


def test_what_is_no_expression_is_refused():
    with pytest.raises(InvalidInput, match="isn't a regular expression"):
        rule_of("sql", "(")


@pytest.mark.parametrize("word", ["cosmosdb", "CosmosDB", " COSMOSDB "])
def test_types_are_known_in_any_letter_case(word):
    assert checked_type(word) == "cosmosdb"


def test_an_unknown_type_is_refused_with_the_closest():
    with pytest.raises(InvalidInput) as raised:
        checked_type("sandbox_artifact")

    assert raised.value.fix == "--type sandbox_artifacts"


def test_commands_change_the_cluster():
    rules = (CalloutRule("cosmosdb", r"\.documents\.azure\.com", can_call=True),)

    literal = f"```{json.dumps([OWN])}```"
    assert allow_command(rules) == f".alter-merge cluster policy callout {literal}"
    assert alter_command(rules) == f".alter cluster policy callout {literal}"
