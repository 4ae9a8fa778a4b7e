"""The history outlives torn lines, full disks, junk and many writers."""

import json
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import REFUSED, Journal
from adxmi_jupyter.errors import HistoryUnavailable

JUNK = [
    b"null",
    b"5",
    b'"text"',
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"\x00" * 40,
    b'{"write": 5}',
    b'{"write": {"key": "abc", "ti',
    b'{"write": {"key": 1, "time": "", "database": "", "verb": "", "command": "", "before": ""}}',
    b'{"write": {"key": "k", "time": "", "database": "", "verb": "", "command": ""}}',
    b'{"write": {"key":"k","time":"","database":"","verb":"","command":"","before":1,"undoes":[]}}',
    b'{"outcome": 5}',
    b'{"outcome": {"key": [], "outcome": "applied"}}',
    b'{"outcome": {"key": "of no write", "outcome": "applied", "after": null}}',
    b"[" * 100_000,
    b'{"write": {"before": ' + b"9" * 5000 + b"}}",
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "history.jsonl"


def begin(history, verb="grant", **more):
    return history.begin(database="Sales", verb=verb, command=".alter", before="[]", **more)


def told(path):
    return [(entry.number, entry.verb, entry.outcome) for entry in Journal(path).entries()]


def test_a_write_is_there_before_it_is_sent_and_its_outcome_after(path):
    history = Journal(path)

    entry = begin(history, wanted="[1]")
    before = told(path)
    history.settle(entry, journal.APPLIED, "[2]")

    assert before == [(1, "grant", "sent")]
    assert told(path) == [(1, "grant", "applied")]
    assert Journal(path).entries()[0].after == "[2]"


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("end", [b"", b"\n"], ids=["torn", "whole"])
def test_a_line_that_is_none_costs_no_other_write(path, junk, end):
    first = begin(Journal(path), "grant")
    with path.open("ab") as file:
        file.write(junk + end)

    second = begin(Journal(path), "revoke")
    trouble = Journal(path).settle(second, journal.APPLIED) or Journal(path).settle(first, "sent")

    assert not trouble
    assert told(path) == [(1, "grant", "sent"), (2, "revoke", "applied")]


def test_lines_that_cannot_be_read_are_counted(path):
    begin(Journal(path))
    with path.open("ab") as file:
        file.write(b"\n".join(JUNK[:3]) + b"\n\n")

    assert Journal(path).read().unreadable == 3


def test_what_a_newer_version_notes_besides_is_left_alone(path):
    begin(Journal(path))
    record = json.loads(path.read_text())
    record["write"] |= {"key": "newer", "author": "me", "verb": "narrow"}
    record["write"]["sender"] |= {"host": "elsewhere"}
    with path.open("a") as file:
        file.write(json.dumps(record) + "\n" + json.dumps({"note": {"text": "of its own"}}) + "\n")

    assert told(path) == [(1, "grant", "sent"), (2, "narrow", "sent")]
    assert Journal(path).read().unreadable == 0


def test_what_an_older_version_noted_is_read(path):
    path.parent.mkdir()
    write = {"key": "k", "time": "2026-11-01T08:00:00+00:00", "database": "Sales", "verb": "grant"}
    write |= {"command": ".alter", "before": "[]", "after": None, "undoes": 0}
    write |= {"outcome": "sent", "number": 0}
    outcome = {"key": "k", "outcome": "applied", "after": "[1]"}
    path.write_text(json.dumps({"write": write}) + "\n" + json.dumps({"outcome": outcome}) + "\n")

    (entry,) = Journal(path).entries()

    assert (entry.kind, entry.outcome, entry.after) == ("policy", "applied", "[1]")


@contextmanager
def room_for(path, more):
    """Let files grow by so many bytes and no more, whoever writes them in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.stat().st_size if path.exists() else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 100, 300])
def test_what_cannot_be_noted_is_not_sent(path, room):
    begin(Journal(path))

    with room_for(path, room), pytest.raises(HistoryUnavailable) as caught:
        begin(Journal(path))

    assert "full" in caught.value.why or "File too large" in caught.value.why
    assert caught.value.what.endswith("so nothing was sent")
    assert len(told(path)) == 1


def test_a_rejected_write_of_an_earlier_version_is_one(path):
    path.parent.mkdir()
    write = dict.fromkeys(("key", "time", "database", "verb", "command", "before"), "k")
    ended = {"key": "k", "outcome": "refused", "after": None}
    path.write_text(json.dumps({"write": write}) + "\n" + json.dumps({"outcome": ended}) + "\n")

    (entry,) = Journal(path).entries()

    assert entry.outcome == REFUSED


@pytest.mark.parametrize("room", [0, 1, 50])
def test_an_outcome_that_cannot_be_noted_is_no_error(path, room):
    entry = begin(Journal(path))

    with room_for(path, room):
        trouble = Journal(path).settle(entry, journal.APPLIED)

    assert trouble.startswith("the history still calls it 'sent': OSError")
    assert told(path) == [(1, "grant", "sent")]


def test_after_a_full_disk_the_history_goes_on(path):
    entry = begin(Journal(path))
    with room_for(path, 30):
        Journal(path).settle(entry, journal.APPLIED)

    later = begin(Journal(path), "revoke")
    Journal(path).settle(later, journal.REFUSED)

    assert told(path) == [(1, "grant", "sent"), (2, "revoke", "rejected")]


WRITE_OFTEN = """
import pathlib, sys
from adxmi_jupyter.actions.write import journal
history = journal.Journal(pathlib.Path(sys.argv[1]))
for _ in range(10):
    one = history.begin(database="Sales", verb="grant", command=".alter", before="[]")
    history.settle(one, journal.APPLIED)
"""


def write_often(path):
    history = Journal(path)
    for _ in range(10):
        history.settle(begin(history), journal.APPLIED)


@pytest.mark.nightly
def test_many_processes_lose_no_line(path):
    command = [sys.executable, "-c", WRITE_OFTEN, str(path)]
    processes = [subprocess.Popen(command) for _ in range(4)]

    write_often(path)
    codes = [process.wait() for process in processes]

    history = Journal(path).read()
    assert codes == [0] * 4
    assert len(history.entries) == 50
    assert {entry.outcome for entry in history.entries} == {"applied"}
    assert [entry.number for entry in history.entries] == list(range(1, 51))
    assert history.unreadable == 0


@pytest.mark.nightly
def test_many_threads_lose_no_line(path):
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: write_often(path), range(20)))

    assert len(told(path)) == 200


def test_only_its_owner_can_read_it(path):
    begin(Journal(path))

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("sender", "is_under_way"),
    [
        ({}, True),
        ({"process": 2**22 + 1}, False),
        ({"boot": "another"}, False),
        ({"uptime": -4000.0}, False),
    ],
)
def test_a_write_is_under_way_while_its_process_may_wait_for_it(path, sender, is_under_way):
    begin(Journal(path))
    record = json.loads(path.read_text())
    record["write"]["sender"] |= sender
    path.write_text(json.dumps(record) + "\n")

    (entry,) = Journal(path).entries()

    assert entry.is_under_way == is_under_way


def test_setting_the_clock_makes_no_write_older(path):
    begin(Journal(path))
    record = json.loads(path.read_text())
    record["write"]["time"] = "1999-01-01T00:00:00+00:00"
    path.write_text(json.dumps(record) + "\n")

    (entry,) = Journal(path).entries()

    assert entry.age < 3600


def test_a_write_from_before_the_machine_started_counts_by_the_clock(path):
    begin(Journal(path))
    record = json.loads(path.read_text())
    record["write"]["time"] = "1999-01-01T00:00:00+00:00"
    record["write"]["sender"]["boot"] = "before"
    path.write_text(json.dumps(record) + "\n")

    (entry,) = Journal(path).entries()

    assert entry.age > 3600
    assert os.getpid() == entry.sender.process
