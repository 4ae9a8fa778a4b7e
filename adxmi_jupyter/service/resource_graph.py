"""Azure Resource Graph: queries over many subscriptions, page by page, as slowly as it asks for.

A page that fails after others keeps what was read. An answer may also be cut short, or leave
subscriptions out: whoever asks is told, since a missing row is not the same as no row.

Source: *Working with large Azure resource data sets*, *Guidance for throttled requests in Azure
Resource Graph*, *Azure Resource Graph GET/LIST API*.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError, CommandRefused
from adxmi_jupyter.service.arm_answers import codes_of

if TYPE_CHECKING:
    from adxmi_jupyter.model.shape import Shape

GRAPH_VERSION = "2021-03-01"
GRAPH_PATH = "/providers/Microsoft.ResourceGraph/resources"
_NOTHING_TO_SEE = "NoValidSubscriptionsInQueryRequest"
_LARGEST_PAGE = 1000
_MOST_PAGES = 10_000
_MOST_SUBSCRIPTIONS = 200  # fewer than 300 in a query is the advice
_LONGEST_PAUSE = 15.0
_RESETS_AFTER = re.compile(r"(\d+):(\d+):(\d+)(?:\.\d+)?")

Send = Callable[[Mapping[str, Any]], tuple[dict[str, Any], Mapping[str, str]]]
"""Sends the body of a query; returns the object in the answer, and its headers."""


@dataclass(frozen=True)
class GraphScope:
    """Where a query looks: some subscriptions, or management groups; neither means everywhere."""

    subscriptions: Sequence[str] = ()
    management_groups: Sequence[str] = ()

    def parts(self) -> Iterator[dict[str, list[str]]]:
        """Return the scope as parts of requests, none of which names too many subscriptions."""
        if self.management_groups:
            yield {"managementGroups": list(self.management_groups)}
            return
        if not self.subscriptions:
            yield {}
        for at in range(0, len(self.subscriptions), _MOST_SUBSCRIPTIONS):
            yield {"subscriptions": list(self.subscriptions[at : at + _MOST_SUBSCRIPTIONS])}


EVERYWHERE = GraphScope()


@dataclass
class GraphRows:
    """What a query found, and what is known to be missing.

    `total` is how many rows there are by the service's count. `is_cut` tells that rows are missing
    and no page with them will come, `limit_hit` that the tenant has more subscriptions than a query
    looks at, `failure` why a later page could not be read. `sees_nothing` tells that no
    subscription in the scope can be read.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 0
    total: int = 0
    is_cut: bool = False
    limit_hit: bool = False
    sees_nothing: bool = False
    failure: AdxmiError | None = None


def read_graph(send: Send, query: str, shape: Shape, scope: GraphScope = EVERYWHERE) -> GraphRows:
    """Return all rows of a query in a scope.

    Raises
    ------
    UnreadableAnswer
        Something else came, with a good status.
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached, before any page was read.

    """
    found, quota = GraphRows(), _Quota()
    parts = list(scope.parts())
    unseen = 0
    for part in parts:
        try:
            unseen += not _read_part(send, {"query": query, **part}, shape, found, quota)
        except AdxmiError as failure:
            if not found.pages:
                raise
            found.failure = failure
            break
    found.sees_nothing = unseen == len(parts)
    return found


def _read_part(
    send: Send, body: dict[str, Any], shape: Shape, found: GraphRows, quota: _Quota
) -> bool:
    """Read all pages of one request; tell whether there is a subscription to look at."""
    seen: set[str] = set()
    token, before, total = "", len(found.rows), 0
    while True:
        options = {"resultFormat": "objectArray", "$top": _LARGEST_PAGE}
        if token:
            options["$skipToken"] = token
        quota.wait()
        try:
            answer, headers = send({**body, "options": options})
        except CommandRefused as refusal:
            if _NOTHING_TO_SEE not in codes_of(refusal.service.payload):
                raise
            return False
        quota.told(headers)
        token = _add_page(answer, shape, found)
        total = total if seen else _total(answer)
        found.total += 0 if seen else total
        found.limit_hit |= headers.get("x-ms-tenant-subscription-limit-hit", "") == "true"
        if not token:
            found.is_cut |= len(found.rows) - before < total
            return True
        if token in seen or len(seen) > _MOST_PAGES:
            raise shape.unreadable("its next page is one that was read already")
        seen.add(token)


def _add_page(answer: dict[str, Any], shape: Shape, found: GraphRows) -> str:
    """Add the rows of a page; return the token of the next one, empty for none."""
    page = shape.of_items(answer.get("data"))
    if answer.get("count", len(page)) != len(page):
        raise shape.unreadable("it has not as many rows as it says")
    found.rows += page
    found.pages += 1
    token = str(answer.get("$skipToken") or "")
    found.is_cut |= not token and str(answer.get("resultTruncated")).lower() == "true"
    return token


def _total(answer: Mapping[str, Any]) -> int:
    total = answer.get("totalRecords")
    return total if isinstance(total, int) else 0


class _Quota:
    """What is left of the caller's quota: asking beyond it brings no answer sooner."""

    def __init__(self) -> None:
        self._pause = 0.0

    def told(self, headers: Mapping[str, str]) -> None:
        """Note what an answer tells of it."""
        parts = _RESETS_AFTER.fullmatch(headers.get("x-ms-user-quota-resets-after", "").strip())
        is_used_up = headers.get("x-ms-user-quota-remaining", "").strip() == "0"
        hours, minutes, seconds = (int(each) for each in parts.groups()) if parts else (0, 0, 0)
        self._pause = float(hours * 3600 + minutes * 60 + seconds) if is_used_up else 0.0

    def wait(self) -> None:
        """Pause where nothing is left, until the quota is reset."""
        if self._pause:
            time.sleep(min(self._pause, _LONGEST_PAUSE))
        self._pause = 0.0


def age_of(headers: Mapping[str, str]) -> timedelta | None:
    """Return how old the index was that an answer was made from; None where that is not told.

    Both moments are the service's, so that the clock of this machine does not matter.
    """
    try:
        snapshot = datetime.fromisoformat(headers["x-ms-arg-snapshot-timestamp"])
        answered = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None
    if snapshot.tzinfo is None:
        snapshot = snapshot.replace(tzinfo=UTC)
    if answered.tzinfo is None:
        answered = answered.replace(tzinfo=UTC)
    return max(answered - snapshot, timedelta())
