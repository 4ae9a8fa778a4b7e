"""Links that the cluster itself has: its callout policy, its plugins; and what is told only."""

import pytest

from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.model.declaration.requirements import NotVerifiable, PluginEnabled
from tests.actions.filling import LAKE
from tests.told import examined

# Callout policy


def test_an_address_that_no_rule_allows_is_missing(look):
    found = look("python-plugin")["callout policy"]

    assert (found.state, found.detail) == ("not met", "no rule of sandbox_artifacts allows it")
    assert found.fix == (f"%adxmi callout allow --type sandbox_artifacts --uri {LAKE}")


@pytest.mark.nightly
def test_an_address_that_a_rule_denies_is_missing_and_the_rule_is_named(azure, look):
    azure.world.cluster.callout_policy = [
        CalloutRule("external_data", "contosolake", can_call=False)
    ]

    found = look("external-table")["callout policy"]

    assert found.state == "not met"
    assert found.detail == "a rule denies it: external_data contosolake denied"
    assert found.fix == ("%adxmi callout revoke --type external_data --pattern contosolake --yes")


@pytest.mark.nightly
def test_an_address_that_depends_on_a_rule_nobody_here_can_read_is_unknown(azure, look):
    azure.world.cluster.callout_policy = [
        CalloutRule("external_data", "(?<x>lake)", can_call=False)
    ]

    found = look("external-table")["callout policy"]

    assert found.state == "unknown"
    assert found.detail == "it depends on a rule that can't be evaluated: (?<x>lake)"


# Plugin


@pytest.mark.nightly
def test_a_plugin_that_is_switched_off_is_missing(azure, look):
    azure.world.cluster.settings["languageExtensions"] = None

    found = look("python-plugin")["plugin"]

    assert (found.state, found.detail) == ("not met", "not enabled on the cluster")
    assert "Azure portal" in found.fix


def test_a_plugin_is_found_in_any_letter_case(connection):
    (found,) = examined(connection, [PluginEnabled("SQL_request")], "Sales")

    assert found.state == "met"


# What nobody can look at


def test_what_cannot_be_looked_at_is_unknown_with_what_it_is(connection):
    (found,) = examined(connection, [NotVerifiable("mi-export in erp", "a user there")], "Sales")

    assert (found.title, found.state, found.detail) == (
        "permission at the target",
        "unknown",
        "a user there",
    )
