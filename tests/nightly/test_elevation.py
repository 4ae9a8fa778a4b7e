"""What `--elevate` leaves when it is killed, at ten random moments."""

import pytest

from tests.nightly.clients import place_in
from tests.nightly.elevation import kill_elevated, kill_elevated_on_fleet

pytestmark = pytest.mark.nightly


@pytest.fixture
def place(tmp_path):
    with place_in(tmp_path / "place", latency=0.01) as place:
        yield place


def test_what_a_killed_command_leaves_is_offered_and_removed(place):
    count = kill_elevated(place, 10)

    assert count["kills"] == 10
    assert count["offered"] > 0
    assert count["left and not offered"] == count["left after it was removed"] == 0
    assert count["tracebacks"] == count["commands afterwards that failed"] == 0


def test_what_a_killed_command_leaves_on_a_fleet_is_offered_and_removed(place):
    count = kill_elevated_on_fleet(place, 10)

    assert count["kills"] == 10
    assert count["offered"] > 0
    assert count["left"] > 0
    assert count["left and not offered"] == count["left after it was removed"] == 0
    assert count["offered with nothing left"] == 0
    assert count["tracebacks"] == count["commands afterwards that failed"] == 0
