"""The logs of one cluster, and what it remembers from before the server started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded.state.data_log import DataLog
from adxmi_jupyter.embedded.state.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Callable


class Clocked(Protocol):
    """A world, as far as its logs know it: worlds hold clusters, which hold their logs."""

    def clock(self) -> int:
        """Return the moment, in nanoseconds."""


@dataclass
class ClusterLogs:
    """Requests and data operations; the journal, operations and failures stand elsewhere.

    `history` puts into all logs what happened before a moment. It is called once, when somebody
    first looks, with the moment at which the cluster got its first request.
    """

    requests: RequestLog = field(default_factory=RequestLog)
    data: DataLog = field(default_factory=DataLog)
    history: Callable[[Any, int], None] | None = None
    began_ns: int | None = None

    def begin(self, now_ns: int) -> None:
        """Note the moment of the first request."""
        if self.began_ns is None:
            self.began_ns = now_ns

    def remember(self, world: Clocked) -> None:
        """Put the history into the logs; the lock of the world has to be held."""
        self.begin(world.clock())
        history, self.history = self.history, None
        if history is not None and self.began_ns is not None:
            history(world, self.began_ns)
