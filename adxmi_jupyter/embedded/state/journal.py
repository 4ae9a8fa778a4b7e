"""The journal of the cluster: which commands changed metadata, in the order in which they did.

Whoever records holds the world's lock from before the change until the entry is there, so that
the order of the entries is the order of the changes (page: Journal management).
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.state.security import Principal

MOST_ENTRIES = 10_000
_MOST_CHARACTERS = 32 * 1024**2
_ROOM_OF_THE_REST = 500
LONGEST = timedelta(days=30)
_LONGEST_NS = LONGEST // timedelta(microseconds=1) * 1000
_TICK_NS = 100


@dataclass(frozen=True)
class Change:
    """A command that changed metadata.

    `database` is empty for the cluster; `entity` is what the command is about, `container` what
    that is in; `new_name` is what a renamed entity is called now. `before` and `after` are states
    of it as texts, empty where none is told. `command` is the text without its hidden literals.
    """

    event: str
    database: str
    entity: str
    container: str
    before: str
    after: str
    command: str
    caller: Principal
    activity_id: str
    client_request_id: str
    new_name: str = ""

    @property
    def is_of_managed_identities(self) -> bool:
        """Whether it is about a managed identity policy."""
        return self.event.endswith("-POLICY-MANAGED-IDENTITY")


@dataclass(frozen=True)
class JournalEntry:
    """A change, when it happened in nanoseconds since 1970, and the version it led to.

    One that has not `moved` the version left the database at it.
    """

    change: Change
    happened_ns: int
    version: int
    moved: bool = True

    @property
    def timestamp(self) -> str:
        """When it happened, as the service writes times: UTC, seven digits."""
        return moment_of(self.happened_ns)

    @property
    def characters(self) -> int:
        """How much of the journal's room it takes."""
        change = self.change
        return len(change.command) + len(change.before) + len(change.after) + _ROOM_OF_THE_REST


@dataclass
class Journal:
    """The newest entries, oldest first, and the version of each database's metadata.

    The cluster's version has an empty name.
    """

    entries: deque[JournalEntry] = field(default_factory=deque)
    versions: Counter[str] = field(default_factory=Counter)
    last_ns: int = 0
    characters: int = 0

    def record(self, change: Change, now_ns: int, *, moves: bool = True) -> None:
        """Add a change, which `moves` the version or not.

        Its time is later than that of every other one, whatever the clock says.
        """
        self.last_ns = max(now_ns // _TICK_NS * _TICK_NS, self.last_ns + _TICK_NS)
        self.versions[change.database] += 1 if moves else 0
        version = self.versions[change.database]
        self._add(JournalEntry(change, self.last_ns, version, moves))

    def put_before(self, entries: Iterable[JournalEntry]) -> None:
        """Add changes that happened before all others; the versions have counted them already."""
        later, self.entries, self.characters = self.entries, deque(), 0
        for each in (*entries, *later):
            self._add(each)

    def within_retention(self, now_ns: int) -> list[JournalEntry]:
        """Return the entries that are not too old, oldest first, and forget the others."""
        while self.entries and self.entries[0].happened_ns < now_ns - _LONGEST_NS:
            self._forget_oldest()
        return list(self.entries)

    def _add(self, entry: JournalEntry) -> None:
        self.entries.append(entry)
        self.characters += entry.characters
        while len(self.entries) > MOST_ENTRIES or self.characters > _MOST_CHARACTERS:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self.characters -= self.entries.popleft().characters

    def version(self, database: str) -> str:
        """Return the version of a database's metadata, as results show it."""
        return version_text(self.versions[database])


def version_text(number: int) -> str:
    """Return a version as results show it."""
    return f"v1.{number}"


def version_numbers(version: str) -> tuple[int, int]:
    """Return the major and the minor number of a version as results show it."""
    major, _, minor = version.removeprefix("v").partition(".")
    return int(major), int(minor)
