"""Ask many clusters the same, so that one which is slow, silent or gone delays no other.

Each cluster is asked in a thread of its own, so many of them at a time. One that waits because it
is throttled, or that has been silent for long, does not count as one of these: another begins. A
failure is a result like any other. Interrupt and the end of the time keep what has come.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from adxmi_jupyter.errors import AdxmiError, RequestTimedOut
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.service.pace import Clock, not_asked
from adxmi_jupyter.service.progress import bar
from adxmi_jupyter.service.threads import request_thread

if TYPE_CHECKING:
    from tqdm import tqdm

    from adxmi_jupyter.service.pace import PacedInFlight

Item = TypeVar("Item")
Result = TypeVar("Result")

_SILENT = 5.0
"""Seconds without an answer from which on a cluster doesn't keep another from beginning."""
_MOST_THREADS = 2
"""Threads for each cluster that may be asked at a time, those that wait included."""
_LOOK_EVERY = 0.2
_DELAY = 1.0


class Ending(StrEnum):
    """How a run over many clusters ended."""

    DONE = "done"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Bounds:
    """What a run may take.

    Parameters
    ----------
    clusters
        At a time.
    silence
        Seconds without any answer after which a cluster is given up.
    deadline
        Seconds for the whole run; None for no end.
    to_settle
        Seconds to wait at the end for what has begun and was given up, such as to put something
        back. A second interrupt ends that, too.
    clock
        Tells the time.
    ends
        When the time for the whole run is over by that clock, where it began before.
    stopping
        Is set where the run ends early. With it a cluster that has begun comes to its end all the
        same: what changes something must not be left in between.

    """

    clusters: int
    silence: float
    deadline: float | None = None
    clock: Clock = field(default_factory=Clock)
    ends: float | None = None
    stopping: threading.Event | None = None
    to_settle: float = 0.0


@dataclass(frozen=True)
class Task(Generic[Item]):
    """One cluster to ask, and what counts the requests to it; None where nothing is sent."""

    item: Item
    in_flight: PacedInFlight | None = None


def fan_out(
    ask: Callable[[Item], Result],
    tasks: Sequence[Task[Item]],
    bounds: Bounds,
    *,
    what: str,
    done: Callable[[Item, Result | AdxmiError], None] = lambda _item, _result: None,
) -> tuple[list[Result | AdxmiError], Ending]:
    """Call `ask` for every item; return the results in their order, and how that ended.

    A typed error stands where the result of a cluster would: the one that `ask` raised,
    `RequestTimedOut` for a cluster that stopped answering, `NotAsked` for one that the end of the
    run, or an interrupt, came before. `done` hears of each result as it comes, in the caller's
    thread. A bar appears after one second (see `progress.bar`).

    Raises
    ------
    Exception
        What `ask` raised, if it is none of ours.

    """
    run = _Run(ask, tasks, bounds, done)
    with bar(what, delay=_DELAY, total=len(tasks), dynamic_ncols=True) as shown:
        ending = run.run(shown)
    return [run.results[place] for place in range(len(tasks))], ending


class _Run(Generic[Item, Result]):
    """One run: what has begun, what has come."""

    def __init__(
        self,
        ask: Callable[[Item], Result],
        tasks: Sequence[Task[Item]],
        bounds: Bounds,
        done: Callable[[Item, Result | AdxmiError], None],
    ) -> None:
        self.results: dict[int, Result | AdxmiError] = {}
        self._ask, self._tasks, self._bounds, self._done = ask, tasks, bounds, done
        self._clock = bounds.clock
        self._next = 0  # the first that has not begun
        self._threads: list[threading.Thread] = []
        self._came: queue.SimpleQueue[tuple[int, Result | Exception]] = queue.SimpleQueue()

    def run(self, shown: tqdm[None]) -> Ending:
        """Ask all; return how it ended."""
        ending, end = Ending.DONE, self._end_of_time()
        try:
            while len(self.results) < len(self._tasks):
                if self._clock.now() >= end:
                    ending = Ending.DEADLINE
                    break
                self._begin_more()
                self._take()
                self._give_up_silent()
                self._show(shown)
        except KeyboardInterrupt:
            ending = Ending.INTERRUPTED
        if self._bounds.stopping is not None and ending is not Ending.DONE:
            self._bounds.stopping.set()
            self._finish(shown)
        self._end(ending)
        self._show(shown)
        try:
            self._settle()
        except KeyboardInterrupt:
            return Ending.INTERRUPTED
        return ending

    def _end_of_time(self) -> float:
        bounds = self._bounds
        if bounds.ends is not None:
            return bounds.ends
        return math.inf if bounds.deadline is None else self._clock.now() + bounds.deadline

    def _finish(self, shown: tqdm[None]) -> None:
        """Let those that have begun come to their end; another interrupt leaves them."""
        with suppress(KeyboardInterrupt):
            while self._under_way():
                self._take()
                self._give_up_silent()
                self._show(shown)

    def _settle(self) -> None:
        """Wait for what has begun, as long as that may take."""
        end = self._clock.now() + self._bounds.to_settle
        for thread in self._threads:
            left = end - self._clock.now()
            if left > 0:
                thread.join(left)

    def _begin_more(self) -> None:
        while self._next < len(self._tasks) and self._has_room():
            place, self._next = self._next, self._next + 1
            thread = request_thread(copy_context().run, self._work, place, name="adxmi-cluster")
            self._threads.append(thread)
            thread.start()

    def _has_room(self) -> bool:
        under_way = self._under_way()
        busy = sum(not self._waits(place) for place in under_way)
        most = self._bounds.clusters
        return busy < most and len(under_way) < _MOST_THREADS * most

    def _under_way(self) -> list[int]:
        return [place for place in range(self._next) if place not in self.results]

    def _waits(self, place: int) -> bool:
        in_flight = self._tasks[place].in_flight
        return in_flight is not None and (in_flight.is_throttled or in_flight.silent_for >= _SILENT)

    def _work(self, place: int) -> None:
        try:
            self._came.put((place, self._ask(self._tasks[place].item)))
        except Exception as failure:  # noqa: BLE001 - handed to the caller, who raises or reports
            self._came.put((place, failure))

    def _take(self) -> None:
        """Wait for a result, shortly, and take all there are."""
        try:
            place, result = self._came.get(timeout=_LOOK_EVERY)
            self._keep(place, result)
            while True:
                self._keep(*self._came.get_nowait())
        except queue.Empty:
            return

    def _keep(self, place: int, result: Result | Exception) -> None:
        if isinstance(result, Exception) and not isinstance(result, AdxmiError):
            raise result
        if place in self.results:  # given up before
            return
        self.results[place] = result
        self._done(self._tasks[place].item, result)

    def _give_up_silent(self) -> None:
        for place in self._under_way():
            in_flight = self._tasks[place].in_flight
            if in_flight is not None and in_flight.silent_for >= self._bounds.silence:
                in_flight.close()
                self._keep(place, _silent(self._bounds.silence))

    def _end(self, ending: Ending) -> None:
        """Let nothing more be sent, and say of what has not come why."""
        why = "the run was interrupted"
        if ending is Ending.DEADLINE:
            why = f"the {self._bounds.deadline:g} s for the run were over"
        for place in range(len(self._tasks)):
            if place not in self.results:
                self._close(place)
                is_left = self._bounds.stopping is not None and place < self._next
                self._keep(place, _left() if is_left else not_asked(why))

    def _close(self, place: int) -> None:
        in_flight = self._tasks[place].in_flight
        if in_flight is not None:
            in_flight.close()

    def _show(self, shown: tqdm[None]) -> None:
        failed = sum(isinstance(one, AdxmiError) for one in self.results.values())
        under_way = self._under_way()
        throttled = sum(self._waits(place) for place in under_way)
        shown.set_postfix_str(
            f"{len(self.results) - failed} reached, {failed} failed, "
            f"{len(under_way) - throttled} being read, {throttled} waiting",
            refresh=False,
        )
        shown.update(len(self.results) - shown.n)


def _left() -> RequestTimedOut:
    return RequestTimedOut(
        "the cluster was left before it came to its end",
        why="the run was interrupted twice; what was sent last may take effect",
        fix=Command.of("history"),
    )


def _silent(seconds: float) -> RequestTimedOut:
    return RequestTimedOut(
        "the cluster does not answer",
        why=f"nothing came from it for {seconds:g} s",
        fix=Explain.of("check whether the cluster is running; ADXMI_FLEET_TIMEOUT allows more"),
    )
