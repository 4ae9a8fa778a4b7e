import threading
from itertools import count

import pytest
import requests

from adxmi_jupyter.errors import (
    ClusterUnreachable,
    InvalidValue,
    NotAsked,
    RequestTimedOut,
    Throttled,
)
from adxmi_jupyter.service.deadline import Deadline
from adxmi_jupyter.service.failures import asked_pause
from adxmi_jupyter.service.fan_out import Bounds, Ending, Task, fan_out
from adxmi_jupyter.service.in_flight import InFlight
from adxmi_jupyter.service.pace import (
    Clock,
    Pace,
    PacedInFlight,
    at_resource_manager,
    pace_of_environment,
)


class FakeTime:
    """A clock whose time passes only while somebody sleeps."""

    def __init__(self):
        self.time, self.slept = 0.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self):
        return Clock(lambda: self.time, self.sleep)


@pytest.fixture
def fake():
    return FakeTime()


def _sent(in_flight):
    with in_flight.turn(Deadline(60)):
        in_flight.answered()


def _throttled(in_flight, asked):
    for _ in range(20):
        with in_flight.turn(Deadline(60)):
            in_flight.throttled(asked)


def test_five_requests_a_second_are_sent(fake):
    in_flight = PacedInFlight(4, 5, fake.clock)

    for _ in range(11):
        _sent(in_flight)

    assert fake.time == pytest.approx(2)


def test_no_rate_means_no_waiting(fake):
    in_flight = PacedInFlight(4, 0, fake.clock)

    for _ in range(100):
        _sent(in_flight)

    assert not fake.slept


def test_a_throttled_request_stops_all_others_for_the_seconds_asked(fake):
    in_flight = PacedInFlight(4, 0, fake.clock)
    _sent(in_flight)

    in_flight.throttled(7)
    is_throttled = in_flight.is_throttled
    _sent(in_flight)

    assert is_throttled
    assert fake.time == 7


@pytest.mark.parametrize("seconds", [61, 1e9])
def test_no_request_waits_for_a_cluster_that_wants_none_for_long(fake, seconds):
    in_flight = PacedInFlight(4, 0, fake.clock)

    in_flight.throttled(seconds)

    with pytest.raises(Throttled, match="throttling"):
        _sent(in_flight)
    assert not fake.slept


def test_azure_resource_manager_is_asked_again_after_a_minute(fake):
    in_flight = at_resource_manager(fake.clock)

    in_flight.throttled(3600)
    _sent(in_flight)

    assert fake.time == 60


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("Mon, 30 Nov 2026 08:00:09 GMT", 9),
        ("Mon, 30 Nov 2026 07:00:00 GMT", 0),
        *((text, None) for text in ("", "soon", "-1", "nan", "inf", "Mon, 99 Nov 2026 08:00:09")),
    ],
)
def test_the_pause_that_an_answer_asks_for(asked, seconds):
    answer = requests.Response()
    answer.headers.update({"Retry-After": asked, "Date": "Mon, 30 Nov 2026 08:00:00 GMT"})

    assert asked_pause(answer) == seconds


def test_requests_of_a_connection_are_slowed_down_for_a_time(fake):
    in_flight, slower = InFlight(), PacedInFlight(4, 5, fake.clock)

    with in_flight.slowed_by(slower):
        for _ in range(6):
            _sent(in_flight)
        in_flight.throttled(3)
        _sent(in_flight)
    _sent(in_flight)

    assert fake.time == pytest.approx(4)


@pytest.mark.parametrize("asked", [None, 5])
def test_a_cluster_that_only_throttles_gets_no_other_request(fake, asked):
    in_flight = PacedInFlight(4, 0, fake.clock)

    with pytest.raises(Throttled, match="throttled every request"):
        _throttled(in_flight, asked)
    with pytest.raises(Throttled):
        _sent(in_flight)

    assert fake.time <= 60


def test_pauses_before_an_answer_do_not_count_any_more(fake):
    in_flight = PacedInFlight(4, 0, fake.clock)

    for _ in range(20):
        in_flight.throttled(50)
        _sent(in_flight)

    assert fake.time == 20 * 50


def test_azure_resource_manager_that_only_throttles_is_given_up(fake):
    in_flight = at_resource_manager(fake.clock)

    with pytest.raises(Throttled, match="throttled every request"):
        _throttled(in_flight, 3600)

    assert fake.time == 60


def test_the_back_off_doubles_until_the_service_answers(fake):
    in_flight = PacedInFlight(4, 0, fake.clock)
    pauses = []

    for _ in range(5):
        in_flight.throttled()
        before = fake.time
        with in_flight.turn(Deadline(60)):
            pauses.append(fake.time - before)
    in_flight.answered()
    in_flight.throttled()
    _sent(in_flight)

    assert pauses == [1, 2, 4, 8, 16]
    assert fake.slept[-1] == 1


def test_requests_throttled_together_are_one_throttling(fake):
    in_flight = PacedInFlight(4, 0, fake.clock)

    for _ in range(4):
        in_flight.throttled()
    _sent(in_flight)

    assert fake.time == 1


def test_a_cluster_that_stopped_answering_gets_no_other_request(fake):
    in_flight = PacedInFlight(2, 0, fake.clock)

    in_flight.unanswered()
    in_flight.unanswered()

    with pytest.raises(ClusterUnreachable, match="no longer answers"):
        _sent(in_flight)


def test_one_slow_request_among_others_is_not_the_end(fake):
    in_flight = PacedInFlight(2, 0, fake.clock)

    in_flight.unanswered()
    in_flight.answered()
    in_flight.unanswered()
    _sent(in_flight)

    assert not fake.slept


def test_results_stand_in_the_order_of_the_clusters():
    results, ending = fan_out(
        str.upper, [Task(one) for one in "abc"], Bounds(2, 60), what="", done=lambda *_: None
    )

    assert (results, ending) == (["A", "B", "C"], Ending.DONE)


def test_a_failing_cluster_is_a_result():
    def ask(name):
        if name == "b":
            raise ClusterUnreachable("gone", why="", fix="")
        return name

    results, ending = fan_out(ask, [Task(one) for one in "abc"], Bounds(1, 60), what="")

    assert ending is Ending.DONE
    assert [type(one) for one in results] == [str, ClusterUnreachable, str]


def test_a_bug_is_no_result():
    def ask(_name):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fan_out(ask, [Task("a")], Bounds(1, 60), what="")


@pytest.fixture
def held():
    event = threading.Event()
    yield event
    event.set()


def ticking():
    """Return a clock that moves on by a second whenever somebody looks at it."""
    ticks = count()
    return Clock(lambda: float(next(ticks)), lambda _seconds: None)


def test_silent_clusters_take_no_place_of_others(held):
    clock, heard = ticking(), []

    def ask(item):
        if isinstance(item, PacedInFlight):
            with item.turn(Deadline(60)):
                held.wait()
        return item

    def done(item, _result):
        heard.append(item)
        if {"a", "b"} <= set(heard):
            held.set()

    silent = [PacedInFlight(4, 0, clock) for _ in range(2)]
    tasks = [*(Task(one, one) for one in silent), Task("a"), Task("b")]
    results, ending = fan_out(ask, tasks, Bounds(2, 1e9, clock=clock), what="", done=done)

    assert (results, ending) == ([*silent, "a", "b"], Ending.DONE)


def test_a_cluster_that_stays_silent_is_given_up(held):
    clock = ticking()
    silent = PacedInFlight(4, 0, clock)

    def ask(item):
        with item.turn(Deadline(60)):
            held.wait()

    results, ending = fan_out(ask, [Task(silent, silent)], Bounds(1, 20, clock=clock), what="")

    assert [type(one) for one in results] == [RequestTimedOut]
    assert ending is Ending.DONE


def test_the_end_of_the_time_keeps_what_has_come(held):
    time = FakeTime()

    def ask(name):
        if name == "slow":
            time.sleep(20)
            held.wait()
        return name

    results, ending = fan_out(
        ask,
        [Task(one) for one in ("quick", "slow", "late")],
        Bounds(1, 60, deadline=10, clock=time.clock),
        what="",
    )

    assert ending is Ending.DEADLINE
    assert results[0] == "quick"
    assert [type(one) for one in results[1:]] == [NotAsked, NotAsked]
    assert "10 s" in results[2].why


def test_no_cluster_begins_after_the_end_of_the_time():
    time, asked = FakeTime(), []

    _, ending = fan_out(
        asked.append, [Task("a")], Bounds(1, 60, deadline=5, clock=time.clock, ends=0), what=""
    )

    assert (ending, asked) == (Ending.DEADLINE, [])


@pytest.mark.parametrize(("interrupts", "last"), [(1, str), (2, RequestTimedOut)])
def test_what_has_begun_to_change_comes_to_its_end_unless_interrupted_again(held, interrupts, last):
    stopping, begun, calls = threading.Event(), threading.Event(), count(1)

    def ask(name):
        {"first": begun, "quick": stopping, "second": held}[name].wait()
        return name

    def done(*_):
        number = next(calls)
        if number <= interrupts:
            raise KeyboardInterrupt
        held.set()

    begun.set()
    tasks = [Task(one) for one in ("first", "quick", "second", "late")]
    bounds = Bounds(3, 60, stopping=stopping)
    results, ending = fan_out(ask, tasks, bounds, what="", done=done)

    assert ending is Ending.INTERRUPTED
    assert [type(one) for one in results] == [str, str, last, NotAsked]


def test_an_interrupt_keeps_what_has_come():
    def done(_item, _result):
        raise KeyboardInterrupt

    results, ending = fan_out(
        str.upper, [Task("a"), Task("b")], Bounds(1, 60), what="", done=_once(done)
    )

    assert ending is Ending.INTERRUPTED
    assert results[0] == "A"
    assert isinstance(results[1], NotAsked)


def _once(function):
    calls = count()
    return lambda *given: function(*given) if next(calls) == 0 else None


def test_the_environment_sets_the_pace(monkeypatch):
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "2.5")
    monkeypatch.setenv("ADXMI_FLEET_CLUSTERS", "16")

    found = pace_of_environment()

    assert found == Pace(clusters=16, per_second=2.5)


@pytest.mark.parametrize("text", ["nan", "inf", "many"])
def test_what_is_no_number_is_no_pace(monkeypatch, text):
    monkeypatch.setenv("ADXMI_FLEET_CLUSTERS", text)

    with pytest.raises(InvalidValue, match="ADXMI_FLEET_CLUSTERS"):
        pace_of_environment()
