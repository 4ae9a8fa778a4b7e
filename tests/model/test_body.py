import tracemalloc

import pytest

from adxmi_jupyter.errors import MalformedBody, RepeatedKey
from adxmi_jupyter.model.body import LARGEST, decoded, json_value, structured

MB = 2**20


def laughs(first, line):
    """Nine levels of nine aliases: 400 bytes that say a billion things."""
    levels = [line.format(new=f"a{i + 1}", old=f"*a{i}", sep=",") for i in range(9)]
    return "\n".join([f"- &a0 {first}", *levels])


BOMBS = {
    "aliases in lists": laughs("[x,x,x,x,x,x,x,x,x]", "- &{new} [{old},{old},{old},{old},{old},{old},{old},{old},{old}]"),
    "aliases in mappings": laughs("{k: v}", "- &{new} {{a: {old}, b: {old}, c: {old}, d: {old}, e: {old}, f: {old}, g: {old}}}"),
    "aliases in keys": "- &a [x, y]\n- {*a : 1}",
    "aliases in merge keys": laughs("{k: v}", "- &{new}\n  x: {old}\n  y: {old}\n  z: {old}\n  w: {old}\n  v: {old}") + "\n- <<: *a9",
    "aliases of a large text": f"- &a {'x' * 90_000}\n" + "- *a\n" * 1000,
    "an alias of itself": "&a [*a]",
    "an alias of itself as a value": "&a {b: *a}",
    "an alias of itself in a merge key": "&a {<<: *a}",
    "an alias of nothing": "*a",
    "deep JSON": "[" * 100_000,
    "deep JSON that is closed": "[" * 10_000 + "]" * 10_000,
    "deep JSON objects": '{"a":' * 100_000,
    "deep flow YAML": "a: " + "[" * 100_000,
    "deep flow mappings": "{a: " * 100_000,
    "deep block lists": "- " * 100_000 + "x",
    "deep block mappings": "\n".join(" " * i + "a:" for i in range(1000)),
    "deep keys": "? " * 100_000,
    "a number of 5,000 digits": '[{"ObjectId": ' + "9" * 5000 + "}]",
    "a number of 5,000 digits in YAML": "a: " + "9" * 5000,
    "a number in scientific notation": "[1e999999]",
    "a number in scientific notation in YAML": "a: -1e999999",
    "no number": "[NaN]",
    "an infinite number": "[-Infinity]",
    "50,000 values": "- a\n" * 60_000,
    "a body of more than 1 MB": "x" * (LARGEST + 1),
    "a Python object": "!!python/object/apply:os.system ['true']",
    "a binary": "a: !!binary aGk=",
    "a time": "a: !!timestamp 2026-01-01",
    "a set": "!!set {a, b}",
    "a tag of its own": "%TAG ! tag:example.org,2000:\n---\na: !b c",
    "a number as key": "1: a",
    "null as key": "~: a",
    "a list as key": "? [a]\n: b",
    "two documents": "a: 1\n---\nb: 2",
    "NUL": "a: \0",
    "a control character": "a: \x07",
    "half of a character": "a: \ud800",
    "half of a character in JSON": '["\\ud800"]',
    "a merge of a text": "<<: a",
}  # fmt: skip


@pytest.mark.parametrize("case", BOMBS)
def test_what_would_take_memory_or_the_stack_is_refused_with_little_of_both(case):
    text = BOMBS[case]
    tracemalloc.start()

    with pytest.raises(MalformedBody) as raised:
        structured(text, form="[]")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert raised.value.why
    assert peak < 150 * MB


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\nb:\n  - &x [*x]", "line 3, column 9: "),
        ('{"a":\n  ' + "[" * 100, "line 2, column 66"),
        ('{"a": 1,\n "b": 1e999}', "(line 2, column 7)"),
        ("a: 1\nb: !x y", "line 2, column 4: "),
        ("a: 1\n---\nb: 2", "line 2, column 1: "),
        ("a:\n b: \ud800", "line 2, column 5: "),
        ('["a",\n "\\ud800"]', "line 2, column 2: "),
    ],
)
def test_an_error_names_line_and_column(text, why):
    with pytest.raises(MalformedBody) as raised:
        structured(text, form="[]")

    assert why in raised.value.why


@pytest.mark.parametrize(
    ("text", "key", "place"),
    [
        ('{"a": 1, "a": 2}', "a", "line 1, column 10"),
        ('{"ObjectId": 1,\n "objectid": 2}', "objectid", "line 2, column 2"),
        ('{"a": 1, "\\u0061": 2}', "a", "line 1, column 10"),
        ('[[{"x": {"b": 1, "B": []}}]]', "B", "line 1, column 18"),
        ('{"ß": 1, "SS": 2}', "SS", "line 1, column 10"),
        ("{'a': 1, 'A': 2}", "A", "line 1, column 10"),
        ("a: 1\na: 2", "a", "line 2, column 1"),
        ("ObjectId: 1\nOBJECTID: 2", "OBJECTID", "line 2, column 1"),
        ('a: 1\n"\\x61": 2', "a", "line 2, column 1"),
        ("- a:\n    b: [{c: 1, C: 2}]", "C", "line 2, column 16"),
        ("x: &x {a: 1}\ny:\n  <<: *x\n  a: 2", "a", "line 4, column 3"),
        ("x: &x {a: 1}\ny:\n  A: 2\n  <<: *x", "a", "line 4, column 3"),
        ("x: &x {a: 1}\ny: &y {A: 1}\nz:\n  <<: [*x, *y]", "A", "line 4, column 3"),
    ],
)
def test_a_key_that_stands_twice_is_named_with_its_place(text, key, place):
    with pytest.raises(RepeatedKey) as raised:
        structured(text, form="[]")

    assert raised.value.what == f"the key {key!r} occurs twice in one entry"
    assert place in raised.value.why


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("\ufeff[1, 2.5, true, null]", [1, 2.5, True, None]),
        ('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}', {"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}),
        ('["\\ud83d\\ude00", "\\u0000", "{a: 1, a: 2}"]', ["😀", "\0", "{a: 1, a: 2}"]),
        ("- {a: 1, b: ~, c: yes, d: 0x1F, e: 12:30, f: 1e3}", [{"a": 1, "b": None, "c": "yes", "d": "0x1F", "e": "12:30", "f": 1000.0}]),
        ("- !!str 5\n- '6'\n- 2026-01-01", ["5", "6", "2026-01-01"]),
        ("all: &all [A, B]\nx: *all\ny: *all", {"all": ["A", "B"], "x": ["A", "B"], "y": ["A", "B"]}),
        ("base: &base {a: 1}\none:\n  <<: *base\n  b: 2", {"base": {"a": 1}, "one": {"a": 1, "b": 2}}),
    ],
)  # fmt: skip
def test_what_people_write_is_read(text, value):
    assert structured(text, form="[]") == value


def test_keys_of_data_count_with_their_letter_case():
    assert json_value('{"a": 1, "A": 2}', ignore_case=False) == {"a": 1, "A": 2}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[]".encode("utf-16"), "it is UTF-16"),
        (b"a: 1\nb: \xff", "line 2, byte 4: invalid start byte"),
        (b"a: \xed\xa0\x80", "line 1, byte 4: invalid continuation byte"),
        (b"a: \x00", "line 1, column 4: the character U+0000"),
        (b"x" * (LARGEST + 1), "it has more than 1,000 kB"),
    ],
)
def test_what_is_no_text_is_refused(content, why):
    with pytest.raises(MalformedBody) as raised:
        decoded(content)

    assert raised.value.why == why


def test_a_byte_order_mark_is_no_part_of_a_text():
    assert decoded(b"\xef\xbb\xbf[]") == "[]"
