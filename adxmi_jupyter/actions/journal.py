"""The history of policy writes on one cluster: JSON lines, only ever appended to.

A write is noted before it is sent and its outcome after, so that even a kernel that dies in
between leaves behind what was there. Policies hold no secrets, and nothing else is noted.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from adxmi_jupyter.errors import HistoryUnavailable

SENT, APPLIED, REFUSED, NOT_APPLIED, UNKNOWN = (
    "sent",
    "applied",
    "refused",
    "not applied",
    "unknown",
)


@dataclass(frozen=True)
class Entry:
    """One write: what was there before and, once known, after, as the service's own JSON text.

    `number` counts the writes of a cluster from 1; `undoes` is the number an undo takes back.
    `outcome` stays ``sent`` if the process died before the answer came.
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


class Journal:
    """The history kept in one file; the file is made by the first write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> tuple[Entry, ...]:
        """Return all writes, oldest first, with their outcomes.

        Raises
        ------
        HistoryUnavailable
            The file cannot be read.

        """
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise self._unavailable(error) from error
        found: dict[str, Entry] = {}
        for line in lines:
            _apply(line, found)
        return tuple(replace(e, number=n) for n, e in enumerate(found.values(), start=1))

    def begin(
        self, *, database: str, verb: str, command: str, before: object, undoes: int
    ) -> Entry:
        """Note a write that is about to be sent.

        Raises
        ------
        HistoryUnavailable
            It cannot be noted, so it must not be sent: it could not be undone.

        """
        entry = Entry(
            key=uuid4().hex,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            database=database,
            verb=verb,
            command=command,
            before=before,
            undoes=undoes,
        )
        self._append({"write": asdict(entry)})
        noted = [other for other in self.entries() if other.key == entry.key]
        return noted[0] if noted else entry

    def settle(self, entry: Entry, outcome: str, after: object = None) -> None:
        """Note how a write ended."""
        self._append({"outcome": {"key": entry.key, "outcome": outcome, "after": after}})

    def _append(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=True) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> HistoryUnavailable:
        return HistoryUnavailable(
            "the history of this cluster cannot be used",
            why=f"{type(error).__name__}: {error}",
            fix="set ADXMI_DATA_DIR to a directory you may write to",
        )


def _apply(line: str, found: dict[str, Entry]) -> None:
    try:
        record = json.loads(line)
    except ValueError:  # the last line of a process that died while writing it
        return
    if "write" in record:
        entry = Entry(**record["write"])
        found[entry.key] = entry
    elif "outcome" in record and record["outcome"]["key"] in found:
        ended = record["outcome"]
        former = found[ended["key"]]
        found[former.key] = replace(former, outcome=ended["outcome"], after=ended["after"])
