import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidValue, UnknownVariable
from adxmi_jupyter.magics.expansion import expand_body, expand_words
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.model.usage import Usage

GUID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("$name", ["Tom's Lab"]),
        ("{{name}}", ["Tom's Lab"]),
        ("{{ name }}", ["Tom's Lab"]),
        ("--database=$name", ["--database=Tom's Lab"]),
        ('"$name"', ["Tom's Lab"]),
        ("$number", ["3"]),
        ("$guid", [GUID]),
        ("$usage", ["ExternalTable"]),
        ("--usage $usages", ["--usage", "AzureAI,SqlRequest"]),
        ("$pair", ["a,b"]),
        ("$$name", ["$name"]),
        ("cost$", ["cost$"]),
        ("$1", ["$1"]),
        ("{name}", ["{name}"]),
    ],
)
def test_variables_expand_word_by_word(line, arguments):
    variables = {
        "name": "Tom's Lab",
        "number": 3,
        "guid": uuid.UUID(GUID),
        "usage": Usage.EXTERNAL_TABLE,
        "usages": ["AzureAI", "SqlRequest"],
        "pair": ("a", "b"),
    }

    assert list(expand_words(split(line), variables).arguments) == arguments


@pytest.mark.nightly
@given(st.text())
def test_a_value_stays_one_word_whatever_is_in_it(value):
    words = split("--database=$value --cluster={{value}}")

    arguments = expand_words(words, {"value": value}).arguments

    assert arguments == (f"--database={value}", f"--cluster={value}")


def test_a_value_is_not_expanded_again():
    expanded = expand_words(split("$outer"), {"outer": "{{inner}} $inner", "inner": "secret"})

    assert expanded.arguments == ("{{inner}} $inner",)


def test_an_unknown_variable_names_the_closest_one():
    with pytest.raises(UnknownVariable) as caught:
        expand_words(split("--database $databse"), {"database": "Sales", "_hidden": ""})

    assert str(caught.value).splitlines() == [
        "there is no variable 'databse'",
        "  why: $name and {{name}} stand for a variable of the notebook; $$ is a plain dollar",
        "  fix: write {{database}} or $database",
    ]


@pytest.mark.parametrize("line", ["{{a.b}}", "{{}}", "{{1 + 1}}"])
def test_only_names_stand_between_double_braces(line):
    with pytest.raises(UnknownVariable):
        expand_words(split(line), {"a": "x"})


@pytest.mark.parametrize("value", [None, 1.5, True, {"a": 1}, [1, 2], b"bytes", object()])
def test_other_types_cannot_stand_in_a_line(value):
    with pytest.raises(InvalidValue, match="the variable x can't be used in a command"):
        expand_words(split("$x"), {"x": value})


def test_a_value_cannot_pretend_to_be_an_option():
    with pytest.raises(InvalidValue) as caught:
        expand_words(split("policy delete --database $name"), {"name": "--yes"})

    assert caught.value.fix == "join it to its option: --database=$name"


def test_a_body_expands_double_braces_only():
    body = '[{"ObjectId": "{{who}}", "AllowedUsages": "$who {x}"}, {{}}]'

    expanded = expand_body(body, {"who": "mi-ingest"})

    assert expanded == '[{"ObjectId": "mi-ingest", "AllowedUsages": "$who {x}"}, {{}}]'


def test_an_unknown_variable_in_a_body_is_an_error():
    with pytest.raises(UnknownVariable, match="there is no variable 'nobody'"):
        expand_body("- ObjectId: {{nobody}}", {})
