"""Delta Lake tables: what their log says is there."""

import json

import pytest

from adxmi_jupyter.embedded.storage.delta import read_delta
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import write_rows

FIRST = f"_delta_log/{0:020d}.json"
SECOND = f"_delta_log/{1:020d}.json"
ADD = {"add": {"path": "a.parquet", "partitionValues": {"day": "2026-01-05"}}}


def metadata(**types):
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    return {"metaData": {"schemaString": json.dumps({"fields": fields})}}


def commit(*actions):
    return "\n".join(map(json.dumps, actions)).encode()


def table(**files):
    content = {FIRST: files["first"], **({SECOND: files["second"]} if "second" in files else {})}
    return read_delta([*content, "a.parquet"], content.__getitem__)


def test_columns_have_kusto_types():
    found = table(
        first=commit(
            metadata(
                a="string",
                b="integer",
                c="double",
                d="decimal(10,2)",
                e={"type": "struct", "fields": []},
                f="timestamp",
                g="binary",
            )
        )
    )

    assert [kind for _, kind in found.columns] == [
        "string",
        "int",
        "real",
        "decimal",
        "dynamic",
        "datetime",
        "string",
    ]


def test_later_commits_add_remove_and_change():
    found = table(
        first=commit(metadata(a="long"), ADD, {"add": {"path": "b%20c.parquet"}}),
        second=commit({"remove": {"path": "a.parquet"}}, metadata(a="long", b="string")),
    )

    assert [path for path, _ in found.files] == ["b c.parquet"]
    assert [name for name, _ in found.columns] == ["a", "b"]


def test_partition_values_are_columns():
    found = table(first=commit(metadata(a="long", day="date"), ADD))

    rows = found.rows(lambda path: write_rows([(1,), (2,)], [("a", "long")], "parquet"))

    assert rows == [(1, "2026-01-05T00:00:00Z"), (2, "2026-01-05T00:00:00Z")]


@pytest.mark.parametrize(
    "first",
    [
        b"{",
        b"[]\n1",
        commit({"metaData": {}}),
        commit({"metaData": {"schemaString": "{"}}),
        commit({"add": {}}),
        commit({"add": {"path": "a", "deletionVector": {"storageType": "u"}}}),
    ],
)
def test_logs_that_are_refused(first):
    with pytest.raises(BlobFormatError):
        table(first=first)


@pytest.mark.parametrize("paths", [[], ["a.parquet"], [SECOND], ["x/" + FIRST]])
def test_folders_without_a_log_from_the_start_are_refused(paths):
    with pytest.raises(BlobFormatError):
        read_delta(paths, lambda path: b"")
