"""A history in files that git shows well: one for the cluster and one for each database.

A line is a row of state with the runs from which and until which it was seen, so that a run changes
the lines of what changed. The line of a run is written last: what a run left behind that did not
get so far is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.model.history.intervals import (
    Interval,
    advanced,
    known_only,
    seen_at,
    state_at,
    state_sizes,
)
from adxmi_jupyter.model.history.rows import (
    START,
    ChangeRow,
    FindingRow,
    Recorded,
    Run,
    Sizes,
    StateRow,
    canonical,
)
from adxmi_jupyter.service.directories import runtime_directory

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.state import SeenState

_RUNS, _CHANGES, _FINDINGS, _CLUSTER = "@runs", "@changes", "@findings", "@cluster"
_SENT = "@sent"
QUEUED_AT = " (queued)"
"""Behind a place where a run was queued, and does not count yet."""
_SUFFIX = ".jsonl"
_OWNER_ONLY = 0o600
_EMPTY = {one.name: one.default for one in fields(StateRow)}
_JSON_VALUES = ("value", "before", "after", "evidence", "findings")
Row = TypeVar("Row", StateRow, ChangeRow, FindingRow, Run)


class Folder:
    """The history of one cluster in a directory, which is made by the first run.

    Raises
    ------
    HistoryUnavailable
        By each method: a file cannot be read or written.

    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def runs(self) -> tuple[Run, ...]:
        """Return the runs in the order of their ends."""
        found = {one.id: one for one in _rows(self._lines(_RUNS), Run) if one.id and one.ended}
        return tuple(sorted(found.values(), key=lambda one: (one.ended, one.id)))

    @property
    def head(self) -> str:
        """The digest that the next run of this chain continues."""
        runs = self.runs()
        continued = {one.previous for one in runs}
        return next((one.digest for one in reversed(runs) if one.digest not in continued), START)

    def as_of(self, moment: str) -> SeenState:
        """Return what runs saw until a moment."""
        runs = [one for one in self.runs() if one.has_state]
        return seen_at(self._intervals(runs), runs, moment)

    def recorded(self, wanted: Sequence[Run]) -> Iterator[Recorded]:
        """Yield runs of it with all of their rows."""
        intervals = self._intervals([one for one in self.runs() if one.has_state])
        changes, findings = self._by_run(_CHANGES, ChangeRow), self._by_run(_FINDINGS, FindingRow)
        for run in wanted:
            state = state_at(intervals, run.ended) if run.has_state else ()
            yield Recorded(run, state, changes.get(run.id, ()), findings.get(run.id, ()))

    def sizes(self) -> Mapping[str, Sizes]:
        """Return how many rows each run has."""
        runs = self.runs()
        seeing = [one for one in runs if one.has_state]
        states = state_sizes(self._intervals(seeing), [one.ended for one in seeing])
        state = {run.id: size for run, size in zip(seeing, states, strict=True)}
        changes, findings = self._by_run(_CHANGES, ChangeRow), self._by_run(_FINDINGS, FindingRow)
        return {
            one.id: Sizes(
                state.get(one.id, 0),
                len(changes.get(one.id, ())),
                len(findings.get(one.id, ())),
            )
            for one in runs
        }

    def sent_to(self, place: str) -> frozenset[str]:
        """Return the IDs of the runs that were sent to a place."""
        lines = self._lines(_SENT)
        return frozenset(str(one.get("run")) for one in lines if one.get("to") == place)

    @property
    def sent(self) -> frozenset[str]:
        """The IDs of the runs that were sent anywhere."""
        lines = (one for one in self._lines(_SENT) if not str(one.get("to")).endswith(QUEUED_AT))
        return frozenset(str(one.get("run")) for one in lines)

    def note_sent(self, run: Run, place: str) -> None:
        """Note that a run was sent to a place."""
        _append(self.path / f"{_SENT}{_SUFFIX}", canonical({"run": run.id, "to": place}) + "\n")

    def add(self, recorded: Recorded) -> None:
        """Add a run, unless it is there; it may have ended before others of it."""
        with self._locked():
            self._add(recorded)

    def restore(self, lost: Sequence[Recorded]) -> None:
        """Write runs again that are there without some of their rows."""
        with self._locked():
            runs = self.runs()
            self._rebuild(runs, [one for one in lost if one.run.has_state])
            for one in lost:
                self._append_rows(one)

    def chain(self, recorded: Recorded) -> Recorded:
        """Add a run as the next one of the chain, and return it with its digest."""
        with self._locked():
            linked = recorded.after(self.head)
            self._add(linked)
        return linked

    def _add(self, recorded: Recorded) -> None:
        runs = self.runs()
        if any(one.id == recorded.run.id for one in runs):
            return
        if recorded.run.has_state:
            self._write_state(runs, recorded)
        self._append_rows(recorded)
        self._append(_RUNS, "", (recorded.run,))

    def _append_rows(self, recorded: Recorded) -> None:
        self._append(_CHANGES, recorded.run.id, recorded.changes)
        self._append(_FINDINGS, recorded.run.id, recorded.findings)

    def _write_state(self, runs: Sequence[Run], recorded: Recorded) -> None:
        before = [one for one in runs if one.has_state]
        if before and before[-1].ended >= recorded.run.ended:
            self._rebuild(runs, [recorded])
            return
        intervals = self._intervals(before)
        self._write(advanced(intervals, recorded.run.ended, recorded.state))

    def _rebuild(self, runs: Sequence[Run], added: Sequence[Recorded]) -> None:
        """Write all states again, with those of some runs as they are given."""
        before = [one for one in runs if one.has_state]
        intervals, given = self._intervals(before), {one.run.id for one in added}
        kept = [(one.ended, one.id) for one in before if one.id not in given]
        states = [(end, run, state_at(intervals, end)) for end, run in kept]
        states += [(one.run.ended, one.run.id, one.state) for one in added]
        rebuilt: tuple[Interval, ...] = ()
        for end, _, state in sorted(states, key=lambda one: one[:2]):
            rebuilt = advanced(rebuilt, end, state)
        self._write(rebuilt)

    def _intervals(self, runs: Iterable[Run]) -> tuple[Interval, ...]:
        found: list[Interval] = []
        for file in self._files():
            lines = iter(_parsed(_read(file)))
            place = next(lines, {})
            found += [_interval(line, place) for line in lines]
        return known_only(found, frozenset(one.ended for one in runs))

    def _files(self) -> list[Path]:
        others = {f"{one}{_SUFFIX}" for one in (_RUNS, _CHANGES, _FINDINGS, _SENT)}
        try:
            found = sorted(self.path.glob(f"*{_SUFFIX}"))
        except OSError as error:
            raise _unavailable(self.path, error) from error
        return [one for one in found if one.name not in others]

    def _write(self, intervals: Sequence[Interval]) -> None:
        by_place: dict[tuple[str, str], list[Interval]] = {}
        for one in sorted(intervals):
            by_place.setdefault((one.row.cluster, one.row.database), []).append(one)
        for (cluster, database), some in by_place.items():
            resource = some[0].row.cluster_id
            place = {"cluster": cluster, "cluster_id": resource, "database": database}
            name = quote(database, safe=" ") if database else _CLUSTER
            lines = [canonical(place), *(_line(one, place) for one in some)]
            _replace(self.path / f"{name}{_SUFFIX}", "\n".join(lines) + "\n")

    def _append(self, name: str, run: str, rows: Iterable[Any]) -> None:
        lines = [canonical(({"run": run} if run else {}) | _told(one)) + "\n" for one in rows]
        if lines:
            _append(self.path / f"{name}{_SUFFIX}", "".join(lines))

    def _by_run(self, name: str, kind: type[Row]) -> Mapping[str, tuple[Row, ...]]:
        found: dict[str, dict[Row, None]] = {}
        for line in self._lines(name):
            for row in _rows([line], kind):
                found.setdefault(str(line.get("run")), {})[row] = None
        return {run: tuple(rows) for run, rows in found.items()}

    def _lines(self, name: str) -> list[dict[str, Any]]:
        return _parsed(_read(self.path / f"{name}{_SUFFIX}"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from adding a run at the same time."""
        from filelock import FileLock

        # The lock is elsewhere: this directory may be one that git keeps.
        name = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:16]
        locks = runtime_directory() / "locks"
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(locks / f"history-{name}.lock", mode=_OWNER_ONLY)
            lock.acquire()
        except OSError as error:
            raise _unavailable(self.path, error) from error
        try:
            yield
        finally:
            lock.release()


def folder_name(cluster: str) -> str:
    """Return what a cluster's directory is called among those of others."""
    return quote(cluster.split("://", 1)[-1].rstrip("/").lower(), safe=" ")


def _told(row: Any) -> dict[str, Any]:
    """Return a row as JSON shows it best: values are no texts in a text."""
    told = {name: value for name, value in asdict(row).items() if value not in {"", None}}
    return {n: json.loads(v) if n in _JSON_VALUES else v for n, v in told.items()}


def _line(one: Interval, place: Mapping[str, str]) -> str:
    usual = {**_EMPTY, **place}
    told = {n: v for n, v in _told(one.row).items() if v != usual.get(n)}
    if told.get("value") == {}:
        del told["value"]
    moments = {"since": one.since} | ({"until": one.until} if one.until else {})
    # What it is comes first, and when it was seen last: so do people read it.
    first = {n: told.pop(n) for n in ("kind", "item", "identity_name") if n in told}
    return json.dumps({**first, **dict(sorted(told.items())), **moments}, ensure_ascii=False)


def _interval(line: Mapping[str, Any], place: Mapping[str, Any]) -> Interval:
    (row,) = _rows([{**place, **line}], StateRow)
    return Interval(row, str(line.get("since")), str(line.get("until") or ""))


def _rows(lines: Iterable[Mapping[str, Any]], kind: type[Row]) -> list[Row]:
    names = {one.name for one in fields(kind)}
    # A text that is empty is not written.
    empty = {one.name: "" for one in fields(kind) if one.default is MISSING}
    return [kind(**(empty | _cells(line, names))) for line in lines]


def _cells(line: Mapping[str, Any], names: AbstractSet[str]) -> dict[str, Any]:
    return {n: canonical(v) if n in _JSON_VALUES else v for n, v in line.items() if n in names}


def _parsed(text: str) -> list[dict[str, Any]]:
    """Return the lines that can be read; one that was cut short is passed over."""
    found = []
    for line in text.split("\n"):
        try:
            one = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(one, dict):
            found.append(one)
    return found


def _read(file: Path) -> str:
    try:
        # A line may be cut within a character: it is no JSON then, and the others can be read.
        return file.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unavailable(file, error) from error


def _replace(file: Path, text: str) -> None:
    """Write a file as a whole, or not at all; one that would not change is left alone."""
    if file.exists() and _read(file) == text:
        return
    draft = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise _unavailable(file, error) from error


def _append(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(descriptor, "ab") as stream:
            # A line that was cut short must not swallow the next one.
            is_whole = _ends_whole(descriptor)
            stream.write(("" if is_whole else "\n").encode() + text.encode())
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise _unavailable(file, error) from error


def _ends_whole(descriptor: int) -> bool:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if not size:
        return True
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def _unavailable(path: Path, error: Exception) -> HistoryUnavailable:
    words = getattr(error, "strerror", None) or type(error).__name__
    return HistoryUnavailable(
        "the recorded runs can't be read or written",
        why=f"{path}: {words}",
        fix="make the directory readable and writable for you alone",
    )
