from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest

from adxmi_jupyter import errors
from tests.service.answers import v1, v2
from tests.service.replay import replay

TYPES = {
    "b": "bool",
    "i": "int",
    "l": "long",
    "r": "real",
    "s": "string",
    "g": "guid",
    "t": "datetime",
    "d": "timespan",
    "m": "decimal",
    "y": "dynamic",
}
DTYPES = [
    "boolean",
    "Int32",
    "Int64",
    "Float64",
    "string",
    "string",
    "datetime64[us, UTC]",
    "timedelta64[us]",
    "object",
    "object",
]


def test_every_column_type_has_its_dtype(ask):
    row = [
        *(True, 7, 2**62, "Infinity", "x", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
        *("2026-01-02T03:04:05.0000069Z", "-1.02:03:04.5", "0.10", '{"a": [1]}'),
    ]

    with replay(v2(TYPES, [row])) as uri:
        frame = ask(uri, "T").frame()

    assert [str(dtype) for dtype in frame.dtypes] == DTYPES
    assert frame.loc[0, "l"] == 2**62
    assert frame.loc[0, "r"] == float("inf")
    assert frame.loc[0, "t"] == pd.Timestamp("2026-01-02T03:04:05.000006Z")
    assert frame.loc[0, "d"] == -timedelta(days=1, hours=2, minutes=3, seconds=4.5)
    assert frame.loc[0, "m"] == Decimal("0.10")
    assert frame.loc[0, "y"] == {"a": [1]}


@pytest.mark.parametrize("rows", [[], [[None] * len(TYPES)]])
def test_nulls_and_no_rows_keep_the_dtypes(ask, rows):
    with replay(v2(TYPES, rows)) as uri:
        frame = ask(uri, "T").frame()

    assert [str(dtype) for dtype in frame.dtypes] == DTYPES
    assert frame.isna().all(axis=None)


def test_other_spellings_of_values_are_read(ask):
    row = [0, 864_000_000_000, "00:00:01", "not json", [1], "NaN"]
    columns = {
        "b": "SByte",
        "ticks": "TimeSpan",
        "d": "TimeSpan",
        "y": "Object",
        "list": "Object",
        "r": "Double",
    }

    with replay(v1(columns, [row], key="DataType")) as uri:
        frame = ask(uri).frame()

    assert not frame.loc[0, "b"]
    assert frame.loc[0, "ticks"] == timedelta(days=1)
    assert frame.loc[0, "d"] == timedelta(seconds=1)
    assert frame.loc[0, "y"] == "not json"
    assert frame.loc[0, "list"] == [1]


def test_the_first_and_the_last_year_are_held(ask):
    moments = [["0001-01-01T00:00:00Z"], ["9999-12-31T23:59:59.9999999Z"]]

    with replay(v2({"t": "datetime"}, moments)) as uri:
        frame = ask(uri, "T").frame()

    assert list(frame["t"].dt.year) == [1, 9999]


def test_a_row_that_is_too_short_is_filled_with_nulls(ask):
    with replay(v2(TYPES, [[True, 0, 0, 0, "", "", "", 0]])) as uri:
        answer = ask(uri, "T")

    assert list(answer.frame().isna().loc[0]) == [False] * 6 + [True, False, True, True]
    assert answer.rows()[0]["y"] is None


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("timespan", "a while"),
        ("long", "many"),
        ("decimal", "x"),
        ("datetime", "soon"),
        ("real", []),
    ],
)
def test_a_value_of_another_type_than_its_column_is_unreadable(ask, kind, cell):
    with replay(v2({"x": kind}, [[cell]])) as uri:
        answer = ask(uri, "T")

    with pytest.raises(errors.UnreadableAnswer):
        answer.frame()
