import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.magics.line import quoted, split, split_pending


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("   ", []),
        ("policy show", ["policy", "show"]),
        ("  policy\tshow  ", ["policy", "show"]),
        ('--database "Tom\'s Lab"', ["--database", "Tom's Lab"]),
        ("--database='a b'", ["--database=a b"]),
        ("-f C:\\temp\\policy.json", ["-f", "C:\\temp\\policy.json"]),
        ('-f "C:\\temp dir\\" -n', ["-f", "C:\\temp dir\\", "-n"]),
        ("''", [""]),
        ("a'b c'd", ["ab cd"]),
        ("--database {{ name }} -n", ["--database", "{{ name }}", "-n"]),
    ],
)
def test_a_line_is_split_at_blanks_outside_quotes(line, words):
    assert [word.text for word in split(line)] == words


def test_words_remember_how_and_where_they_were_written():
    word = split('policy show "a b"')[2]

    assert (word.raw, word.start) == ('"a b"', 12)


@pytest.mark.parametrize("line", ['--database "Sales', "policy show Tom's", "'"])
def test_an_unclosed_quote_is_an_error(line):
    with pytest.raises(InvalidValue, match="a quote is not closed"):
        split(line)


@pytest.mark.parametrize("end", [";", "?", "\\"])
def test_what_a_notebook_would_take_for_itself_is_quoted(ip, magic, end):
    database = f"Sales{end}"

    result = ip.run_cell(f"%adxmi policy show --database {quoted(database)}")

    assert f"there is no database {database!r}" in str(result.error_in_exec)


@pytest.mark.nightly
@given(st.text())
def test_a_quoted_text_is_read_back_as_one_word(text):
    plain = text.replace("{", "")

    assert [word.text for word in split(quoted(plain))] == [plain]


@given(st.lists(st.text(alphabet="ab'\" \\=,-", max_size=6), max_size=5))
def test_any_list_of_quoted_words_is_read_back(texts):
    line = " ".join(map(quoted, texts))

    assert [word.text for word in split(line)] == texts


@given(st.text(alphabet="ab'\" {}", max_size=12))
def test_the_words_and_what_lies_between_make_up_the_line(line):
    words, pending = split_pending(line)

    pieces = [*words, pending.word]
    assert [line[word.start :][: len(word.raw)] for word in pieces] == [w.raw for w in pieces]
