"""The callout policy: allow, take back, and the truth about writes whose answer was lost."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.policy.callouts import (
    apply,
    plan_allow,
    plan_revoke,
    read_rules,
    rules_frame,
)
from adxmi_jupyter.embedded.state.callouts import CalloutRule as Rule
from tests.faults.messages import statement

LAKE = "https://contosolake.blob.core.windows.net/artifacts/rates.csv"
LAKE_RULE = r"^https://contosolake\.blob\.core\.windows\.net(/|$)"
COSMOS = r"\.documents\.azure\.com"


@pytest.fixture
def own(azure):
    """The cluster's own rules, in the world itself."""
    return lambda: [
        (r.callout_type, r.uri_regex, r.can_call) for r in azure.world.cluster.callout_policy or []
    ]


@pytest.fixture
def two_rules(azure):
    azure.world.cluster.callout_policy = [Rule("cosmosdb", COSMOS), Rule("sandbox_artifacts", "x")]


def test_rules_are_shown_with_the_predefined_ones(connection, two_rules):
    frame = rules_frame(connection, read_rules(connection))

    assert list(frame.columns) == ["type", "pattern", "can_call", "predefined"]
    assert list(frame["predefined"]) == [False, False, *[True] * (len(frame) - 2)]
    assert frame.attrs["adxmi"]["command"] == ".show cluster policy callout"


def test_allowing_an_address_allows_its_host(connection, own):
    done = apply(connection, plan_allow(connection, "sandbox_artifacts", uri=LAKE), confirmed=True)

    assert own() == [("sandbox_artifacts", LAKE_RULE, True)]
    assert done.lines == (f"+ sandbox_artifacts {LAKE_RULE} allowed",)
    assert len(done.rules) == len(read_rules(connection))


def test_allowing_keeps_what_is_there(connection, own, two_rules):
    apply(connection, plan_allow(connection, "azure_openai", pattern="openai"), confirmed=True)

    assert own() == [
        ("cosmosdb", COSMOS, True),
        ("sandbox_artifacts", "x", True),
        ("azure_openai", "openai", True),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {"callout_type": "CosmosDB", "pattern": COSMOS},
        {"callout_type": "external_data", "uri": LAKE},
        {"callout_type": "cosmosdb", "uri": "https://shop.documents.azure.com/"},
    ],
)
def test_what_is_allowed_already_is_not_sent(connection, azure, two_rules, wanted):
    change = plan_allow(connection, **wanted)
    served = azure.requests_served

    done = apply(connection, change, confirmed=True)

    assert done.notes == ("already allowed",)
    assert azure.requests_served == served


def test_a_rule_that_denies_it_is_told(connection, azure):
    azure.world.cluster.callout_policy = [Rule("external_data", "contosolake", can_call=False)]

    change = plan_allow(connection, "external_data", uri=LAKE)

    assert change.notes == (
        "a rule that denies it stays in effect: external_data contosolake denied",
    )


def test_a_rule_of_the_same_expression_turns_from_denied_to_allowed(connection, azure, own):
    azure.world.cluster.callout_policy = [Rule("sandbox_artifacts", LAKE_RULE, can_call=False)]

    change = plan_allow(connection, "sandbox_artifacts", uri=LAKE)
    apply(connection, change, confirmed=True)

    assert change.notes == ()
    assert own() == [("sandbox_artifacts", LAKE_RULE, True)]


def test_taking_a_rule_back_keeps_the_others(connection, own, two_rules):
    done = apply(connection, plan_revoke(connection, "CosmosDB", COSMOS), confirmed=True)

    assert own() == [("sandbox_artifacts", "x", True)]
    assert done.lines == (f"- cosmosdb {COSMOS} allowed",)


def test_taking_a_rule_back_needs_to_be_confirmed(connection, own, two_rules):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        apply(connection, plan_revoke(connection, "cosmosdb", COSMOS), confirmed=False)

    assert caught.value.why == (f"calls to these addresses stop working: cosmosdb {COSMOS} allowed")
    assert len(own()) == 2


@pytest.mark.parametrize(
    ("callout_type", "pattern"), [("cosmosdb", "another"), ("external_data", ".*")]
)
def test_only_rules_of_the_cluster_itself_can_be_taken_back(
    connection, two_rules, callout_type, pattern
):
    with pytest.raises(errors.NothingToRevoke) as caught:
        plan_revoke(connection, callout_type, pattern)

    assert "cosmosdb" in caught.value.why
    assert caught.value.fix == "%adxmi callout list"


def test_what_somebody_else_wrote_in_between_is_not_overwritten(connection, azure, own, two_rules):
    change = plan_revoke(connection, "cosmosdb", COSMOS)
    azure.world.cluster.callout_policy.append(Rule("azure_openai", "openai"))

    with pytest.raises(errors.PolicyChanged):
        apply(connection, change, confirmed=True)

    assert len(own()) == 3


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("unavailable", errors.WriteNotApplied),
        ("dropped-before-write", errors.WriteOutcomeUnknown),
        ("throttled", errors.Throttled),
    ],
)
@pytest.mark.parametrize("verb", ["allow", "revoke"])
def test_what_was_lost_before_it_arrived_did_not_happen(
    connection, fault, own, two_rules, planned, verb, name, error
):
    change = planned(verb)
    fault(name, match=".alter")

    with pytest.raises(error):
        apply(connection, change, confirmed=True)

    assert len(own()) == 2


@pytest.fixture
def planned(connection):
    """Plan to allow something, or to take a rule back."""
    plans = {
        "allow": lambda: plan_allow(connection, "azure_openai", pattern="openai"),
        "revoke": lambda: plan_revoke(connection, "cosmosdb", COSMOS),
    }
    return lambda verb: plans[verb]()


@pytest.mark.parametrize(
    "name", ["dropped-after-write", "truncated-body", "not-json", "empty-body"]
)
@pytest.mark.parametrize(("verb", "left"), [("allow", 3), ("revoke", 1)])
def test_what_took_effect_is_told_as_that(
    connection, fault, own, two_rules, planned, verb, left, name
):
    change = planned(verb)
    fault(name, match=".alter")

    done = apply(connection, change, confirmed=True)

    assert len(own()) == left
    assert done.notes[-1].endswith("the policy was read again: the change took effect")


@pytest.mark.parametrize("verb", ["allow", "revoke"])
def test_what_cannot_be_read_again_is_unknown(connection, azure, two_rules, planned, verb):
    change = planned(verb)
    azure.faults.add("dropped-after-write", match=".alter", times=None)
    shown = ".show cluster policy callout"
    azure.faults.add("slow", match=shown, delay=0)  # the look just before writing
    azure.faults.add("throttled", match=shown, times=None, retry_after=0)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        apply(connection, change, confirmed=True)

    assert caught.value.fix == "%adxmi callout list"


def test_that_the_rules_cannot_be_read_afterwards_does_not_undo_it(
    connection, azure, fault, own, planned
):
    change = planned("allow")
    azure.faults.add("slow", match=".show cluster policy callout", delay=0)
    fault("throttled", match=".show cluster policy callout")

    done = apply(connection, change, confirmed=True)

    assert len(own()) == 1
    assert done.notes[-1].startswith("it is done; the policy could not be read again: ")


def test_whoever_may_not_look_is_refused(reader):
    with pytest.raises(errors.NotAuthorized):
        read_rules(reader)


def test_something_else_in_its_place_leaves_it_open(proxied, proxy, azure, two_rules):
    change = plan_revoke(proxied, "cosmosdb", COSMOS)

    def taken_for_another(exchange):
        azure.world.cluster.callout_policy = [Rule("sql", "somebody else's")]
        exchange.close()

    proxy.strike(taken_for_another, statement(".alter"))

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        apply(proxied, change, confirmed=True)

    assert caught.value.why.endswith("is neither as before nor as intended")


def test_an_interrupt_before_the_answer_says_that_nobody_knows(connection, planned, interrupted):
    change = planned("allow")
    interrupted(".alter-merge")

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        apply(connection, change, confirmed=True)

    assert caught.value.why == "you interrupted before the answer came"
