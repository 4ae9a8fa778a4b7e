"""An answer that is not whole is never taken for a result, and what came of it is kept."""

import json

import pytest

from adxmi_jupyter.errors import PartialFailure, UnreadableAnswer
from tests.service.answers import ONE_API, v1, v2
from tests.service.replay import replay

COLUMNS = [{"ColumnName": "x", "ColumnType": "long"}]
HEADER = {"FrameType": "DataSetHeader", "IsProgressive": True, "Version": "v2.0"}
DONE = {"FrameType": "DataSetCompletion", "HasErrors": False, "Cancelled": False}
STATUS = {"Level": "int", "StatusCodeName": "string", "ClientRequestId": "string"}


def begin(number=1, kind="PrimaryResult"):
    head = {"FrameType": "TableHeader", "TableId": number, "TableKind": kind}
    return head | {"TableName": kind, "Columns": COLUMNS}


def fragment(rows, kind="DataAppend", number=1):
    part = {"FrameType": "TableFragment", "TableId": number, "FieldCount": 1}
    return part | {"TableFragmentType": kind, "Rows": rows}


def progress(percent, number=1):
    return {"FrameType": "TableProgress", "TableId": number, "TableProgress": percent}


def end(rows, number=1, **more):
    return {"FrameType": "TableCompletion", "TableId": number, "RowCount": rows} | more


def completed(level, code):
    frame = v2({**STATUS, "Payload": "string"}, [[level, code, "x", "{}"]])[1]
    kind = "QueryCompletionInformation"
    return frame | {"TableId": 2, "TableKind": kind, "TableName": kind}


def failed(ask, answer, text="T"):
    with replay(answer) as uri, pytest.raises(PartialFailure) as raised:
        ask(uri, text)
    return raised.value


def came(failure):
    return None if failure.partial is None else list(failure.partial["x"])


@pytest.mark.parametrize(
    ("answer", "reason", "rows"),
    [
        (v2({"x": "long"}, [[1], {"OneApiErrors": [ONE_API]}]), "too many rows", [1]),
        (v2({"x": "long"}, [{"OneApiErrors": [ONE_API]}, [1], [2]]), "too many rows", [1, 2]),
        (v2({"x": "long"}, [[1], {"what": "is this"}]), "is this", [1]),
        (v2({"x": "long"}, [[1]], completion=DONE | {"HasErrors": True}), "no reason", [1]),
        (v2({"x": "long"}, [[1]], completion=DONE | {"Cancelled": True}), "cancelled", [1]),
        (
            v2({"x": "long"}, [[1]], completion=DONE | {"OneApiErrors": [ONE_API]}),
            "too many rows",
            [1],
        ),
        ([*v2({"x": "long"}, [[1]])[:-1], completed(2, "E_LOW_MEMORY"), DONE], "{}", [1]),
        (v2({"x": "long"}, [[1], [2]])[:-1], "before its last frame", [1, 2]),
        (v2({"x": "long"}, [[1]])[:1], "before its last frame", None),
        ([], "before its last frame", None),
        ([HEADER, begin(), fragment([[1], [2]]), DONE], "does not end", [1, 2]),
        ([HEADER, begin(), fragment([[1]]), end(2), DONE], "1 of 2 rows", [1]),
        (
            [HEADER, begin(), fragment([[1]]), end(1, OneApiErrors=[ONE_API]), DONE],
            "too many rows",
            [1],
        ),
        (
            [HEADER, begin(), fragment([[1], {"OneApiErrors": [ONE_API]}]), end(1), DONE],
            "too many rows",
            [1],
        ),
        ([HEADER, begin(), fragment([[1]])], "before its last frame", [1]),
    ],
)
def test_frames_that_are_not_whole_raise_with_the_rows_that_came(ask, answer, reason, rows):
    failure = failed(ask, answer)

    assert reason in failure.why
    assert came(failure) == rows


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ({**v1({"x": "long"}, []), "Exceptions": ["it broke"]}, []),
        ({**v1({"x": "long"}, [[1]]), "Exceptions": ["it broke", "it broke"]}, [1]),
        (v1({"x": "long"}, [[1], {"Exceptions": ["it broke"]}]), [1]),
        (v1({"x": "long"}, [{"OneApiErrors": [{"error": {"@message": "it broke"}}]}]), []),
    ],
)
def test_tables_that_are_not_whole_raise_with_the_rows_that_came(ask, answer, rows):
    failure = failed(ask, answer, ".show tables")

    assert failure.why.startswith("it broke; ")
    assert came(failure) == rows


def test_the_details_of_what_broke_it_are_kept(ask):
    service = failed(ask, v2({"x": "long"}, [{"OneApiErrors": [ONE_API]}])).service

    assert (service.code, service.permanent) == ("LimitsExceeded", False)
    assert service.type == "Kusto.Data.Exceptions.PartialQueryFailure"


@pytest.mark.parametrize("length", range(1, 40, 3))
def test_a_text_that_is_cut_keeps_the_rows_before_the_cut(ask, length):
    whole = json.dumps(v2({"x": "long"}, [[1], [2], [3]]))
    cut = whole[: whole.index("[[1]") + length]

    failure = failed(ask, cut.encode())

    assert "before its last frame" in failure.why
    assert came(failure) == [1, 2, 3][: (length > 3) + (length > 8) + (length > 13)]


@pytest.mark.parametrize(
    ("frames", "rows"),
    [
        ([begin(), fragment([[1]]), fragment([[2]]), end(2)], [1, 2]),
        ([begin(), fragment([[1]]), progress(50), fragment([[2]], "DataReplace"), end(1)], [2]),
        ([begin(), end(0)], []),
        (
            [begin(0, "QueryProperties"), begin(), fragment([[7]]), end(0, 0), end(1)],
            [7],
        ),
        ([progress(10), {"FrameType": "Newer"}, *v2({"x": "long"}, [[1]])[1:2]], [1]),
    ],
)
def test_tables_in_fragments_are_put_together(ask, frames, rows):
    with replay([HEADER, *frames, DONE]) as uri:
        answer = ask(uri, "T")

    assert list(answer.frame()["x"]) == rows
    assert answer.frame()["x"].dtype == "Int64"


@pytest.mark.parametrize(
    "frames",
    [
        ["no frame"],
        [{"no": "type"}],
        [fragment([[1]])],
        [end(1)],
        [begin(), fragment([[1]], "DataShuffle")],
        [begin(), fragment({"a": 1})],
        [{"FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult"}],
    ],
)
def test_what_are_no_frames_is_unreadable(ask, frames):
    with replay([HEADER, *frames, DONE]) as uri, pytest.raises(UnreadableAnswer):
        ask(uri, "T")
