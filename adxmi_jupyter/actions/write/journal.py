"""The history of writes on one cluster: JSON lines, only ever appended to.

A write is noted before it is sent and its outcome after, so that even a kernel that dies in
between leaves behind what was there. No secret is noted: of what may hold one, a digest.

Each line is one ``O_APPEND`` write that is on the disk before anything is sent. Lines that cannot
be read, cut short by a full disk or written by something else, are passed over and counted.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.masking import as_written
from adxmi_jupyter.service.connection import Noting

SENT, APPLIED, REFUSED, FAILED, NOT_APPLIED, UNKNOWN = (
    "sent",
    "applied",
    "rejected",
    "failed",
    "not applied",
    "unknown",
)
POLICY = "policy"
_CALLED_BEFORE = {"refused": REFUSED}  # in journals of earlier versions

_NOTHING = Noting()
_NOT_SENT = ", so nothing was sent"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True)
class Sender:
    """Which process sent a write, and when, by a clock that can't be set.

    `uptime` are seconds since the machine named by `boot` started; `allowed` those in which the
    request had to be answered.
    """

    boot: str = ""
    process: int = 0
    uptime: float = 0.0
    allowed: float = 0.0


@dataclass(frozen=True)
class Entry:
    """One write: what was there before, what was to be, and, once known, what was there after.

    `number` counts the writes of a cluster from 1; `undoes` is the number an undo takes back, and
    `apply` that of the apply which the write is part of; 0 for none.
    `kind` is what was written, such as ``policy``; `target` tells several of one database apart.
    `outcome` stays ``sent`` if the process died before the answer came. Of policies, `before`,
    `wanted` and `after` are the service's own JSON text. `restoring` makes again what was there
    before where `before` only tells it from other states: a body or a statement without secrets.
    """

    key: str
    time: str
    database: str
    verb: str
    command: str
    before: Any
    after: Any = None
    undoes: int = 0
    outcome: str = SENT
    number: int = 0
    kind: str = POLICY
    target: str = ""
    wanted: Any = None
    apply: int = 0
    restoring: Any = None
    sender: Sender = field(default_factory=Sender)

    @property
    def is_open(self) -> bool:
        """Whether it is still unknown if it took effect."""
        return self.outcome in {SENT, UNKNOWN}

    @property
    def lists(self) -> tuple[set[str], set[str]]:
        """What was there before and what it left, of writes that note a list of texts."""
        left = self.wanted if self.after is None else self.after
        return set(self.before or ()), set(left or ())

    @property
    def place(self) -> tuple[str, str, str]:
        """What tells writes of one thing from those of another."""
        return self.kind, self.database, self.target

    @property
    def is_under_way(self) -> bool:
        """Whether the process that sent it may still be waiting for the answer."""
        if self.outcome != SENT or self.age > _LONGEST_WAIT:
            return False
        return self.sender.boot == _boot() and _is_alive(self.sender.process)

    @property
    def age(self) -> float:
        """Return the seconds since it was sent."""
        if self.sender.boot and self.sender.boot == _boot():
            return max(0.0, _uptime() - self.sender.uptime)
        try:
            sent = datetime.fromisoformat(self.time)
        except ValueError:
            return 0.0
        return max(0.0, (datetime.now(UTC) - sent).total_seconds())


@dataclass(frozen=True)
class History:
    """The writes of a journal, oldest first, and how many of its lines could not be read."""

    entries: tuple[Entry, ...]
    unreadable: int = 0


class Journal:
    """The history kept in one file; the file is made by the first write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> History:
        """Return all writes with their outcomes.

        Raises
        ------
        HistoryUnavailable
            The file cannot be read.

        """
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return History(())
        except OSError as error:
            raise self._unavailable(error) from error
        found: dict[str, Entry] = {}
        unreadable = sum(not _apply(line, found) for line in lines if line.strip())
        numbered = (replace(e, number=n) for n, e in enumerate(found.values(), start=1))
        return History(tuple(numbered), unreadable)

    def entries(self) -> tuple[Entry, ...]:
        """Return all writes, oldest first, with their outcomes; raises as `read`."""
        return self.read().entries

    def next_apply(self) -> int:
        """Return the number of the next apply; raises as `read`."""
        return max((one.apply for one in self.entries()), default=0) + 1

    def still_open(self) -> tuple[Entry, ...]:
        """Return the writes whose outcome is unknown, unless one of the same thing followed.

        Raises as `read`.
        """
        latest = {entry.place: entry for entry in self.entries()}
        return tuple(entry for entry in latest.values() if entry.is_open)

    def begin(
        self,
        *,
        database: str,
        verb: str,
        command: str,
        before: object,
        wanted: object = None,
        kind: str = POLICY,
        target: str = "",
        allowed: float = 0.0,
        noting: Noting = _NOTHING,
    ) -> Entry:
        """Note a write that is about to be sent; `allowed` are the seconds for its answer.

        Raises
        ------
        HistoryUnavailable
            It cannot be noted, so it must not be sent: it could not be undone.

        """
        entry = Entry(
            key=uuid4().hex,
            time=datetime.now(UTC).isoformat(timespec="microseconds"),
            database=database,
            verb=verb,
            command=as_written(command),
            before=before,
            undoes=noting.undoes,
            kind=kind,
            target=target,
            wanted=wanted,
            apply=noting.apply,
            restoring=noting.restoring,
            sender=Sender(_boot(), os.getpid(), _uptime(), allowed),
        )
        try:
            self._append({"write": _noted(entry)})
            noted = [other for other in self.entries() if other.key == entry.key]
        except OSError as error:
            raise self._unavailable(error, _NOT_SENT) from error
        if not noted:
            unread = OSError("what was written to it cannot be read again")
            raise self._unavailable(unread, _NOT_SENT)
        return noted[0]

    def settle(self, entry: Entry, outcome: str, after: object = None) -> str:
        """Note how a write ended; return why that cannot be noted, or an empty text.

        It isn't an error: how the write ended matters more to the user than the history's trouble.
        """
        try:
            self._append({"outcome": {"key": entry.key, "outcome": outcome, "after": after}})
        except OSError as error:
            return f"the history still calls it {entry.outcome!r}: {_words(error)}"
        return ""

    def _append(self, record: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._path, flags, 0o600)
        try:
            line = json.dumps(record, ensure_ascii=True).encode() + b"\n"
            is_new = os.fstat(descriptor).st_size == 0
            whole = line if _ends_a_line(descriptor) else b"\n" + line
            if os.write(descriptor, whole) < len(whole):
                raise OSError("the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_directory(self._path.parent)

    def _unavailable(self, error: OSError, meaning: str = "") -> HistoryUnavailable:
        return HistoryUnavailable(
            f"the history of this cluster cannot be used{meaning}",
            why=_words(error),
            fix="set ADXMI_DATA_DIR to a directory you may write to",
        )


def _words(error: OSError) -> str:
    return f"{type(error).__name__}: {error}"


def _ends_a_line(descriptor: int) -> bool:
    """Tell whether what was written last is whole: a full disk or a crash cuts lines short."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        return True
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def _sync_directory(directory: Path) -> None:
    """Have a new file's name on the disk, too, where directories can be synchronized."""
    if sys.platform == "win32":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _noted(entry: Entry) -> dict[str, Any]:
    """Return what is noted before sending: what is known only later has a line of its own."""
    later = {"after", "outcome", "number"} | (set() if entry.restoring else {"restoring"})
    return {name: value for name, value in asdict(entry).items() if name not in later}


def _apply(line: bytes, found: dict[str, Entry]) -> bool:
    """Take a line in; return whether it could be read."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if not isinstance(record, dict):
        return False
    if isinstance(record.get("write"), dict):
        return _apply_write(record["write"], found)
    if isinstance(record.get("outcome"), dict):
        return _apply_outcome(record["outcome"], found)
    return bool(record)  # another kind of line, of a newer version


_TEXTS = ("key", "time", "database", "verb", "command")
_OPTIONAL_TEXTS = ("kind", "target", "outcome")
_KNOWN = {known.name for known in fields(Entry)}
_OF_SENDER = {known.name: type(known.default) for known in fields(Sender)}


def _apply_write(written: dict[str, Any], found: dict[str, Entry]) -> bool:
    known = {name: value for name, value in written.items() if name in _KNOWN - {"sender"}}
    texts = [known.get(name) for name in _TEXTS]
    texts += [known[name] for name in _OPTIONAL_TEXTS if name in known]
    numbers = [known.get(name, 0) for name in ("undoes", "number", "apply")]
    if not all(isinstance(text, str) for text in texts) or "before" not in known:
        return False
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        return False
    entry = Entry(**known, sender=_sender(written.get("sender")))
    found.setdefault(entry.key, entry)
    return True


def _sender(told: object) -> Sender:
    if not isinstance(told, dict):
        return Sender()
    known = {name: told[name] for name in _OF_SENDER if name in told}
    right = all(
        isinstance(value, (int, float) if _OF_SENDER[name] is float else _OF_SENDER[name])
        for name, value in known.items()
    )
    return Sender(**known) if right else Sender()


def _apply_outcome(ended: dict[str, Any], found: dict[str, Entry]) -> bool:
    key, outcome = ended.get("key"), ended.get("outcome")
    if not isinstance(key, str) or not isinstance(outcome, str) or key not in found:
        return False
    now = _CALLED_BEFORE.get(outcome, outcome)
    found[key] = replace(found[key], outcome=now, after=ended.get("after"))
    return True


def _boot() -> str:
    """Return what tells this run of the machine from any other; empty where nothing does."""
    try:
        return _BOOT_ID.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _uptime() -> float:
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _is_alive(process: int) -> bool:
    if process <= 0:
        return False
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
