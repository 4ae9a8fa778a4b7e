"""Connection strings in the text of a definition: found however they are written, or told."""

import pytest

from adxmi_jupyter.model.migration.definition import (
    builds_strings,
    hides_strings,
    masks_texts,
    replaced,
    strings_of_body,
    strings_of_table,
)

WORDS = ("externaldata", "sql_request")
BLOB = "https://contoso.blob.core.windows.net/data/f.csv"
KEY = "a2V5" * 21 + "a2=="


def given(literal, before=""):
    return f"{{ {before}externaldata(A:long) [{literal}] | where A > 1 }}"


@pytest.mark.parametrize(
    "literal",
    [
        f"h@'{BLOB};{KEY}'",
        f'H"{BLOB};{KEY}"',
        f"'{BLOB};' h'{KEY}'",
        f"```{BLOB};{KEY}```",
        f"h```{BLOB};{KEY}```",
        f"~~~{BLOB};{KEY}~~~",
    ],
)
def test_a_literal_of_any_form_is_replaced_and_nothing_else(literal):
    text = given(literal, f"// {BLOB};old\nlet h = 1; ")

    placed = strings_of_body(text, WORDS)
    new = replaced(text, placed, lambda one: one.with_identity("system"))

    start, end = text.index(literal), text.index(literal) + len(literal)
    assert (new[:start], new[-len(text[end:]) :]) == (text[:start], text[end:])
    assert f"{BLOB};managed_identity=system" in new
    assert KEY not in new


@pytest.mark.parametrize(
    ("text", "is_built"),
    [
        (given(f"strcat('{BLOB}', '?sv=2024&sig=abc%3D')"), True),
        (given("u", f"let u = strcat('{BLOB};', k); let k = h'c'; "), False),
        (given("strcat(u, k)", f"let u = '{BLOB};'; let k = h'c'; "), True),
        (given(f"h'{BLOB};{KEY}'"), False),
        (given(f"'{BLOB}'"), False),
    ],
)
def test_a_secret_that_is_only_a_part_is_noticed(text, is_built):
    assert builds_strings(text, WORDS) is is_built


def test_asterisks_are_told_from_texts():
    assert hides_strings(given("'*****'"), WORDS)
    assert masks_texts("Orders | where Region != h'*****'")
    assert not masks_texts("Orders | extend a = '***', h = 1")


def test_a_table_keeps_the_strings_that_name_an_identity():
    command = (
        ".alter external table T (A:long) kind=storage dataformat=csv "
        f"(h@'{BLOB};managed_identity=system', h@'{BLOB};{KEY}') with (docString='x;(y')"
    )

    first, second = strings_of_table(command)

    assert (first.is_to_migrate, second.is_to_migrate) == (False, True)
