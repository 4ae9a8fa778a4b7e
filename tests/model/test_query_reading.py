"""What queries name and pass on: whatever is quoted or commented is not taken for anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.kql_reading import arguments_of, databases_named_in, literals_in

PIECES = st.sampled_from(
    [
        *("'", '"', "\\", "@", "h", "```", "~~~", "//", "\n", "\r", " ", "\u2028", "\0"),
        *("(", ")", "[", "]", "{", "}", ".", ",", ";", "|", "x", "é"),
        *("database", "cluster", "externaldata", "f", "database('A')", "f('b')"),
    ]
)
HOSTILE = st.lists(PIECES, max_size=60).map("".join)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
QUOTES = st.sampled_from([kql.string_literal, kql.verbatim_literal, kql.obfuscated_literal])
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40)
MULTI_LINE = TEXTS.filter(lambda text: "`" not in text)


@given(HOSTILE | TEXTS)
def test_no_text_is_too_odd_to_be_read(text):
    assert all(isinstance(one, str) for one in literals_in(text))
    assert all(one in text for one in arguments_of(["f", "externaldata"], text))
    assert all(databases_named_in(text))


@given(HOSTILE)
def test_what_an_operator_is_given_begins_with_its_bracket_comments_aside(text):
    for given_to_it in arguments_of(["f"], text):
        lines = [line.partition("//")[0].strip() for line in given_to_it.split("\n")]
        assert "".join(lines).startswith("(")


@given(QUOTES, TEXTS, QUOTES, TEXTS)
def test_literals_are_found_one_by_one(quote, first, quote_too, second):
    query = f"T | where A == {quote(first)} and B == {quote_too(second)} | take 1"

    assert literals_in(query) == (first, second)


@given(QUOTES, TEXTS, TEXTS)
def test_literals_side_by_side_are_one(quote, first, second):
    assert literals_in(f"f({quote(first)}\n  {quote(second)})") == (first + second,)


@given(LINES)
def test_comments_hold_no_literal_and_no_database(line):
    query = f"T // {line} 'x' database('A') f('b')\n| take 1"

    assert literals_in(query) == ()
    assert databases_named_in(query) == ()
    assert arguments_of(["f"], query) == ()


@given(MULTI_LINE)
def test_multi_line_literals_hold_no_literal_and_no_database(text):
    query = f"evaluate python(typeof(*), ```{text}\nf('b') database('A')```, 'c')"

    assert literals_in(query) == ("c",)
    assert databases_named_in(query) == ()
    assert arguments_of(["f"], query) == ()


@given(QUOTES, TEXTS)
def test_what_a_literal_says_is_no_database(quote, text):
    said = quote(f"{text} database('A') f('b')")

    assert databases_named_in(f"T | where B == {said}") == ()
    assert arguments_of(["f"], f"T | where B == {said}") == ()


@given(QUOTES, TEXTS.filter(bool))
def test_a_database_of_any_name_is_found(quote, name):
    query = f"A | join kind=leftouter database({quote(name)}).T on Id"

    assert databases_named_in(query) == (name,)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ()),
        ("Orders", ()),
        ("union database('A').T, database(\"B\").T, database('A').U", ("A", "B")),
        ("database ( // one\n h@'A' ) . T", ("A",)),
        ("database('Tele' 'metry').T", ("Telemetry",)),
        ("external_table('x') | join database(@'A').T on Id", ("A",)),
        ("cluster('x').database('A').T", ()),
        ("cluster('x') // there\n . database('A').T", ()),
        ("let d = 'A'; database(d).T", ()),
        ("database('').T", ()),
        ("mydatabase('A') | extend database_x('A')", ()),
        ("database", ()),
        ("database(", ()),
        ("database('A", ()),
    ],
)
def test_databases_of_this_cluster_are_named_in_queries(query, names):
    assert databases_named_in(query) == names


@pytest.mark.parametrize(
    ("query", "given_to_it"),
    [
        ("f('a')", ["('a')"]),
        ("f ('a') | take 1", [" ('a') "]),
        ("f(g([1, {2}]), 'x)') + f(2)", ["(g([1, {2}]), 'x)') ", "(2)"]),
        ("f(A:int) ['x']\nwith (format='csv')", ["(A:int) ['x']\n"]),
        ("f // why\n (1)", [" // why\n (1)"]),
        ("f(1 // )\n, 2)", ["(1 // )\n, 2)"]),
        ("f(```)\n)```)", ["(```)\n)```)"]),
        ("f(f(1), f(2))", ["(f(1), f(2))"]),
        ("f(1", ["(1"]),
        ("f ['x'](1)", []),
        ("f", []),
        ("f | take 1", []),
        ("off(1)", []),
        ("'f(1)' // f(2)", []),
        ("g(1)", []),
    ],
)
def test_an_operator_is_given_what_its_brackets_hold(query, given_to_it):
    assert list(arguments_of(["f"], query)) == given_to_it


def test_several_operators_are_looked_for_at_once():
    assert arguments_of(["f", "g"], "f(1) | g(2) | h(3)") == ("(1) ", "(2) ")


@pytest.mark.nightly
@pytest.mark.parametrize("piece", ["f(", '\\"', "h@'", "f[", "'\"", "```~~~", "database(", "(f"])
def test_the_same_over_and_over_is_read_to_its_end(piece):
    text = piece * 20_000

    assert len(arguments_of(["f"], text)) <= 1
    assert databases_named_in(text) == ()
    assert len(literals_in(text)) <= len(text)
