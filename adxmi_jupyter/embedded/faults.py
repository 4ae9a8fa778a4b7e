"""Switches that make the embedded Azure misbehave on demand."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Fault(StrEnum):
    """What can go wrong between the service and its client."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    DROPPED_BEFORE_WRITE = "dropped-before-write"
    DROPPED_AFTER_WRITE = "dropped-after-write"
    TRUNCATED_BODY = "truncated-body"
    NOT_JSON = "not-json"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    SLOW = "slow"
    TWO_COLUMN_POLICY = "two-column-policy"
    EMPTY_BODY = "empty-body"
    PLAIN_TEXT_400 = "plain-text-400"
    OPERATION_FAILS = "operation-fails"
    IN_MAINTENANCE = "in-maintenance"
    LATE_ROLES = "late-roles"
    LATE_CLUSTER_ROLES = "late-cluster-roles"


_EVERYWHERE = frozenset(
    {
        Fault.THROTTLED,
        Fault.UNAVAILABLE,
        Fault.DROPPED_BEFORE_WRITE,
        Fault.DROPPED_AFTER_WRITE,
        Fault.TRUNCATED_BODY,
        Fault.NOT_JSON,
        Fault.WRONG_CONTENT_TYPE,
        Fault.SLOW,
        Fault.EMPTY_BODY,
    }
)
ARM_FAULTS = _EVERYWHERE | {Fault.OPERATION_FAILS, Fault.IN_MAINTENANCE}
KUSTO_FAULTS = _EVERYWHERE | {Fault.PLAIN_TEXT_400, Fault.TWO_COLUMN_POLICY}
LASTING_FAULTS = frozenset({Fault.LATE_ROLES, Fault.LATE_CLUSTER_ROLES})


@dataclass(frozen=True)
class ActiveFault:
    """One switch that is on; `times` requests are left, None means until cleared."""

    fault: Fault
    times: int | None
    match: str
    retry_after: float
    delay: float
    cluster: str = ""

    def concerns(self, text: str, cluster: str) -> bool:
        """Tell whether it is for a request with this text, to this cluster.

        Requests to Resource Manager have no cluster: the one in their path counts.
        """
        if self.match not in text:
            return False
        if cluster or not self.cluster:
            return self.cluster.casefold() in {"", cluster.casefold()}
        place = rf"/clusters/{re.escape(self.cluster)}(?![\w-])"
        return re.search(place, text, re.IGNORECASE) is not None


class Faults:
    """The switches of one embedded Azure; safe to use from any thread.

    A fault strikes the next `times` requests whose text contains `match`: a command or query,
    or for Resource Manager the method, the path with its parameters, and the body. With `cluster`
    it strikes only those to that cluster or, in Resource Manager, about it. One request is struck
    by at most one fault, the one added first. Three wait for their occasion and can strike
    together with another: `two-column-policy` for a policy result, `operation-fails` for the start
    of a long-running operation, `in-maintenance` for a write on a cluster.

    `late-roles` strikes no request and lasts until it is cleared, whatever `times` says: Azure
    roles given meanwhile have no effect before. So does `late-cluster-roles`: security roles on
    the whole cluster, given meanwhile by Resource Manager, count `delay` seconds later, or once it
    is cleared. `cleared` is called after every `clear`.
    """

    def __init__(self, cleared: Callable[[], None] = lambda: None) -> None:
        self._cleared = cleared
        self._lock = threading.Lock()
        self._active: list[ActiveFault] = []

    def add(
        self,
        name: str,
        *,
        times: int | None = 1,
        match: str = "",
        retry_after: float = 1,
        delay: float = 5,
        cluster: str = "",
    ) -> None:
        """Switch a fault on.

        `retry_after` (seconds) is for `throttled`, `delay` (seconds) for `slow` and
        `late-cluster-roles`.
        Raises ValueError for an unknown name or `times` below one.
        """
        if name not in set(Fault):
            raise ValueError(f"Unknown fault {name!r}. Known faults: {', '.join(Fault)}.")
        if times is not None and times < 1:
            raise ValueError(f"A fault strikes at least once, not {times} times.")
        fault = Fault(name)
        left = None if fault in LASTING_FAULTS else times
        with self._lock:
            self._active.append(ActiveFault(fault, left, match, retry_after, delay, cluster))

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._active.clear()
        self._cleared()

    def active(self) -> list[dict[str, str | int | float | None]]:
        """Return the faults that are on, oldest first, as plain values."""
        with self._lock:
            return [_plain(switch) for switch in self._active]

    def take(self, text: str, cluster: str = "") -> ActiveFault | None:
        """Return the fault that strikes this command or query of a cluster, and count it."""
        return self._take(text, _EVERYWHERE | {Fault.PLAIN_TEXT_400}, cluster)

    def take_arm(self, text: str) -> ActiveFault | None:
        """Return the fault that strikes this Resource Manager request, and count it."""
        return self._take(text, _EVERYWHERE)

    def is_on(self, fault: Fault, text: str) -> bool:
        """Tell whether this fault is on for this text, without counting it."""
        with self._lock:
            return any(each.fault is fault and each.match in text for each in self._active)

    def delay_of(self, fault: Fault, text: str) -> float:
        """Return the seconds of this fault, if it is on for this text; 0 otherwise."""
        with self._lock:
            on = [each.delay for each in self._active if each.fault is fault and each.match in text]
        return max(on, default=0.0)

    def take_one(self, fault: Fault, text: str, cluster: str = "") -> bool:
        """Tell whether this one fault strikes, at its occasion, and count it."""
        return self._take(text, frozenset({fault}), cluster) is not None

    def _take(self, text: str, among: frozenset[Fault], cluster: str = "") -> ActiveFault | None:
        with self._lock:
            for index, switch in enumerate(self._active):
                if switch.fault in among and switch.concerns(text, cluster):
                    self._count(index)
                    return switch
        return None

    def _count(self, index: int) -> None:
        switch = self._active[index]
        if switch.times == 1:
            del self._active[index]
        elif switch.times is not None:
            self._active[index] = replace(switch, times=switch.times - 1)


def _plain(switch: ActiveFault) -> dict[str, str | int | float | None]:
    values: dict[str, str | int | float | None] = {
        "name": str(switch.fault),
        "times": switch.times,
        "match": switch.match,
    }
    if switch.cluster:
        values["cluster"] = switch.cluster
    if switch.fault is Fault.THROTTLED:
        values["retry_after"] = switch.retry_after
    if switch.fault in {Fault.SLOW, Fault.LATE_CLUSTER_ROLES}:
        values["delay"] = switch.delay
    return values
