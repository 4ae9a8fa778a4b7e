"""A text pasted in the wrong place ends in a short error, whatever it would be compared with."""

import pytest

from adxmi_jupyter import errors

LONG = "q" * 16_000
LINES = (
    LONG,
    f"policy {LONG}",
    f"policy show --{LONG}",
    f"policy show {LONG}",
    f"policy show --database {LONG}",
    f"policy grant --database Sales --identity mi-ingest --usage {LONG}",
    f"policy grant --database Sales --identity {LONG} --usage All",
    f"policy grant --database Sales --identity '{'a b ' * 4000}' --usage All",
    f"policy show --connection {LONG}",
    f"role grant --database Sales --role {LONG} --identity mi-ingest",
    f"query --file {LONG}",
    f"connect {LONG}",
    f"policy show --database ${LONG}",
    f"connection-string parse {LONG}",
)


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_long_name_is_compared_with_nothing_and_not_repeated_whole(magic, line):
    with pytest.raises(errors.AdxmiError) as raised:
        magic(line)

    assert len(str(raised.value)) < 6_000
    assert "q" * 200 not in str(raised.value)


def test_the_name_of_a_megabyte_is_shortened(magic):
    with pytest.raises(errors.UnknownCommand) as raised:
        magic(f"policy {'q' * 1_000_000}")

    assert raised.value.what.startswith(f"there is no verb '{'q' * 43}")
    assert len(raised.value.what) < 200


@pytest.mark.parametrize("name", ["a\0b", "a\udcffb"])
def test_a_word_that_no_service_could_read_is_refused(magic, name):
    with pytest.raises(errors.MalformedBody) as raised:
        magic(f"policy show --database {name}")

    assert raised.value.what == "a word of the command is not text"
