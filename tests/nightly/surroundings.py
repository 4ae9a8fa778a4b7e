"""A history in bad company: junk in its file, clocks that jump, no home, folders one cannot write."""

from __future__ import annotations

import ctypes
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.nightly.clients import TRACEBACK, place_in, ran
from tests.nightly.crowding import written
from tests.nightly.full_disk import GRANT, REVOKE

if TYPE_CHECKING:
    from tests.nightly.clients import Done, Line, Place

_PR_SET_DUMPABLE = 4

_KEY = "0123456789abcdef0123456789abcdef"
_NEWER = {
    "key": _KEY,
    "time": "2031-01-01T00:00:00+00:00",
    "database": "Sales",
    "verb": "grant",
    "command": ".alter-merge …",
    "before": None,
    "undoes": 0,
    "outcome": "sent",
    "reason": {"ticket": 7},
}

JUNK: Mapping[str, bytes] = {
    "nothing": b"",
    "blanks": b"   \t ",
    "a line cut short": b'{"write": {"key": "abc", "ti',
    "no JSON": b"<html>502</html>",
    "bytes that are no text": b"\xff\xfe\x00\x80",
    "NUL": b"\x00" * 64,
    "byte order mark": b"\xef\xbb\xbf{}",
    "null": b"null",
    "a list": b"[1, 2]",
    "a number": b"1e999",
    "a text": b'"write"',
    "no fields": b"{}",
    "a write that is none": b'{"write": 5}',
    "a write of nothing": b'{"write": {}}',
    "a write without its policy": b'{"write": {"key": "k"}}',
    "a write of lists": json.dumps({"write": {**_NEWER, "key": [1], "time": {}}}).encode(),
    "an outcome that is none": b'{"outcome": "applied"}',
    "an outcome of nothing": b'{"outcome": {}}',
    "an outcome of a stranger": b'{"outcome": {"key": "nobody", "outcome": "applied", "after": 1}}',
    "an outcome of a list": b'{"outcome": {"key": ["nobody"], "outcome": "applied"}}',
    "both": b'{"write": {}, "outcome": {}}',
    "a newer field": json.dumps({"write": _NEWER}).encode(),
    "a newer version": b'{"version": 9, "format": "b64", "data": "AAAA"}',
    "a newer outcome": json.dumps({"write": _NEWER | {"outcome": "rolled back"}}).encode(),
    "before that is no policy": json.dumps({"write": _NEWER | {"before": {"a": [1]}}}).encode(),
    "before that is no JSON": json.dumps({"write": _NEWER | {"before": "[{"}}).encode(),
    "a time that is none": json.dumps({"write": _NEWER | {"time": "yesterday"}}).encode(),
    "a database that is none": json.dumps({"write": _NEWER | {"database": "Gone"}}).encode(),
    "undoes itself": json.dumps({"write": _NEWER | {"undoes": -1}}).encode(),
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "a long line": b'{"x": "' + b"y" * 5_000_000 + b'"}',
    "a long number": b'{"write": ' + b"9" * 6_000 + b"}",
    "half a pair": b'{"write": {"key": "\\ud800"}}',
    "carriage returns": b"{}\r\r\n{}",
    "other line ends": "{}\u2028{}\x85{}\x0c{}".encode(),
}
"""What may stand in the file besides what this version writes, by name."""


def add_junk(home: Path, names: tuple[str, ...] = tuple(JUNK)) -> Counter[str]:
    """Put junk into the file, before, between and behind its lines; history and writes go on."""
    count = Counter()
    with place_in(home) as place:
        place.run(*GRANT)
        whole = place.journal.read_bytes()
        for name in names:
            junk = JUNK[name]
            place.journal.write_bytes(junk + b"\n" + whole + junk + b"\n" + junk)
            _judge(place, count, f"junk: {name}")
            count["kinds of junk"] += 1
    return count


def step_clocks(home: Path) -> Counter[str]:
    """Write after the clock went back: the last write is still the last, and is the one undone."""
    count = Counter()
    with place_in(home) as place:
        for year in ("1970", "2099"):
            place.azure.reset()
            place.run(*GRANT)
            text = place.journal.read_text("utf-8")
            stepped = re.sub('"time": "[^"]*"', f'"time": "{year}-01-01T00:00:00+00:00"', text)
            place.journal.write_text(stepped, "utf-8")
            _judge(place, count, f"the clock went from {year} to now")
            count["clock steps"] += 1
    return count


def have_no_place(home: Path) -> Counter[str]:
    """Read and write where no history can be kept: reading works, and no write is sent."""
    count = Counter()
    with place_in(home) as place:
        (home / "file").write_text("")
        (home / "closed").mkdir(mode=0o500)
        impossible = {
            "a file": str(home / "file"),
            "below a file": str(home / "file" / "data"),
            "no folder": "/proc/self/no/such/folder",
            "a name too long": str(home / ("x" * 300)),
            "closed to its user": str(home / "closed"),
        }
        for name, folder in impossible.items():
            count["impossible data directories"] += 1
            surroundings = {"ADXMI_DATA_DIR": folder}
            _judge_impossible(place, count, f"data directory: {name}", surroundings)
        for name, folder in {"empty": "", "none": None, "no folder": "/nonexistent"}.items():
            count["homes that are none"] += 1
            surroundings = {"HOME": folder, "ADXMI_DATA_DIR": None, "XDG_DATA_HOME": None}
            _judge_impossible(place, count, f"HOME: {name}", surroundings)
    return count


def truncate(home: Path, writers: int = 20, writes: int = 5) -> Counter[str]:
    """Empty the file again and again while clients write to it: they go on, and so does it."""
    count = Counter()
    with place_in(home) as place:
        place.run(*GRANT)
        own = [("Sales", who, "ExportRequest") for who in ("mi-ingest", "mi-export")]
        own += [("Telemetry", who, "AzureAI") for who in ("mi-ingest", "mi-export")]
        clients = [place.start(written, own[n % len(own)], writes) for n in range(writers)]
        for client in clients:
            client.wait_until_started()
            os.truncate(place.journal, 0)
        told = sum((client.result() for client in clients), Counter())
        count["writers while the file is emptied"] = writers
        count["tracebacks"] += told["traceback"]
        _judge(place, count, "afterwards")
    return count


def _judge(place: Place, count: Counter[str], name: str) -> None:
    """Read the history, write, read it again and undo what was written."""
    before = place.policies()
    is_there = ("mi-ingest", "AzureAI") in before["Sales"]
    lines = (
        ("policy", "history"),
        REVOKE if is_there else GRANT,
        place.history_line,
        ("policy", "undo", "--yes"),
    )
    for done in place.run_all(*lines):
        _count_trouble(count, name, done, must_work=True)
    rows = place.history_written()
    count["applied and lost"] += [row["outcome"] for row in rows[-1:]] != ["applied"]
    count["undone wrongly"] += place.policies() != before


def _judge_impossible(
    place: Place, count: Counter[str], name: str, surroundings: Mapping[str, str | None]
) -> None:
    shown, done, again, history = place.result_of(_ran_as_stranger, surroundings)
    _count_trouble(count, name, shown, must_work=True)
    _count_trouble(count, name, done, must_work=done.code == 0)
    if again.out != shown.out:
        count["sent without a history"] += "applied" not in history.out
    elif "nothing was sent" not in done.err.lower():
        print(f"  {name}: not told that nothing was sent: {done.err!r}", flush=True)
        count["not sent, and the user is not told"] += 1


def _ran_as_stranger(surroundings: Mapping[str, str | None]) -> list[Done]:
    """Read, write and read as a user whom the system does not know, on an Azure of their own."""
    lines = (("policy", "show"), GRANT, ("policy", "show"), ("history",))
    _ran_on_own_azure(lines)  # loads all that it takes: the stranger may not see our packages
    for name, value in surroundings.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    if os.geteuid() == 0:
        os.setuid(12345)
        # What changed its user may not look at itself, as a process that began so may.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    return _ran_on_own_azure(lines)


def _ran_on_own_azure(lines: Sequence[Line]) -> list[Done]:
    with EmbeddedAzure() as azure:
        os.environ["ADXMI_CLUSTER"] = azure.kusto_uri
        return [ran(line) for line in lines]


def _count_trouble(count: Counter[str], name: str, done: Done, *, must_work: bool) -> None:
    count["tracebacks"] += done.code == TRACEBACK
    is_failed = done.code != 0 if must_work else not done.error
    count["commands afterwards that failed"] += is_failed
    if done.code == TRACEBACK or is_failed:
        print(f"  {name}: exit {done.code}: {' / '.join(done.err.splitlines()[-4:])}", flush=True)
