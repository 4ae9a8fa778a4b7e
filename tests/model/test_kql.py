import doctest
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.model import identity, kql, usage
from adxmi_jupyter.model.policy import CLUSTER, Policy, PolicyEntry, Scope

ENTRY = PolicyEntry(
    identity.ManagedIdentity("11111111-2222-4333-8444-555555555555"), ("ExternalTable",)
)


@pytest.mark.parametrize("module", [kql, usage, identity])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_names_are_always_bracketed():
    assert kql.quote_name("Sales") == "['Sales']"
    assert kql.quote_name("a'b\"]\\é\n") == "['a\\'b\"]\\\\é\\n']"


def test_characters_that_cannot_be_seen_are_escaped():
    assert kql.string_literal("\x00\u202e") == '"\\u0000\\u202e"'
    assert kql.obfuscated_literal("a\nb") == 'h"a\\nb"'


def test_an_obfuscated_literal_doubles_single_quotes_and_keeps_the_rest():
    assert kql.obfuscated_literal('Tom\'s \\ "a"') == "h@'Tom''s \\ \"a\"'"


@given(st.text(st.characters(max_codepoint=0xFFFF)))
def test_a_plain_literal_is_one_line_of_visible_characters(text):
    assert kql.string_literal(text).isprintable()
    assert kql.quote_name(text).isprintable()


@pytest.mark.parametrize("text", ["a```b", "`a", "a`", "a\x00b", "a\rb"])
def test_what_cannot_stand_between_chords_is_quoted_plainly(text):
    assert kql.multi_line_literal(text) == kql.string_literal(text)


def test_lines_stand_between_chords_as_they_are():
    assert kql.multi_line_literal("[\n 'a' ]") == "```[\n 'a' ]```"


@pytest.mark.parametrize("text", ["a\nb", "a\tb"])
def test_a_verbatim_literal_holds_visible_characters_only(text):
    assert kql.verbatim_literal(text) == kql.string_literal(text)


def test_the_eight_policy_commands():
    policy, sales = Policy((ENTRY,)), Scope("Sales")
    array = json.dumps([{"ObjectId": ENTRY.identity.object_id, "AllowedUsages": "ExternalTable"}])

    commands = [
        build(scope, *given)
        for scope in (CLUSTER, sales)
        for build, given in (
            (kql.show_policy, ()),
            (kql.alter_policy, (policy,)),
            (kql.alter_merge_policy, (policy,)),
            (kql.delete_policy, ()),
        )
    ]

    assert commands == [
        ".show cluster policy managed_identity",
        f".alter cluster policy managed_identity ```{array}```",
        f".alter-merge cluster policy managed_identity ```{array}```",
        ".delete cluster policy managed_identity",
        ".show database ['Sales'] policy managed_identity",
        f".alter database ['Sales'] policy managed_identity ```{array}```",
        f".alter-merge database ['Sales'] policy managed_identity ```{array}```",
        ".delete database ['Sales'] policy managed_identity",
    ]
