"""The time by the clock of a server, whatever this machine's own says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adxmi_jupyter.service.server_clock import ServerClock


@pytest.mark.parametrize("hours", [-5, 3])
def test_it_goes_with_the_answers_of_the_server(hours):
    clock = ServerClock()
    wanted = datetime.now(UTC) + timedelta(hours=hours)

    clock.told({"Date": format_datetime(wanted, usegmt=True)})

    assert timedelta(0) <= clock.now() - wanted.replace(microsecond=0) < timedelta(hours=1)


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}])
def test_without_a_time_in_the_answer_it_keeps_what_it_was_told(headers):
    clock = ServerClock()
    wanted = datetime.now(UTC) + timedelta(hours=3)
    clock.told({"Date": format_datetime(wanted, usegmt=True)})

    clock.told(headers)

    assert clock.now() > datetime.now(UTC) + timedelta(hours=2)
