import pytest
from hypothesis import given

from adxmi_jupyter.errors import InvalidColumns
from adxmi_jupyter.model.columns import TYPES, Column, columns_text, parse_columns
from tests.model.workflow_strategies import columns


@given(typed=columns())
def test_columns_read_back(typed):
    assert parse_columns(columns_text(typed.value)) == typed.value


@pytest.mark.parametrize(
    "text",
    [
        "OrderId:long, Region:string",
        "(OrderId: long,Region :string,)",
        "['OrderId']:long,\n [\"Region\"]:STRING",
    ],
)
def test_people_write_columns_in_many_ways(text):
    assert parse_columns(text) == (Column("OrderId", "long"), Column("Region", "string"))


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("boolean", "bool"),
        ("Date", "datetime"),
        ("double", "real"),
        ("time", "timespan"),
        ("uuid", "guid"),
    ],
)
def test_the_services_other_names_of_types_are_understood(alias, name):
    (column,) = parse_columns(f"a:{alias}")

    assert column.type == name


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("strng", "string"),
        ("varchar", "string"),
        ("float", "real"),
        ("bigint", "long"),
        ("blob", "string"),
    ],
)
def test_an_unknown_type_is_refused_with_the_one_that_was_meant(word, meant):
    with pytest.raises(InvalidColumns) as raised:
        parse_columns(f"a:{word}")

    assert raised.value.fix == f"--columns NAME:{meant},…"
    assert raised.value.why == f"the types are {', '.join(TYPES)}"


@pytest.mark.parametrize(
    "text", ["", "()", "a", "a:", ":int", "a:int b:int", "['']:int", "a:int,,b:int"]
)
def test_what_is_no_column_is_refused(text):
    with pytest.raises(InvalidColumns, match="isn't a column"):
        parse_columns(text)


def test_names_differ_by_letter_case():
    assert len(parse_columns("a:int, A:int")) == len(("a", "A"))


def test_twins_are_refused():
    with pytest.raises(InvalidColumns, match="two columns are called a"):
        parse_columns("a:int, ['a']:long")
