import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidPartition
from adxmi_jupyter.model.columns import Column, parse_columns
from adxmi_jupyter.model.partition import Partition, check_sources, parse_partitions
from tests.model.workflow_strategies import NAMES, partition_of

COLUMNS = parse_columns("Region:string, Placed:datetime, ['a,(b)']:string")
PARTITIONS = st.lists(NAMES, min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.tuples(*(partition_of(name, COLUMNS) for name in names))
)


@given(partitions=PARTITIONS)
def test_partitions_read_back(partitions):
    text = ", ".join(map(str, partitions))

    assert parse_partitions(text) == partitions
    assert parse_partitions(f"({text})") == partitions


@pytest.mark.parametrize(
    ("text", "partition"),
    [
        ("Region:string", Partition("Region", "string")),
        ("Day : datetime", Partition("Day", "datetime")),
        ("R:string=Region", Partition("R", "string", "Region")),
        ("H:long = hash(Region, 010)", Partition("H", "long", "Region", "hash", "10")),
        ("Y:datetime = startofyear(Placed)", Partition("Y", "datetime", "Placed", "startofyear")),
        (
            "M:DateTime = StartOfMonth( Placed )",
            Partition("M", "datetime", "Placed", "startofmonth"),
        ),
        (
            "W:datetime = startofweek(['Placed'])",
            Partition("W", "datetime", "Placed", "startofweek"),
        ),
        ("D:datetime = startofday(Placed)", Partition("D", "datetime", "Placed", "startofday")),
        ("B:datetime = bin(Placed, 24 hours)", Partition("B", "datetime", "Placed", "bin", "1d")),
        ("B:datetime = bin(Placed, 01:30:00)", Partition("B", "datetime", "Placed", "bin", "90m")),
        ("['a:b']:string = ['x, (y)']", Partition("a:b", "string", "x, (y)")),
    ],
)
def test_all_documented_forms_are_read(text, partition):
    assert parse_partitions(text) == (partition,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "R",
        "R = Region",
        "R:string =",
        "R:string = a, ",
        "H:long = hash(Region)",
        "H:long = hash(Region, 0)",
        "H:long = hash(Region, ten)",
        "B:datetime = bin(Placed)",
        "B:datetime = bin(Placed, 0s)",
        "B:datetime = bin(Placed, often)",
        "D:datetime = startofday(Placed, 1)",
        "D:datetime = endofday(Placed)",
        "['']:string",
    ],
)
def test_what_is_no_partition_is_refused(text):
    with pytest.raises(InvalidPartition, match="isn't a partition"):
        parse_partitions(text)


@pytest.mark.parametrize(
    "text",
    [
        "R:long",
        "R:datetime = Region",
        "H:string = hash(Region, 2)",
        "D:string = startofday(Placed)",
    ],
)
def test_a_form_has_its_type(text):
    with pytest.raises(InvalidPartition, match="cannot be of type"):
        parse_partitions(text)


def test_twins_are_refused():
    with pytest.raises(InvalidPartition, match="two partitions are called R"):
        parse_partitions("R:string, ['R']:datetime")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Region:string", "Region is both a column and a partition"),
        ("R:string = Regoin", "the partition R is made of Regoin, which isn't a column"),
        ("R:string = Placed", "the partition R needs a column of type string"),
        ("D:datetime = startofday(Region)", "the partition D needs a column of type datetime"),
    ],
)
def test_partitions_are_made_of_columns_that_are_there(text, what):
    with pytest.raises(InvalidPartition) as raised:
        check_sources(parse_partitions(text), COLUMNS)

    assert raised.value.what == what


def test_anything_can_be_hashed():
    check_sources(parse_partitions("H:long = hash(Id, 4)"), (Column("Id", "long"),))
