"""Writes while the disk is full, or fills up in the midst of a line of the history."""

from __future__ import annotations

import itertools
import json
import resource
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.nightly.clients import TRACEBACK, place_in, ran
from tests.nightly.killing import MAY_HAVE_HAPPENED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nightly.clients import Done, Line, Place

GRANTED = ("mi-ingest", "AzureAI")
_OPTION = ("--database", "Sales", "--identity", GRANTED[0], "--usage", GRANTED[1])
GRANT: Line = ("policy", "grant", *_OPTION)
REVOKE: Line = ("policy", "revoke", *_OPTION, "--yes")

SIZES = 14

_PAGE = 4096


def fill_up(home: Path, sizes: int = SIZES) -> Counter[str]:
    """Revoke a usage while files may only grow to some size, at sizes around the lines' ends."""
    count = Counter()
    with place_in(home) as place:
        place.run(*GRANT)
        begun = place.journal.read_bytes()
        place.run(*REVOKE)
        write, outcome = (
            len(line) for line in place.journal.read_bytes()[len(begun) :].splitlines()
        )
        for size in itertools.islice(_sizes(len(begun), write, outcome), sizes):
            place.azure.reset()
            shutil.rmtree(place.data)
            place.run(*GRANT)
            count["sizes"] += 1
            _judge(place, count, lambda size=size: place.result_of(_run_limited, size, REVOKE))
    return count


def fill_disk(home: Path) -> Counter[str]:
    """Grant a usage on a file system that is really full; needs the right to mount one."""
    count = Counter()
    with place_in(home) as place, _small_disk(place.data):
        place.run(*GRANT)
        (journal,) = place.data.rglob("*.jsonl")
        line = len(journal.read_bytes().splitlines()[0])
        for room in (0, line // 2, line + line // 4, 2 * _PAGE):
            place.azure.reset()
            size = _PAGE - room % _PAGE
            journal.write_text(json.dumps({"padding": "x" * (size - 16)}) + "\n", "utf-8")
            with _filled(place.data, leave=room // _PAGE * _PAGE):
                _judge(place, count, lambda: place.run(*GRANT))
            count["full disks"] += 1
    return count


def _sizes(begun: int, write: int, outcome: int) -> Iterator[int]:
    """Sizes of the file, those where the two lines of the next write end in their midst first."""
    ends = (write // 2, write + outcome // 2, 1, write - 1, write, write + 1, 0)
    yield from (begun + more for more in ends)
    yield from (
        begun + write + more for more in (2, outcome - 8, outcome, outcome + 2, outcome + 64)
    )
    yield from (0, begun // 2)


def _run_limited(size: int, words: Line) -> Done:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    return ran(words)


def _judge(place: Place, count: Counter[str], act) -> None:
    before, known = place.policies(), len(place.journal.read_bytes())
    done = act()
    changed = place.policies() != before
    count["applied" if changed else "not sent"] += 1
    count["tracebacks"] += done.code == TRACEBACK
    if changed:
        whole = b'"applied"' in place.journal.read_bytes()[known:]
        count["applied, and the user is not told first"] += not _tells_of_it_first(
            done, whole=whole
        )
    else:
        is_said = done.code and "nothing was sent" in done.err.lower()
        count["not sent, and the user is not told"] += not is_said
    _judge_afterwards(place, count, changed=changed)


def _tells_of_it_first(done: Done, *, whole: bool) -> bool:
    lines = done.err.splitlines()
    write = [n for n, text in enumerate(lines) if GRANTED[1] in text or "applied" in text]
    trouble = [n for n, text in enumerate(lines) if "history" in text and "undo" not in text]
    if whole:
        return bool(write)
    return bool(write and trouble) and write[0] <= trouble[0]


def _judge_afterwards(place: Place, count: Counter[str], *, changed: bool) -> None:
    """With room again, what was applied is in the history, and the next write works."""
    (place.data / "filler").unlink(missing_ok=True)
    line = REVOKE if GRANTED in place.policies()["Sales"] else GRANT
    done, _ = place.run_all(line, place.history_line)
    *_, former, last = [None, None, *(row["outcome"] for row in place.history_written())]
    count["applied and lost"] += changed and former not in MAY_HAVE_HAPPENED
    count["applied and lost"] += last != "applied"
    count["commands afterwards that failed"] += done.code != 0


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={16 * _PAGE}", "tmpfs", folder], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def _filled(folder: Path, *, leave: int) -> Iterator[None]:
    filler = folder / "filler"
    free = shutil.disk_usage(folder).free
    filler.write_bytes(bytes(max(0, free - leave)))
    yield
    filler.unlink(missing_ok=True)
