from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.moment import Period, moment_text, parse_moment, parse_periods

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(moment=MOMENTS)
def test_a_moment_reads_back(moment):
    assert parse_moment(moment_text(moment)) == moment


@pytest.mark.parametrize(
    "text",
    ["2026-01-31", "2026-01-31T00:00", "2026-01-31 00:00:00Z", "2026-01-31T01:00:00+01:00"],
)
def test_a_moment_without_a_zone_is_utc(text):
    assert moment_text(parse_moment(text)) == "2026-01-31T00:00:00.0000000Z"


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31.1.2026", "2026-02-30", "0001-01-01T00:00+02"]
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(InvalidInput, match="is no date and time"):
        parse_moment(text)


@given(moments=st.lists(MOMENTS, min_size=2, max_size=2, unique=True).map(sorted))
def test_periods_read_back(moments):
    period = Period(*moments)

    assert parse_periods(f"{period},{period}") == (period, period)


def test_periods_are_written_as_start_and_end():
    (first, second) = parse_periods("2026-01-01..2026-02-01, 2026-03-01 .. 2026-03-02T12:00Z")

    assert first.end == datetime(2026, 2, 1, tzinfo=UTC)
    assert second.end == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-01", "2026-02-01..2026-01-01", "2026-01-01..2026-01-01", "a..b..c", "1..,"],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(InvalidInput):
        parse_periods(text)
