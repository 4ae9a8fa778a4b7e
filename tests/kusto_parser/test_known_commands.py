"""The embedded Azure knows by name every command that Microsoft's parser knows."""

from __future__ import annotations

import re

import pytest

from adxmi_jupyter.embedded.kusto.parser import parse_command

from .known_commands import CARRIED, listed_by_the_parser

SAMPLES = {
    "AnyGuidLiteralOrString": "'e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d'",
    "BracketedInputText": "1,2",
    "BracketedStringLiteral": "[x]",
    "FunctionBody": "{ T | summarize count() by x }",
    "FunctionDeclaration": "() { T }",
    "InputText": "1,2",
    "Properties": "with (a='b')",
    "QueryInput": "T",
    "ScriptInput": ".show version",
    "StringLiteral": "'x'",
    "Type": "string",
    "QualifiedWildcardedNameDeclaration": "D.T*",
    "Value": "1d",
    "WildcardedNameDeclaration": "T*",
}
COMMANDS = dict(line.split("\t") for line in CARRIED.read_text("utf-8").splitlines())


def sample(syntax):
    """The shortest text of a pattern: nothing optional, and the first of several choices."""
    signs = {r"\(": "\0", r"\)": "\1", r"\|": "\2", r"\*": "\3", r"\[": "\4", r"\]": "\5"}
    signs |= {r"\{": "\6", r"\}": "\7", r"\<": "\x0e", r"\.": "\x0f"}
    for written, kept in signs.items():
        syntax = syntax.replace(written, kept)
    left = 1
    while left:
        syntax, left = re.subn(
            r"\(\?([:!])([^()]*)\)([?*]?)",
            lambda group: "" if group[1] == "!" or group[3] else group[2].split("|")[0],
            syntax,
        )
    syntax = re.sub(r"<(\w+)>", lambda rule: SAMPLES.get(rule[1], "T"), syntax)
    for written, kept in signs.items():
        syntax = syntax.replace(kept, written[1:])
    return f".{syntax}"


def test_the_list_is_that_of_the_parser(kusto_parser):
    assert CARRIED.read_text("utf-8") == listed_by_the_parser()


@pytest.mark.nightly
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_understood_or_named(kusto_parser, name):
    text = sample(COMMANDS[name])

    judgement = kusto_parser.judge(text, schema=False, half_typed=False)

    assert judgement.is_clean
    assert parse_command(text)
