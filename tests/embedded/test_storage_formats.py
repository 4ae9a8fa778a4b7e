"""Rows to the content of blobs and back."""

import sys

import pytest

from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import (
    compressed,
    guessed_format,
    read_rows,
    write_rows,
)
from adxmi_jupyter.embedded.storage.parquet import columns as parquet_columns
from adxmi_jupyter.embedded.storage.values import convert

COLUMNS = (("Id", "long"), ("Name", "string"), ("Paid", "bool"))
EVERY_TYPE = (
    ("s", "string"),
    ("l", "long"),
    ("i", "int"),
    ("r", "real"),
    ("d", "decimal"),
    ("b", "bool"),
    ("t", "datetime"),
    ("n", "timespan"),
    ("g", "guid"),
    ("o", "dynamic"),
)
FULL = (
    'a "b", c',
    -(2**63),
    7,
    2.5,
    "12.340",
    True,
    "2026-01-05T08:30:00.1234560Z",
    "1.02:03:04",
    "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
    {"a": [1, None]},
)
EMPTY = ("", *[None] * 9)


@pytest.mark.parametrize("data_format", ["csv", "CSV", "tsv", "json", "parquet"])
def test_every_type_comes_back(data_format):
    rows = [FULL, EMPTY]

    data = write_rows(rows, EVERY_TYPE, data_format)

    assert read_rows(data, data_format, EVERY_TYPE) == rows


@pytest.mark.parametrize("data_format", ["csv", "json", "parquet"])
def test_the_same_rows_give_the_same_bytes(data_format):
    first = compressed(write_rows([FULL], EVERY_TYPE, data_format))
    second = compressed(write_rows([FULL], EVERY_TYPE, data_format))

    assert first == second


def test_header_is_written_and_left_out():
    data = write_rows([(1, "x", True)], COLUMNS, "csv", headers=True)

    assert data == b"Id,Name,Paid\n1,x,true\n"
    assert read_rows(data, "csv", COLUMNS, ignore_first=True) == [(1, "x", True)]


@pytest.mark.parametrize(
    ("data_format", "content"),
    [
        ("csv", b'\xef\xbb\xbf1,"x, y",true\r\n\r\n'),
        ("tsv", b"1\tx, y\ttrue\n"),
        ("psv", b"1|x, y|true"),
        ("scsv", b"1;x, y;true"),
        ("json", b'{"Id": 1, "Paid": true, "Name": "x, y", "Other": 0}\n'),
        ("multijson", b'[{"Id": 1, "Name": "x, y",\n "Paid": "true"}]'),
        ("multijson", b'{"Id": 1,\n"Name": "x, y", "Paid": true}'),
    ],
)
def test_each_format_reads(data_format, content):
    assert read_rows(content, data_format, COLUMNS) == [(1, "x, y", True)]


def test_several_json_values_follow_one_another():
    rows = read_rows(b'{"Id": 1}{"Id": 2}\n[{"Id": 3}]', "multijson", COLUMNS)

    assert [row[0] for row in rows] == [1, 2, 3]


@pytest.mark.parametrize(("data_format", "rows"), [("txt", ["a,b", "c"]), ("raw", ["a,b\nc"])])
def test_text_goes_into_the_first_column(data_format, rows):
    assert read_rows(b"a,b\nc", data_format, [("Line", "string")]) == [(row,) for row in rows]


def test_missing_fields_are_null_and_others_are_ignored():
    assert read_rows(b"1\n2,b,false,more\n", "csv", COLUMNS) == [(1, "", None), (2, "b", False)]


def test_compressed_content_is_known_by_its_path():
    data = compressed(b"1,x,true\n")

    assert read_rows(data, "csv", COLUMNS, path="a/b.csv.gz") == [(1, "x", True)]


@pytest.mark.parametrize(
    ("data_format", "content", "path"),
    [
        ("json", b"{", ""),
        ("json", b"[1]", ""),
        ("multijson", b"{} x", ""),
        ("multijson", b"[1]", ""),
        ("parquet", b"PAR1", ""),
        ("csv", b"1,x", "a.csv.gz"),
        ("csv", b"1," + b"x" * 200_000, ""),
        ("avro", b"", ""),
    ],
)
def test_content_of_another_format_is_refused(data_format, content, path):
    with pytest.raises(BlobFormatError):
        read_rows(content, data_format, COLUMNS, path=path)


def test_formats_that_are_only_read():
    with pytest.raises(BlobFormatError):
        write_rows([], COLUMNS, "psv")


def test_parquet_without_pyarrow_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(BlobFormatError, match="pyarrow"):
        read_rows(b"", "parquet", COLUMNS)


def test_columns_of_a_parquet_file():
    data = write_rows([FULL], EVERY_TYPE, "parquet")

    assert parquet_columns(data)[:3] == [("s", "string"), ("l", "long"), ("i", "int")]
    assert dict(parquet_columns(data))["t"] == "datetime"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("12", "long", 12),
        ("12.5", "long", None),
        (12.0, "long", 12),
        (str(2**63), "long", None),
        (str(2**31), "int", None),
        ("x", "real", None),
        ("1e3", "real", 1000.0),
        ("nan", "real", "NaN"),
        ("-inf", "real", "-Infinity"),
        ("1.50", "decimal", "1.50"),
        ("NaN", "decimal", None),
        ("TRUE", "bool", True),
        (0, "bool", False),
        ("yes", "bool", None),
        ("2026-01-05", "datetime", "2026-01-05T00:00:00Z"),
        ("2026-01-05 10:00:00+02:00", "datetime", "2026-01-05T08:00:00Z"),
        ("yesterday", "datetime", None),
        ("01:02:03", "timespan", "01:02:03"),
        ("-3.04:05:06.5", "timespan", "-3.04:05:06.5000000"),
        ("x", "timespan", None),
        ("5B27C9D08E144A6B9F35C2D18E70A4B6", "guid", "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"),
        ("5b27", "guid", None),
        ('{"a": 1}', "dynamic", {"a": 1}),
        ("plain", "dynamic", "plain"),
        ([1], "dynamic", [1]),
        (True, "string", "true"),
        ({"a": 1}, "string", '{"a": 1}'),
        (None, "string", ""),
        ("  ", "long", None),
    ],
)
def test_values_convert_or_become_null(value, kind, expected):
    assert convert(value, kind) == expected


@pytest.mark.parametrize(
    ("path", "data_format"),
    [
        ("a/orders.csv", "csv"),
        ("orders.JSON.gz", "json"),
        ("orders.parquet", "parquet"),
        ("orders.log", "csv"),
        ("orders", "csv"),
    ],
)
def test_format_is_guessed_by_the_extension(path, data_format):
    assert guessed_format(path) == data_format
