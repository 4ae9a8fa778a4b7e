"""How many requests may be under way at a service, whoever sends them.

A cluster takes ten requests at a time for each core of a node, those of all its users together,
and cluster-level commands all count at one node: 20 where the nodes are the smallest. So there are
few at first, more where the nodes are known to be large, and few again once the service throttled.

Source: *Request rate limit policy* (Azure Data Explorer docs); *Understand how Azure Resource
Manager throttles requests* (Azure docs).
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from adxmi_jupyter.service.threads import request_thread

if TYPE_CHECKING:
    from adxmi_jupyter.service.deadline import Deadline

FEW = 4
MANY = 16
_AT_RESOURCE_MANAGER = 8
_LARGE_NODE = 8  # cores: 80 requests at a time, of which `MANY` leave most to others
_CROWD = 8  # requests, under way or waiting, from which on the size of the nodes is worth a request

_SIZE = re.compile(r"(?:Dev\(No SLA\)_)?Standard_(?P<series>[A-Z]+)(?P<size>\d+)", re.IGNORECASE)
# The second generation of D counts sizes; all newer names tell the cores.
_CORES_OF_D = {11: 2, 12: 4, 13: 8, 14: 16}


def cores_of(sku: str) -> int:
    """Return the cores of one node by the name of a cluster's SKU; 0 for a name of no known form.

    >>> cores_of("Standard_E16ads_v5"), cores_of("Standard_D13_v2"), cores_of("Premium")
    (16, 8, 0)
    """
    found = _SIZE.match(sku)
    if found is None:
        return 0
    size = int(found["size"])
    return _CORES_OF_D.get(size, size) if found["series"].upper() in {"D", "DS"} else size


class NoTurn(Exception):
    """A request was not sent: those before it took too long."""


class InFlight:
    """The requests under way at one service, and those that wait for their turn, in their order.

    Parameters
    ----------
    most
        How many may be under way at a time, to begin with.

    """

    def __init__(self, most: int = FEW) -> None:
        self._most = most
        self._is_chosen = False
        self._was_throttled = False
        self._lock = threading.Lock()
        self._under_way: set[threading.Event] = set()
        self._waiting: deque[threading.Event] = deque()
        self._ask: Callable[[], None] | None = None
        self._slower: InFlight | None = None

    @property
    def most(self) -> int:
        """How many may be under way at a time."""
        return self._most

    @property
    def asks_for_size(self) -> bool:
        """Whether the size of the nodes will be asked for when many requests are ahead."""
        return self._ask is not None

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """Wait until there is room for a request, and take it while it runs.

        The wait ends with the deadline, and is given back to it: a request has its whole time.

        Raises
        ------
        NoTurn
            There was no room in time.

        """
        turn = threading.Event()
        try:
            self._queue_up(turn)
            left = deadline.left
            if not turn.wait(left) and not self._is_admitted(turn):
                raise NoTurn
            deadline.extend(left - deadline.left)
            slower = self._slower
            with nullcontext() if slower is None else slower.turn(deadline):
                yield
        finally:  # also when waiting was interrupted
            self._leave(turn)

    @contextmanager
    def slowed_by(self, slower: InFlight) -> Iterator[None]:
        """Let each request wait for its turn at another one, too; those sent again included."""
        before, self._slower = self._slower, slower
        try:
            yield
        finally:
            self._slower = before

    def choose(self, most: int) -> None:
        """Allow as many as the user says."""
        with self._lock:
            self._is_chosen = True
            self._allow(most)

    def has_nodes_of(self, cores: int) -> None:
        """Allow more if the nodes have many cores."""
        with self._lock:
            self._ask = None
            if cores >= _LARGE_NODE and not self._is_chosen:
                self._allow(MANY)

    def answered(self) -> None:
        """Note that the service answered."""
        if self._slower is not None:
            self._slower.answered()

    def unanswered(self) -> None:
        """Note that it did not, or was not reached."""
        if self._slower is not None:
            self._slower.unanswered()

    def throttled(self, asked: float | None = None) -> None:
        """Allow few from now on: the service said that there were too many.

        `asked` are the seconds that it wants to be left alone; whoever sent the request waits.
        """
        if self._slower is not None:
            self._slower.throttled(asked)
        with self._lock:
            self._was_throttled = True
            self._allow(self._most)

    def when_crowded(self, ask: Callable[[], None]) -> None:
        """Call `ask` once, in a thread of its own, when many requests are ahead.

        It finds out how large the nodes are (see `has_nodes_of`), or not.
        """
        with self._lock:
            self._ask = None if self._is_chosen or self._was_throttled else ask

    def forget(self, ask: Callable[[], None]) -> None:
        """Do not call what was given to `when_crowded` any more."""
        with self._lock:
            self._ask = None if self._ask == ask else self._ask

    def _allow(self, most: int) -> None:
        self._most = min(most, FEW) if self._was_throttled else most
        self._admit()

    def _queue_up(self, turn: threading.Event) -> None:
        with self._lock:
            self._waiting.append(turn)
            self._admit()
            ask = self._ask
            if ask is None or len(self._waiting) + len(self._under_way) <= _CROWD:
                return
            self._ask = None
        request_thread(ask, name="adxmi-cluster-size").start()

    def _admit(self) -> None:
        while self._waiting and len(self._under_way) < self._most:
            turn = self._waiting.popleft()
            self._under_way.add(turn)
            turn.set()

    def _is_admitted(self, turn: threading.Event) -> bool:
        with self._lock:
            return turn in self._under_way

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            if turn in self._under_way:
                self._under_way.remove(turn)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            self._admit()


class Traffic:
    """What is under way at each service; all connections of a front end share it.

    A cluster and Azure Resource Manager are services of their own, also at one address. `cluster`
    and `resource_manager` make what counts the requests to one of them.
    """

    def __init__(
        self,
        cluster: Callable[[], InFlight] = InFlight,
        resource_manager: Callable[[], InFlight] = lambda: InFlight(_AT_RESOURCE_MANAGER),
    ) -> None:
        self._make_cluster = cluster
        self._make_resource_manager = resource_manager
        self._clusters: dict[str, InFlight] = {}
        self._resource_managers: dict[str, InFlight] = {}

    def at_cluster(self, uri: str) -> InFlight:
        """Return what is under way at a cluster, or at its ingestion endpoint."""
        return self._found(self._clusters, uri, self._make_cluster)

    def at_resource_manager(self, uri: str) -> InFlight:
        """Return what is under way at Azure Resource Manager, Resource Graph included."""
        return self._found(self._resource_managers, uri, self._make_resource_manager)

    @staticmethod
    def _found(known: dict[str, InFlight], uri: str, make: Callable[[], InFlight]) -> InFlight:
        if uri not in known:
            known.setdefault(uri, make())  # two threads may come here; both get the first one's
        return known[uri]
