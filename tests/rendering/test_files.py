"""What a spreadsheet makes of a saved result: texts, whatever they begin with."""

import csv
import io

import pandas as pd
import pytest

from adxmi_jupyter.magics.console import execute
from adxmi_jupyter.rendering.files import csv_text, json_text

WITH_SIGNS = set("=+-@\uff1d\uff0b\uff0d\uff20")
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    '"=1',
    "'=1",
    "\u200b=1",
    "\ufeff=1",
    "\xa0=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "a\n=1",
    "a;=1",
    "a\t=1",
    "\tplain",
)


def cells(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_is_text(formula):
    frame = pd.DataFrame({formula: [formula, (formula, "b")]})

    lines = [line for row in cells(csv_text(frame)) for line in row[0].split("\n")]

    pieces = [piece for line in lines for piece in line.replace("\t", ";").split(";")]
    assert [one for one in pieces if one.strip(' \r"\u200b\ufeff\xa0')[:1] in WITH_SIGNS] == []


def test_a_text_is_no_command_to_a_terminal():
    told = csv_text(pd.DataFrame({"a\x9b": ["\x1b]0;title\x07\x1b[2J", ("\x1b[31m", "\x08")]}))

    assert [sign for sign in told if not sign.isprintable()] == ["\n"] * 3
    assert "\\x1b[31m" in told


def test_what_is_no_formula_stays_as_it_is():
    texts = [
        "mi-export",
        "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
        "a - b",
        "a=b",
        "user@example.com",
    ]
    frame = pd.DataFrame({"text": texts, "number": [-1, 2, -3, 4, -5], "real": [-0.5] * 5})

    assert cells(csv_text(frame))[1:] == [
        [text, str(number), "-0.5"] for text, number in zip(texts, [-1, 2, -3, 4, -5], strict=True)
    ]


def test_json_holds_texts_as_they_are():
    assert '"=1"' in json_text(pd.DataFrame({"a": ["=1"]}))


def test_the_name_of_an_identity_is_no_formula(azure, monkeypatch, tmp_path):
    monkeypatch.setenv("ADXMI_CLUSTER", azure.kusto_uri)
    azure.world.add_identity("=cmd|' /C calc'!A0")

    code = execute(["identity", "list", "--all", "--out", str(tmp_path / "identities.csv")])

    names = [row[0] for row in cells((tmp_path / "identities.csv").read_text(encoding="utf-8"))]
    assert code == 0
    assert "'=cmd|' /C calc'!A0" in names
