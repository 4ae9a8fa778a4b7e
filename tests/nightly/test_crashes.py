"""A sample of what `python -m tests.nightly crashes` does at length."""

import pytest

from tests.nightly.clients import place_in
from tests.nightly.crashes import MUST_BE_NONE
from tests.nightly.crowding import contend, write_at_once
from tests.nightly.full_disk import fill_up
from tests.nightly.killing import kill_clients, unreadable_lines
from tests.nightly.surroundings import add_junk

pytestmark = pytest.mark.nightly


@pytest.fixture
def place(tmp_path):
    with place_in(tmp_path / "place") as place:
        yield place


def troubles(count):
    return {what: count[what] for what in MUST_BE_NONE if count[what]}


def test_a_client_that_is_killed_leaves_a_true_history(place):
    count = kill_clients(place, 2)

    assert troubles(count) == {}
    assert unreadable_lines(place) == 0


def test_writers_at_once_all_come_into_the_history(place):
    count = write_at_once(place, writers=4, writes=3)

    assert troubles(count) == {}
    assert count["writes told as done"] == 12
    assert count["in the history as applied"] == count["different ids"] == 12
    assert unreadable_lines(place) == 0


def test_clients_on_one_policy_overwrite_nothing_of_each_other(place):
    count = contend(place, clients=4, rounds=1)

    assert troubles(count) == {}
    assert count["rounds with all usages right"] == 1


def test_a_disk_that_fills_up_hides_no_write(tmp_path):
    count = fill_up(tmp_path, sizes=2)

    assert troubles(count) == {}
    assert (count["not sent"], count["applied"]) == (1, 1)


def test_junk_in_the_history_stops_nothing(tmp_path):
    count = add_junk(tmp_path, ("a line cut short", "bytes that are no text", "a newer field"))

    assert troubles(count) == {}
