"""What a cluster takes at a time, what came, and what it throttled.

A fleet is read politely or it is not: the counts tell (page: Request rate limit policy).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SECOND = 1.0


@dataclass
class ClusterLoad:
    """Requests to one cluster; counted in the loop of the server alone.

    `limit` requests run at a time and `per_second` come in a second, None for any number; what is
    beyond is answered with 429 and `retry_after` (seconds). `latency` (seconds) is added to that of
    the server. `served` counts all requests, `throttled` those that were answered with 429,
    `most_at_a_time` and `most_in_a_second` the largest crowds.
    """

    limit: int | None = None
    per_second: int | None = None
    retry_after: float = 1.0
    latency: float = 0.0
    served: int = field(default=0, compare=False)
    throttled: int = field(default=0, compare=False)
    most_at_a_time: int = field(default=0, compare=False)
    most_in_a_second: int = field(default=0, compare=False)
    _running: int = field(default=0, repr=False, compare=False)
    _times: deque[float] = field(default_factory=deque, repr=False, compare=False)

    @contextmanager
    def request(self) -> Iterator[bool]:
        """Count a request while it lasts; yield whether the cluster takes it."""
        moment = time.monotonic()
        while self._times and moment - self._times[0] >= _SECOND:
            self._times.popleft()
        takes = self._takes_one_more()
        self._times.append(moment)
        self._running += 1
        self.served += 1
        self.throttled += not takes
        self.most_at_a_time = max(self.most_at_a_time, self._running)
        self.most_in_a_second = max(self.most_in_a_second, len(self._times))
        try:
            yield takes
        finally:
            self._running -= 1

    def _takes_one_more(self) -> bool:
        is_full = self.limit is not None and self._running >= self.limit
        is_fast = self.per_second is not None and len(self._times) >= self.per_second
        return not (is_full or is_fast)
