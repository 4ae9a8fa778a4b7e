import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.masking import texts
from adxmi_jupyter.model import kql, kql_reading
from adxmi_jupyter.model.connection_string import clouds, names
from tests.model.connection_strings import connection_strings

HOSTILE = st.sampled_from("'\"`\\\\[]{}()@~h;|/.,\n\r\t\0\x7f\u2028\ufeff x1é😀")
TEXTS = st.text(st.one_of(HOSTILE, st.characters(exclude_categories=["Cs"])))


@pytest.mark.parametrize("module", [kql_reading, texts, names, clouds])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "quote", [kql.string_literal, kql.verbatim_literal, kql.obfuscated_literal]
)
@given(text=TEXTS)
def test_what_is_quoted_reads_back(quote, text):
    assert kql_reading.read_literals(quote(text)) == text


@pytest.mark.nightly
@given(connection_strings)
def test_the_literal_of_a_connection_string_is_one_line_and_reads_back(value):
    literal = kql.obfuscated_literal(value.build())

    assert literal.startswith(("h@'", 'h"'))
    assert len(literal.splitlines()) == 1
    assert kql_reading.read_literals(literal) == value.build()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('h@"a""b"', 'a"b'),
        ("H'it\\'s'", "it's"),
        ("  'https://a/b;' h'KEY'  ", "https://a/b;KEY"),
        ("'a\\u00e9\\n\\t'", "aé\n\t"),
        ("'\\a\\b\\f\\v\\r'", "\a\b\f\v\r"),
        ("'\\x41\\101\\7b\\U0001F600'", "AA\a" + "b\U0001f600"),
        ("''", ""),
    ],
)
def test_every_form_of_a_literal_is_read(text, said):
    assert kql_reading.read_literals(text) == said


@pytest.mark.parametrize("text", ["", "abc", "'a", "'a' b", "https://a/b;managed_identity=system"])
def test_other_texts_are_no_literals(text):
    assert kql_reading.read_literals(text) is None
