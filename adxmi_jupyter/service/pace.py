"""How politely many clusters are asked: so many requests a second, and none while one throttles.

A cluster of the smallest size runs 20 requests at a time for all of its users, and a command at
cluster level counts at one node. So a run over many clusters sends few requests to each, and a
request that is throttled stops all others to the same cluster, not only itself.

Source: *Request rate limit policy*, *Capacity policy* (Azure Data Explorer docs); *Understand how
Azure Resource Manager throttles requests* (Azure docs).
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ClusterUnreachable, InvalidValue, NotAsked, Throttled
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.service.in_flight import FEW, MANY, InFlight

if TYPE_CHECKING:
    from adxmi_jupyter.service.deadline import Deadline

UNLIMITED = 0.0
_LONGEST_PAUSE = 60.0
_MOST_CLUSTERS = 64
_FASTEST = 1000.0
_AT_RESOURCE_MANAGER, _RESOURCE_MANAGER_RATE = 8, 20.0


@dataclass(frozen=True)
class Clock:
    """Time as a run sees it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Pace:
    """How fast many clusters are asked; raises InvalidValue for what can't be used.

    Parameters
    ----------
    clusters
        Clusters at a time.
    in_flight
        Requests to one cluster at a time.
    per_second
        Requests to one cluster in a second; `UNLIMITED` for as many as come.
    to_connect
        Seconds until there is a connection.
    to_answer
        Seconds for a request, after which a cluster counts as one that does not answer.
    to_probe
        The same for the first request of all, the cheapest there is.

    """

    clusters: int = 32
    in_flight: int = FEW
    per_second: float = 5.0
    to_connect: float = 3.0
    to_answer: float = 30.0
    to_probe: float = 10.0

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("ADXMI_FLEET_CLUSTERS", self.clusters, 1, _MOST_CLUSTERS),
            ("ADXMI_FLEET_IN_FLIGHT", self.in_flight, 1, MANY),
            ("ADXMI_FLEET_PER_SECOND", self.per_second, 0, _FASTEST),
            ("ADXMI_FLEET_CONNECT_TIMEOUT", self.to_connect, 1, 60),
            ("ADXMI_FLEET_TIMEOUT", self.to_answer, 1, 3600),
        ):
            if not least <= value <= most:
                raise InvalidValue(
                    f"{name}={value:g} cannot be used",
                    why=f"{least:g} to {most:g} are allowed",
                    fix=f"{name}={least if value < least else most:g}",
                )


def pace_of_environment() -> Pace:
    """Return the pace of ``ADXMI_FLEET_CLUSTERS`` and other variables, or the default.

    Raises
    ------
    InvalidValue
        A variable's value can't be used.

    """
    usual = Pace()
    return Pace(
        int(_number("ADXMI_FLEET_CLUSTERS", usual.clusters)),
        int(_number("ADXMI_FLEET_IN_FLIGHT", usual.in_flight)),
        _number("ADXMI_FLEET_PER_SECOND", usual.per_second),
        _number("ADXMI_FLEET_CONNECT_TIMEOUT", usual.to_connect),
        _number("ADXMI_FLEET_TIMEOUT", usual.to_answer),
    )


def _number(variable: str, usual: float) -> float:
    text = os.environ.get(variable, "").strip()
    try:
        number = float(text) if text else usual
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidValue(
            f"{variable}={text!r} cannot be used",
            why="it is not a number",
            fix=f"{variable}={usual:g}",
        )
    return number


class PacedInFlight(InFlight):
    """The requests under way at one service of a run over many clusters.

    Parameters
    ----------
    most
        How many may be under way at a time, whatever the size of the nodes.
    per_second
        How many may begin in a second; `UNLIMITED` for as many as come.
    clock
        Tells the time, and waits.
    gives_up
        Whether no request waits for longer than a minute because the service asks for it: it fails.

    """

    def __init__(
        self, most: int, per_second: float, clock: Clock, *, gives_up: bool = True
    ) -> None:
        super().__init__(most)
        self._gives_up = gives_up
        self.choose(most)
        self._interval = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._next = self._blocked_until = self._heard = clock.now()
        self._throttlings = self._unanswered = 0
        self._paused = 0.0
        self._is_closed = False
        self._sent: dict[object, float] = {}
        self._pacing = threading.Lock()

    @property
    def is_throttled(self) -> bool:
        """Whether requests wait because the service throttles."""
        return self._clock.now() < self._blocked_until

    @property
    def silent_for(self) -> float:
        """Seconds for which requests have been under way and none was answered; 0 without any."""
        with self._pacing:
            oldest = min(self._sent.values(), default=None)
            return 0.0 if oldest is None else self._clock.now() - max(self._heard, oldest)

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """Wait until there is room for a request and it is time for it; as `InFlight.turn`.

        Raises
        ------
        NotAsked
            The run has ended.
        ClusterUnreachable
            Several requests in a row were not answered: no other one is sent.
        Throttled
            The service wants no requests for more than a minute, or throttled all that were sent
            with pauses of a minute in between.

        """
        with super().turn(deadline):
            left = deadline.left
            self._wait()
            deadline.extend(left - deadline.left)
            request = object()
            try:
                with self._pacing:
                    self._sent[request] = self._clock.now()
                yield
            finally:
                with self._pacing:
                    self._sent.pop(request, None)

    def close(self) -> None:
        """Let no other request go."""
        self._is_closed = True

    def answered(self) -> None:
        """Note that the service answered: it throttles no longer."""
        with self._pacing:
            self._heard = self._clock.now()
            self._unanswered = self._throttlings = 0
            self._paused = 0.0

    def unanswered(self) -> None:
        """Note that it did not, or was not reached."""
        with self._pacing:
            self._unanswered += 1

    def throttled(self, asked: float | None = None) -> None:
        """Let no request go for the seconds asked, else 1, 2, 4 … and at most 60.

        Where more are asked, requests fail until then, or go after 60 all the same (`gives_up`).

        Requests that were under way together are one throttling.
        """
        with self._pacing:
            now = self._heard = self._clock.now()
            self._unanswered = 0
            if asked is not None:
                wanted = asked if self._gives_up else min(asked, _LONGEST_PAUSE)
            elif now < self._blocked_until:
                return
            else:
                wanted = min(2.0**self._throttlings, _LONGEST_PAUSE)
                self._throttlings += 1
            former = max(self._blocked_until, now)
            self._blocked_until = max(former, now + wanted)
            self._paused += self._blocked_until - former

    def _wait(self) -> None:
        while True:
            with self._pacing:
                now = self._clock.now()
                self._check(now)
                begin = max(self._next, self._blocked_until)
                if begin <= now:
                    self._next = now + self._interval
                    return
            self._clock.sleep(begin - now)

    def _check(self, now: float) -> None:
        if self._is_closed:
            raise not_asked("the run had ended")
        left = self._blocked_until - now
        if left > _LONGEST_PAUSE:
            raise _still_throttled(f"it wants none for {left:.0f} s")
        if self._paused > _LONGEST_PAUSE:
            raise _still_throttled("it throttled every request, however long the pauses")
        if self._unanswered >= self.most:
            raise ClusterUnreachable(
                "the cluster no longer answers",
                why=f"the last {self._unanswered} requests were not answered",
                fix="check whether the cluster is running",
            )


def _still_throttled(why: str) -> Throttled:
    return Throttled(
        "the service is throttling requests",
        why=why,
        fix=Retry((ChangeOption("--since", "last"),)),
    )


def at_resource_manager(clock: Clock) -> PacedInFlight:
    """Return what counts a run's requests to Azure Resource Manager, which all clusters share."""
    return PacedInFlight(_AT_RESOURCE_MANAGER, _RESOURCE_MANAGER_RATE, clock, gives_up=False)


def not_asked(why: str) -> NotAsked:
    """Return the error for a cluster that a run did not come to, or not to the end."""
    return NotAsked(
        "the cluster was not asked", why=why, fix=Retry((ChangeOption("--since", "last"),))
    )
