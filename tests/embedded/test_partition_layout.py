"""How rows of partitioned external tables lie in folders, written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.embedded.kusto.external_tables.layout import (
    partition_path,
    partition_values,
)
from adxmi_jupyter.embedded.kusto.parser import parse_command
from adxmi_jupyter.embedded.state.entities import ExternalTable

ROW = {"Region": "north", "Id": 7, "At": "2026-03-04T17:45:30Z"}


def table(by, **properties):
    """Return an external table with the partitions of a command's text."""
    text = (
        ".create external table T (Region:string, Id:long, At:datetime) kind=storage "
        f"partition by {by} dataformat=csv ('c')"
    )
    definition = parse_command(text).command.definition
    return ExternalTable(
        "T",
        (),
        partitions=definition.partitions,
        path_format=definition.path_format,
        **properties,
    )


@pytest.mark.parametrize(
    ("by", "path"),
    [
        ("(P:string=Region)", "north/"),
        ("(P:datetime=startofyear(At))", "2026/"),
        ("(P:datetime=startofmonth(At))", "2026/03/"),
        ("(P:datetime=startofweek(At))", "2026/03/01/"),
        ("(P:datetime=startofday(At))", "2026/03/04/"),
        ("(P:datetime=bin(At, 1d))", "2026/03/04/"),
        ("(P:datetime=bin(At, 1h))", "2026/03/04/17/"),
        ("(P:datetime=bin(At, 30m))", "2026/03/04/17/30/"),
        (
            '(At2:datetime=startofday(At), P:string=Region) pathformat=(P "/" At2)',
            "north/2026/03/04/",
        ),
        ("(P:string=Region, Q:datetime=startofyear(At))", "north/2026/"),
        ('(P:string=Region) pathformat=("r=" P "/all")', "r=north/all/"),
        (
            (
                "(P:datetime=bin(At, 1d)) "
                "pathformat=(datetime_pattern(\"yyyy'/Month='MM'/Day='dd\", P))"
            ),
            "2026/Month=03/Day=04/",
        ),
        *[
            (f'(P:datetime=bin(At, 1h)) pathformat=(datetime_pattern("{pattern}", P))', path)
            for pattern, path in {
                "{yyyy}-{MM}.{HH}": "2026-03.17/",
                "y={yyyy}/m={MM}": "y=2026/m=03/",
                "'y='yyyy'/m='MM": "y=2026/m=03/",
                "'y='{yyyy}'/m='{MM}": "y=2026/m=03/",
                "y={yyyy}/m={MM}/d={dd}/h={hh}": "y=2026/m=03/d=04/h=05/",
                "dd {yyyy/MM}": "dd 2026/03/",
                "{yyyy'/Month='MM}": "2026/Month=03/",
                "yyyy{yyyy}HH": "yyyy2026HH/",
            }.items()
        ],
        (
            (
                '(P:datetime=startofday(At)) pathformat=("y=" datetime_pattern("yyyy", P) "/m=" '
                'datetime_pattern("MM", P) "/d=" datetime_pattern("dd", P))'
            ),
            "y=2026/m=03/d=04/",
        ),
    ],
)
def test_path_of_a_row(by, path):
    assert partition_path(table(by), ROW) == path


@pytest.mark.parametrize("value", [None, ""])
def test_missing_value_has_a_folder_of_its_own(value):
    by = "(P:string=Region, Q:datetime=startofyear(At))"

    path = partition_path(table(by), {**ROW, "Region": value, "At": None})

    assert path == "__DEFAULT_PARTITION__/__DEFAULT_PARTITION__/"


def test_hash_is_below_its_modulus_and_stays():
    by = "(P:long=hash(Region, 4))"

    paths = {partition_path(table(by), ROW) for _ in range(3)}

    assert len(paths) == 1
    assert paths <= {"0/", "1/", "2/", "3/"}


def test_no_partitions_no_folder():
    assert partition_path(ExternalTable("T", ()), ROW) == ""


@pytest.mark.parametrize(
    ("by", "path", "values"),
    [
        ("(P:string)", "north/x.csv", {"P": "north"}),
        ("(P:string)", "__DEFAULT_PARTITION__/x.csv", {"P": None}),
        ("(P:datetime)", "2026/03/04/x.csv", {"P": "2026-03-04T00:00:00Z"}),
        ("(P:datetime)", "2026/13/04/x.csv", {"P": None}),
        ("(P:string)", "x.csv", None),
        ("(P:string)", "a/b/x.csv", None),
        ("(P:datetime)", "2026/x.csv", None),
        ("(P:long=hash(Id, 4))", "3/x.csv", {"P": 3}),
        ("(P:long=hash(Id, 4))", "three/x.csv", None),
        ('(P:string) pathformat=("a+b=" P)', "a+b=c/x.csv", {"P": "c"}),
        (
            '(P:datetime) pathformat=("y=" datetime_pattern("yyyy", P) "/m=" datetime_pattern("MM", P))',
            "y=2026/m=03/x.csv",
            {"P": "2026-03-01T00:00:00Z"},
        ),
        *[
            (f'(P:datetime) pathformat=(datetime_pattern("{pattern}", P))', path, values)
            for pattern in ("y={yyyy}/m={MM}", "'y='yyyy'/m='MM")
            for path, values in (
                ("y=2026/m=03/x.csv", {"P": "2026-03-01T00:00:00Z"}),
                ("2026/03/x.csv", None),
                ("{2026}/{03}/x.csv", None),
            )
        ],
    ],
)
def test_values_of_a_path(by, path, values):
    assert partition_values(table(by), path) == values


@pytest.mark.parametrize(
    ("name", "is_part"),
    [("o_1.csv", True), ("o_1.csv.gz", True), ("p_1.csv", False), ("o_1.txt", False)],
)
def test_prefix_and_extension_tell_the_blobs(name, is_part):
    external = ExternalTable("T", (), name_prefix="o", file_extension=".csv")

    assert (partition_values(external, f"2024/{name}") is not None) == is_part


@pytest.mark.nightly
@given(
    region=st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1),
    moment=st.datetimes().map(lambda each: f"{each:%Y-%m-%d}".zfill(10)),
)
def test_what_is_written_is_read_back(region, moment):
    external = table('(P:string=Region, Q:datetime=startofday(At)) pathformat=("p=" P "/" Q)')

    path = partition_path(external, {"Region": region, "At": moment})

    assert partition_values(external, f"{path}x.csv") == {"P": region, "Q": f"{moment}T00:00:00Z"}
