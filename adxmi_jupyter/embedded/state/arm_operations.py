"""Long-running operations: changes that were accepted and take effect later."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.state.clusters import Cluster


@dataclass
class ArmSettings:
    """How long things take in Resource Manager; may be changed at any time.

    An operation answers `polls` times that it runs, and runs for at least `seconds`. One that
    isn't asked about ends by itself after `unattended` seconds. The directory knows a new
    identity only after it was looked up `directory_lookups` times in vain. A principal that it
    does not know is rejected late on a database, and on the cluster with `refuses_late`. Lists come
    in pages of `page_size`. Resource Graph answers `graph_quota` queries of one caller in five
    seconds; more of them are rejected only if it `throttles_graph`. A query looks at
    `graph_subscriptions` at most; its index is `graph_age` seconds old: what was
    created since is not in it. It answers `graph_gets` GETs of one caller and subscription in a
    minute, and none if it `graph_declines`.
    """

    polls: int = 1
    seconds: float = 0.0
    unattended: float = 10.0
    directory_lookups: int = 1
    refuses_late: bool = False
    page_size: int = 100
    graph_quota: int = 15
    throttles_graph: bool = False
    graph_subscriptions: int = 10_000
    graph_age: float = 0.0
    graph_gets: int = 4_000
    graph_declines: bool = False


class OperationStatus(StrEnum):
    """How far an operation is."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True)
class Failure:
    """Why an operation fails when its time has come."""

    code: str
    message: str


@dataclass(eq=False)
class Operation:
    """One accepted change of a cluster or of something in it.

    `work` is done when its time has come, and tells why it fails, if it does. `finish` is called
    once, with whether the change succeeds. `pending` is what the resource
    looks like meanwhile, `result` what stands at the Location address afterwards; None is an
    empty body. Without a `kind` its status does not tell one, but as `first_kind`. `location` is
    that of its address.
    """

    kind: str
    cluster: Cluster
    resource_id: str
    finish: Callable[[bool], None]
    settings: ArmSettings
    failure: Failure | None = None
    pending: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    location: str = ""
    work: Callable[[], Failure | None] | None = None
    first_kind: str = ""
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: OperationStatus = OperationStatus.RUNNING
    started: str = field(default_factory=now)
    ended: str = ""

    def __post_init__(self) -> None:
        """Note when it starts; how long it takes is fixed from here on."""
        self.location = self.location or self.cluster.location
        self._polls_left = self.settings.polls
        self._not_before = time.monotonic() + self.settings.seconds
        self._unattended = self.settings.unattended
        self._asked = time.monotonic()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.status is OperationStatus.RUNNING

    def poll(self) -> None:
        """Count a question after the status; the last one that is due ends the operation."""
        self._asked = time.monotonic()
        if not self.running:
            return
        if self._polls_left > 0:
            self._polls_left -= 1
        elif time.monotonic() >= self._not_before:
            self._end()

    def settle(self) -> None:
        """End the operation if it hasn't been asked about for long enough."""
        moment = time.monotonic()
        is_due = moment >= self._not_before
        if self.running and is_due and moment - self._asked >= self._unattended:
            self._end()

    def _end(self) -> None:
        if self.failure is None and self.work is not None:
            self.failure = self.work()
        self.status = OperationStatus.FAILED if self.failure else OperationStatus.SUCCEEDED
        self.ended = now()
        self.finish(self.failure is None)
