from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.timespan import LONGEST, clock_text, parse_timespan, timespan_text

LENGTHS = st.timedeltas(timedelta(0), LONGEST)


@given(length=LENGTHS)
def test_a_length_reads_back_in_both_spellings(length):
    assert parse_timespan(timespan_text(length)) == length
    assert parse_timespan(clock_text(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1h", timedelta(hours=1)),
        (" 90 minutes ", timedelta(minutes=90)),
        ("1.5d", timedelta(hours=36)),
        ("0.1s", timedelta(milliseconds=100)),
        ("500MS", timedelta(milliseconds=500)),
        ("01:30", timedelta(minutes=90)),
        ("1.06:30:00", timedelta(days=1, hours=6, minutes=30)),
        ("00:00:00.0000015", timedelta(microseconds=2)),
        ("36500.00:00:00", timedelta(days=36500)),
    ],
)
def test_people_write_lengths_in_many_ways(text, length):
    assert parse_timespan(text) == length


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(days=7), "7d"),
        (timedelta(hours=36), "36h"),
        (timedelta(minutes=90, seconds=30), "5430s"),
        (timedelta(microseconds=1500), "1500microsecond"),
    ],
)
def test_a_length_is_written_in_the_longest_unit_it_is_a_multiple_of(length, text):
    assert timespan_text(length) == text


@pytest.mark.parametrize(
    "text", ["", "often", "1", "-1h", "24:00", "1:60", "1 fortnight", "\u0661h"]
)
def test_what_is_no_length_is_refused(text):
    with pytest.raises(InvalidInput, match="is no length of time"):
        parse_timespan(text)


@pytest.mark.parametrize("text", ["10675200d", "99999999.00:00:00", f"{10**18}h"])
def test_a_length_the_service_cannot_count_is_refused(text):
    with pytest.raises(InvalidInput, match="is too long"):
        parse_timespan(text)
