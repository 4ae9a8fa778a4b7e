"""What is written as one word of a line is read back as that word."""

from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics.expansion import expand_words
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.quoting import as_typed, quoted

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20).filter(
    lambda text: "{{" not in text
)


@given(TEXTS)
def test_a_quoted_text_is_one_word(text):
    assert [word.text for word in split(quoted(text))] == [text]


@given(TEXTS)
def test_a_typed_text_is_one_word_after_variables_were_put_in(text):
    words = split(as_typed(text))

    assert expand_words(words, {}).arguments == (text,)


def test_a_line_is_ready_to_be_pasted():
    command = Command.of("policy", "show", "--database", "Tom's Cost$")

    assert Dialect().command(command) == ('%adxmi policy show --database "Tom\'s Cost$$"')
