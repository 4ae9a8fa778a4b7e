"""Whatever the builders make, Microsoft's parser reads as the command that was meant."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.policy import CLUSTER, Policy, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage
from tests.examples import examples

# Plain random text hardly ever holds two quotes in a row or a backslash before a quote.
HOSTILE = st.sampled_from("'\"`\\[]{}()@~h;|/.,\n\r\t\0\x7f\x85\u2028\ufeff x1é😀")
CHARACTERS = st.one_of(HOSTILE, st.characters(exclude_categories=["Cs"]))
KEYWORDS = st.sampled_from(["policy", "database", "cluster", "identity", "kind", "1day", "__x__"])
TEXTS = st.one_of(st.text(CHARACTERS), KEYWORDS)
NAMES = st.one_of(st.text(CHARACTERS, min_size=1), KEYWORDS)
SCOPES = st.one_of(st.just(CLUSTER), st.builds(Scope, NAMES))
OBJECT_IDS = st.one_of(st.uuids().map(str), st.just(SYSTEM), NAMES)
USAGES = st.lists(st.one_of(st.sampled_from(list(Usage)), NAMES), max_size=3).map(tuple)
ENTRIES = st.builds(
    PolicyEntry, st.builds(ManagedIdentity, OBJECT_IDS), USAGES, as_sent=st.just("") | TEXTS
)
POLICIES = st.builds(Policy, st.lists(ENTRIES, max_size=3).map(tuple))


@examples(500)
@given(
    builder=st.sampled_from([("Show", kql.show_policy), ("Delete", kql.delete_policy)]),
    scope=SCOPES,
)
@example(builder=("Show", kql.show_policy), scope=Scope("a'b\"]\\é"))
@example(builder=("Delete", kql.delete_policy), scope=Scope("Tom's Lab"))
def test_commands_without_a_policy_read_back(kusto_parser, builder, scope):
    verb, build = builder

    judgement = kusto_parser.judge(build(scope), schema=False)

    assert judgement.is_clean_command(f"{verb}{scope.kind.title()}PolicyManagedIdentity")
    assert "".join(judgement.names) == scope.database
    assert judgement.literals == ()


@examples(500)
@given(databases=st.lists(NAMES, max_size=3).map(tuple))
def test_commands_about_many_databases_read_back(kusto_parser, databases):
    entities = kusto_parser.judge(
        kql.show_entities(databases, kind="Function", shows_obfuscated=True), schema=False
    )
    policies = kusto_parser.judge(kql.show_databases_policies(databases), schema=False)

    assert entities.is_clean_command("ShowDatabasesEntities")
    assert entities.literals == ("True", *databases, "Function")
    assert policies.is_clean_command("ShowClusterDatabasesPolicies")
    assert policies.names == databases


@examples(2000)
@given(
    builder=st.sampled_from([("Alter", kql.alter_policy), ("AlterMerge", kql.alter_merge_policy)]),
    scope=SCOPES,
    policy=POLICIES,
)
@example(builder=("Alter", kql.alter_policy), scope=CLUSTER, policy=Policy())
@example(
    builder=("AlterMerge", kql.alter_merge_policy),
    scope=Scope("```"),
    policy=Policy((PolicyEntry(ManagedIdentity("system", is_system=True), ("```", "All")),)),
)
def test_commands_with_a_policy_read_back(kusto_parser, builder, scope, policy):
    verb, build = builder

    judgement = kusto_parser.judge(build(scope, policy), schema=False)

    (literal,) = judgement.literals
    assert judgement.is_clean_command(f"{verb}{scope.kind.title()}PolicyManagedIdentity")
    assert "".join(judgement.names) == scope.database
    assert json.loads(literal) == [
        {
            "ObjectId": entry.identity.object_id,
            "AllowedUsages": entry.as_sent or ", ".join(entry.allowed_usages),
        }
        for entry in policy
    ]


@examples(1000)
@given(
    quote=st.sampled_from(
        [
            kql.string_literal,
            kql.obfuscated_literal,
            kql.verbatim_literal,
            kql.multi_line_literal,
        ]
    ),
    text=TEXTS,
)
@example(quote=kql.verbatim_literal, text="a'b\"]\\é")
@example(quote=kql.multi_line_literal, text="first\n```\nlast`")
def test_literals_read_back(kusto_parser, quote, text):
    statement = f".alter cluster policy managed_identity {quote(text)}"

    judgement = kusto_parser.judge(statement, schema=False)

    assert judgement.is_clean_command("AlterClusterPolicyManagedIdentity")
    assert judgement.literals == (text,)
