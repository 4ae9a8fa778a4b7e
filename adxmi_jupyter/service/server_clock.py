"""What time it is by the clock of a server, from the header `Date` of its answers (RFC 9110).

What several computers are to agree on, such as the age of a role, is told by a clock that all of
them ask: that of one of them may be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EXACT = timedelta(seconds=5)
"""What the header, which has whole seconds, and the way of an answer may make of it."""


class ServerClock:
    """A clock that goes with a server's; with this machine's, until the server has answered."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def told(self, headers: Mapping[str, str]) -> None:
        """Note what time it was when an answer was sent; without its header nothing changes."""
        try:
            sent = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return
        ahead = sent.replace(tzinfo=sent.tzinfo or UTC) - datetime.now(UTC)
        self._ahead = ahead if abs(ahead) > _EXACT else timedelta(0)

    def now(self) -> datetime:
        """Return what time it is."""
        return datetime.now(UTC) + self._ahead
