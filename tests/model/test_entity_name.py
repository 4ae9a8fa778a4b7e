import re

import pytest
from hypothesis import example, given

from adxmi_jupyter.model.entity_name import NAME, last_of_entity, name_of, unquoted
from adxmi_jupyter.model.kql import quote_name, string_literal
from tests.model.strategies import names, texts


@given(text=texts)
@example(text="\\'\"\n\t\r\0\x7f\u2028")
def test_a_literal_reads_back(text):
    assert unquoted(string_literal(text)) == text


@given(name=names)
@example(name="a']b")
def test_a_quoted_name_reads_back(name):
    quoted = quote_name(name)

    assert re.fullmatch(NAME, quoted, re.DOTALL)
    assert name_of(quoted) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Orders", "Orders"),
        (" my orders ", "my orders"),
        ('["my orders"]', "my orders"),
        ("[ 'a' ]", "a"),
    ],
)
def test_people_write_names_bare_or_quoted(text, name):
    assert name_of(text) == name


@pytest.mark.parametrize(
    "listed",
    [
        "Orders",
        "[Orders]",
        "[Sales].[Orders]",
        "['Sales'].['Orders']",
        '["Tom\'s Lab"].["Orders"]',
        "Sales.Orders",
    ],
)
def test_the_last_name_of_an_entity_is_its_own(listed):
    assert last_of_entity(listed) == "Orders"


@pytest.mark.parametrize(
    ("listed", "name"),
    [("[Sales].[a.b c]", "a.b c"), (r"['Sales'].['Tom\'s ]']", "Tom's ]"), ("", ""), ("[]", "[]")],
)
def test_odd_names_are_read_as_they_are_listed(listed, name):
    assert last_of_entity(listed) == name
