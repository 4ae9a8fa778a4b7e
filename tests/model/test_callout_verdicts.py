"""Rules of the callout policy: read, judged, and made from an address."""

import re

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.callout import CalloutRule

LAKE = "https://contosolake.blob.core.windows.net/artifacts/rates.csv"
ALLOWS = CalloutRule("external_data", ".*", can_call=True)
DENIES = CalloutRule("External_Data", "contosolake", can_call=False)
# Named groups of the service's dialect that Python's does not know.
OTHER_DIALECT = r"(?<host>contosolake)"
UNCLEAR_ALLOWS = CalloutRule("external_data", OTHER_DIALECT, can_call=True)
UNCLEAR_DENIES = CalloutRule("external_data", OTHER_DIALECT, can_call=False)


@pytest.mark.parametrize(
    ("rules", "is_allowed"),
    [
        ([], False),
        ([ALLOWS], True),
        ([DENIES], False),
        ([ALLOWS, DENIES], False),
        ([UNCLEAR_ALLOWS], None),
        ([UNCLEAR_DENIES], False),
        ([ALLOWS, UNCLEAR_ALLOWS], True),
        ([ALLOWS, UNCLEAR_DENIES], None),
        ([ALLOWS, DENIES, UNCLEAR_ALLOWS], False),
        ([CalloutRule("sql", ".*", can_call=True)], False),
    ],
)
def test_an_address_is_allowed_by_one_rule_and_denied_by_any(rules, is_allowed):
    assert callout.verdict(rules, "EXTERNAL_DATA", LAKE).is_allowed is is_allowed


@pytest.mark.parametrize(
    ("callout_type", "address"),
    [
        ("sandbox_artifacts", LAKE),
        ("sandbox_artifacts", "https://contosolake.blob.core.windows.net"),
        ("sandbox_artifacts", "abfss://artifacts@contosolake.dfs.core.windows.net/rates.csv"),
        ("sql", "contososql.database.windows.net"),
        ("cosmosdb", "https://contosocosmos.documents.azure.com/"),
        ("azure_openai", "HTTPS://ContosoAI.openai.azure.com/openai?api-version=2024-06-01"),
    ],
)
def test_a_rule_made_for_an_address_allows_it(callout_type, address):
    rule = callout.rule_for(callout_type, address)

    assert callout.verdict([rule], callout_type, address).is_allowed


@pytest.mark.parametrize(
    "address",
    [
        "https://contosolake.blob.core.windows.net.evil.example/artifacts",
        "https://evil.example/contosolake.blob.core.windows.net",
        "https://contosolakeXblob.core.windows.net/artifacts",
        "http://contosolake.blob.core.windows.net/artifacts",
    ],
)
def test_a_rule_made_for_an_address_allows_no_other_host(address):
    rule = callout.rule_for("sandbox_artifacts", LAKE)

    assert not callout.verdict([rule], "sandbox_artifacts", address).is_allowed


def test_a_rule_holds_nothing_of_an_address_but_its_host():
    rule = callout.rule_for("external_data", f"{LAKE}?sig=s3cret")

    assert "s3cret" not in rule.pattern
    assert rule.pattern == r"^https://contosolake\.blob\.core\.windows\.net(/|$)"


@pytest.mark.parametrize("address", ["", "  ", "https://", "?sig=x"])
def test_what_is_no_address_makes_no_rule(address):
    with pytest.raises(errors.InvalidInput):
        callout.rule_for("external_data", address)


def test_rules_are_read_from_one_row_or_several_in_any_spelling_of_their_keys():
    own = '[{"calloutType": "cosmosdb", "CALLOUTURIREGEX": "x", "canCall": false}]'
    fixed = '[{"CalloutType": "sql", "CalloutUriRegex": "y", "CanCall": true}]'

    rules = callout.parse_callouts(
        [
            {"Policy": own, "EntityType": "Cluster"},
            {"Policy": fixed, "EntityType": "Cluster immutable policy"},
            {"Policy": "null", "EntityType": "Cluster"},
            {"Policy": None},
        ]
    )

    assert rules == (
        CalloutRule("cosmosdb", "x", can_call=False),
        CalloutRule("sql", "y", can_call=True, is_fixed=True),
    )


@pytest.mark.parametrize("policy", ["{", '["x"]', '[{"CalloutType": "sql"}]', "7"])
def test_what_is_no_list_of_rules_cannot_be_read(policy):
    with pytest.raises(errors.UnreadableAnswer):
        callout.parse_callouts([{"Policy": policy}])


def test_an_answer_without_a_policy_cannot_be_read():
    with pytest.raises(errors.UnreadableAnswer):
        callout.parse_callouts([{"Text": "[]"}])


def test_commands_hold_the_rules_as_json():
    rule = CalloutRule("cosmosdb", r"\.documents\.azure\.com", can_call=True)

    assert callout.allow_command((rule,)) == (
        '.alter-merge cluster policy callout ```[{"CalloutType": "cosmosdb", '
        r'"CalloutUriRegex": "\\.documents\\.azure\\.com", "CanCall": true}]```'
    )
    assert callout.alter_command(()) == ".alter cluster policy callout ```[]```"


def test_an_expression_that_is_none_is_refused():
    with pytest.raises(errors.InvalidInput) as caught:
        callout.rule_of("sql", "(")

    assert caught.value.why == str(re.error("missing ), unterminated subpattern", "(", 0))


def test_a_type_is_found_in_any_letter_case_and_a_wrong_one_names_the_closest():
    assert callout.checked_type(" CosmosDB ") == "cosmosdb"

    with pytest.raises(errors.InvalidInput) as caught:
        callout.checked_type("sandbox_artefacts")

    assert caught.value.fix == "--type sandbox_artifacts"
