"""What looks like a secret is masked in every text, whatever it is wrapped in; nothing else is."""

import html
import json
from urllib.parse import quote

import pytest

from adxmi_jupyter.errors import AdxmiError, ServiceDetails
from adxmi_jupyter.masking import MASK, masked, masked_payload
from tests.masking.secrets import INNOCENT, MARK, SHAPES

CONTEXTS = {
    "plain": str,
    "a sentence": "The value '{}' is invalid.".format,
    "JSON": lambda text: json.dumps({"message": text}),
    "JSON in JSON": lambda text: json.dumps({"error": json.dumps({"message": text})}),
    "JSON with escapes": lambda text: (
        json.dumps(text).replace("&", "\\u0026").replace("=", "\\u003d").replace("'", "\\u0027")
    ),
    "HTML": lambda text: f"<html><body><p>{html.escape(text)}</p></body></html>",
    "lines": "first line\n{}\nlast line".format,
    "an address": lambda text: f"https://example.com/?u={quote(text, safe='')}",
    "a representation": lambda text: repr({"message": text}),
}


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_secret_is_masked(context):
    wrapped = {shape: CONTEXTS[context](shape) for shape in SHAPES}

    assert [shape for shape, text in wrapped.items() if MARK in masked(text)] == []


def test_what_is_no_secret_stays():
    assert [masked(text) for text in INNOCENT] == list(INNOCENT)


def test_what_stands_around_a_secret_stays():
    shown = [masked(f"cannot connect\n{shape}\nplease try again later") for shape in SHAPES]

    assert [one for one in shown if not one.startswith("cannot connect\n")] == []
    assert [one for one in shown if not one.endswith("\nplease try again later")] == []


def test_a_masked_text_is_masked_no_further():
    shown = [masked(shape) for shape in SHAPES]

    assert [masked(one) for one in shown] == shown


def test_an_error_holds_no_secret_in_any_of_its_parts():
    for shape in SHAPES:
        error = AdxmiError(f"what {shape}", why=f"why {shape}", fix=f"fix {shape}")
        error.why += f" and {shape}"
        error.service = ServiceDetails(payload={"error": {"message": shape, "list": [shape]}})

        told = (str(error), repr(error), str(error.args), str(vars(error)), str(error.service))

        assert [one for one in told if MARK in one] == []


def test_fields_of_an_answer_are_masked_by_their_names():
    answer = {"properties": {"clientSecret": MARK, "name": "contoso", "count": 3}}

    assert masked_payload(answer) == {
        "properties": {"clientSecret": MASK, "name": "contoso", "count": 3}
    }


@pytest.mark.parametrize(
    "unit", ["a", "=a", "h'", "eyJ.", '"', "\\", "https://", "bearer ", "password=\\", "&amp;", "%25", "\n", "-----BEGIN PRIVATE KEY-----"]
)  # fmt: skip
def test_a_long_text_is_cut_rather_than_looked_through_without_end(unit):
    assert len(masked(unit * 500_000)) < 200_000
