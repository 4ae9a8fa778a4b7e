import json
from datetime import timedelta

import pytest
from hypothesis import example, given

from adxmi_jupyter.model.declaration.plugins import (
    bag,
    call,
    dynamic,
    json_list,
    json_object,
    piped,
    piped_into,
    text_literal,
)
from tests.model.workflow_strategies import OBJECTS

LONGEST = 2**63 - 1


@pytest.mark.nightly
@given(value=OBJECTS)
@example(value={"least": -LONGEST, "most": LONGEST})
def test_json_reads_back(value):
    assert json_object(json.dumps(value)) == value
    assert json_list(json.dumps([value])) == [value]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it isn't valid JSON: Expecting value (line 1, column 1)"),
        ('{"a": 1,\n}', "it isn't valid JSON: "),
        ("[]", "a JSON object is required, and this is an array"),
        ("null", "a JSON object is required, and this is null"),
        ("true", "a JSON object is required, and this is a flag"),
        ("1.5", "a JSON object is required, and this is a number"),
        ('"a"', "a JSON object is required, and this is a text"),
        ('{"a": -Infinity}', "JSON has no -Infinity"),
        (f'{{"a": {LONGEST + 1}}}', "a number in it is larger than the service can hold"),
        ('{"a": ' + "9" * 5000 + "}", "a number in it is larger than the service can hold"),
        ('{"a": -1e400}', "a number in it is larger than the service can hold"),
        ("[" * 100_000, "it is nested too deep"),
    ],
)
def test_what_is_no_object_is_refused(text, reason):
    with pytest.raises(ValueError, match="^" + reason.replace("(", r"\(").replace(")", r"\)")):
        json_object(text)


@pytest.mark.parametrize("text", ["{}", "[]", "[1]", '[{"a": 1}, 2]'])
def test_what_is_no_list_of_objects_is_refused(text):
    with pytest.raises(ValueError, match="a JSON array of objects is required"):
        json_list(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "dynamic({})"),
        (
            {"a": None, "b": True, "c": -1.5, "d": [1, "x"]},
            'dynamic({"a": null, "b": true, "c": -1.5, "d": [1, "x"]})',
        ),
        ({'"': "\n"}, 'dynamic({"\\"": "\\n"})'),
        ({"wait": timedelta(minutes=90)}, 'dynamic({"wait": 90m})'),
    ],
)
def test_a_dynamic_value_is_written(value, text):
    assert dynamic(value) == text


def test_what_json_cannot_say_is_a_mistake():
    with pytest.raises(TypeError):
        dynamic({"a": object()})


def test_a_bag_leaves_out_what_is_not_set():
    assert bag({"a": None, "b": 0, "c": False, "d": ""}) == 'dynamic({"b": 0, "c": false, "d": ""})'
    assert bag({"a": None}) == ""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("a", "b"), "f(a, b)"),
        (("a", "", ""), "f(a)"),
        (("a", "", "true"), "f(a, dynamic(null), true)"),
        (("a" * 50, "b" * 50), f"f(\n    {'a' * 50},\n    {'b' * 50})"),
        (("```a\nb```", "c"), "f(\n    ```a\nb```,\n    c)"),
    ],
)
def test_a_call_is_readable(arguments, text):
    assert call("f", *arguments) == text


def test_a_query_is_fed_and_goes_on():
    assert piped("T // all", "evaluate f()") == "T // all\n| evaluate f()"
    assert piped(" ", "evaluate f()") == "evaluate f()"
    assert piped_into("f()", "| take 1 ") == "f()\n| take 1"
    assert piped_into("f()", "") == "f()"


def test_a_text_of_several_lines_stands_as_it_is():
    assert text_literal('a "b"') == '"a \\"b\\""'
    assert text_literal('a\n"b"') == '```a\n"b"```'
