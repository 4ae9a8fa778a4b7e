import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidPartition
from adxmi_jupyter.model.path_format import PathPart, check_path, parse_path_format, path_text
from tests.model.workflow_strategies import NAMES, paths

TYPES = st.dictionaries(
    NAMES, st.sampled_from(["string", "datetime", "long"]), min_size=1, max_size=3
)
DATE = PathPart("", "Date", "yyyy/MM/dd")


@given(typed=TYPES.flatmap(paths))
def test_paths_read_back_as_statements_write_them(typed):
    assert parse_path_format(path_text(typed.value)) == typed.value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{Date:yyyy/MM/dd}", (DATE,)),
        ('(datetime_pattern("yyyy/MM/dd", Date))', (DATE,)),
        ("{Date:yyyy/MM/dd}/{Region}", (DATE, PathPart("/"), PathPart("", "Region"))),
        (
            "datetime_pattern('yyyy/MM/dd',['Date']) '/' Region",
            (DATE, PathPart("/"), PathPart("", "Region")),
        ),
        (
            "raw/it's {my region}/",
            (PathPart("raw/it's "), PathPart("", "my region"), PathPart("/")),
        ),
        ("{Date:yyyy'/Month='MM}", (PathPart("", "Date", "yyyy'/Month='MM"),)),
        ('datetime_pattern("{yyyy}/{MM}", Date)', (PathPart("", "Date", "{yyyy}/{MM}"),)),
        ("Region", (PathPart("", "Region"),)),
    ],
)
def test_templates_and_statements_are_read(text, path):
    assert parse_path_format(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "raw/",
        "{",
        "{}",
        "{Date",
        "Date}",
        "{Date:}",
        "a/b",
        '"/"',
        '"" Region',
        "{:yyyy}",
        "f(Date)",
    ],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InvalidPartition, match="isn't a path format"):
        parse_path_format(text)


def test_a_partition_may_stand_twice_in_different_formats():
    check_path(parse_path_format("{Date:yyyy}/{Date:MM}"), {"Date": "datetime"})


def test_no_path_is_a_path():
    check_path((), {"Date": "datetime"})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{Day:yyyy}", "Day in the path isn't a partition"),
        ("{Date:yyyy}", "the path leaves out Region"),
        ("{Date}/{Region:yyyy}", "Region has a date format and is no datetime"),
        ("{Date}/{Region}/{Region}", "Region occurs twice in the path"),
        ("{Date}{Region}", "Date and Region touch in the path"),
    ],
)
def test_path_and_partitions_must_match(text, what):
    with pytest.raises(InvalidPartition) as raised:
        check_path(parse_path_format(text), {"Date": "datetime", "Region": "string"})

    assert raised.value.what.endswith(what)
