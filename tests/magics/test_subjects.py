"""What a verb is about can be the first word after it, by one rule for all nouns."""

import click
import pytest

from adxmi_jupyter.magics.subject import option_of
from adxmi_jupyter.magics.tree import leaves

ABOUT = {name: option for name, verb in leaves() if (option := option_of(verb))}
EXPORT = "--identity mi-export --external-table ArchivedOrders --query Orders"
OF_OBJECTS = ("--identity", "--name", "--external-table", "--account", "--server")
"""Options that name an object; a verb that requires one is about it."""


def test_identities_policies_roles_and_workflows_take_their_object_as_a_word():
    assert {
        "identity show",
        "identity assign",
        "identity remove",
        "policy grant",
        "policy revoke",
        "role grant",
        "role revoke",
        "callout allow",
        "callout revoke",
        "embedded azure-role",
        "connection-string sql",
        "external-table create",
        "event-hub create",
        "update-policy create",
        "query-acceleration create",
    } <= set(ABOUT)


@pytest.mark.parametrize("name", [name for name, verb in leaves() if name not in ABOUT])
def test_no_verb_requires_an_object_as_an_option_only(name):
    verb = dict(leaves())[name]

    required = [p for p in verb.params if isinstance(p, click.Option) and p.required]
    assert [p.opts for p in required if set(p.opts) & set(OF_OBJECTS)] == []


@pytest.mark.parametrize(
    ("word", "option"),
    [
        ("identity show mi-export", "identity show --identity mi-export"),
        ("identity assign mi-stranger -n", "identity assign --identity mi-stranger -n"),
        (
            "policy grant -d Telemetry mi-export,mi-ingest --usage AzureAI -n",
            "policy grant -d Telemetry --identity mi-export,mi-ingest --usage AzureAI -n",
        ),
        (
            "role grant mi-export --role viewers -d Telemetry -n",
            "role grant --identity mi-export --role viewers -d Telemetry -n",
        ),
        (
            f"continuous-export build Nightly {EXPORT}",
            f"continuous-export build --name Nightly {EXPORT}",
        ),
    ],
)
def test_word_and_option_say_the_same(magic, word, option):
    by_word, by_option = magic(word), magic(option)

    assert by_word.to_dict() == by_option.to_dict()


def test_the_help_shows_the_word(magic, capsys):
    magic("policy grant --help")

    assert capsys.readouterr().out.startswith("Usage: %adxmi policy grant [OPTIONS] IDENTITY[,…]\n")


def test_the_word_completes_as_the_option_does(completions):
    assert [text for text, _, _ in completions("%adxmi identity assign mi-st")] == ["mi-stranger"]
    assert [text for text, _, _ in completions("%adxmi policy grant mi-ingest,mi-")] == [
        "mi-export"
    ]
