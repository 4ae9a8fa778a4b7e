"""What --file, a cell body and the standard input may be: text of bounded size, nothing else."""

import os
import socket
from pathlib import Path

import pytest

from adxmi_jupyter.errors import InvalidPolicy, InvalidValue, MalformedBody
from adxmi_jupyter.magics.console import execute

ALTER = "policy alter --database Telemetry --dry-run"


@pytest.fixture
def place(tmp_path):
    """A folder with one of each kind of thing that is no text file."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "large").write_bytes(b"x" * 2_000_000)
    (tmp_path / "utf-16").write_bytes("[]".encode("utf-16"))
    (tmp_path / "latin-1").write_bytes(b"- ObjectId: \xe9")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        yield tmp_path


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("folder", "it is a directory"),
        ("pipe", "it is a pipe; - reads the standard input of a console"),
        ("socket", "it is a socket"),
        ("loop", "Too many levels of symbolic links"),
        ("missing", "No such file or directory"),
        ("/dev/zero", "it is a device"),
        ("n" * 300, "File name too long"),
    ],
)
def test_what_is_no_file_is_not_read(magic, place, name, why):
    with pytest.raises(InvalidValue) as raised:
        magic(f"{ALTER} --file '{place / name}'")

    assert raised.value.why == why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("large", "it has more than 1,000 kB"),
        ("utf-16", "it is UTF-16"),
        ("latin-1", "line 1, byte 13: unexpected end of data"),
    ],
)
def test_what_is_no_text_of_bounded_size_is_refused(magic, place, name, why):
    with pytest.raises(MalformedBody) as raised:
        magic(f"{ALTER} --file '{place / name}'")

    assert raised.value.why == why


@pytest.mark.parametrize("verb", [ALTER, "query", "check --error", "connection-string parse"])
def test_every_verb_with_a_cell_body_bounds_it(magic, verb):
    with pytest.raises(MalformedBody) as raised:
        magic(verb, "x" * 1_000_001)

    assert raised.value.what == "the cell body is too large"


@pytest.mark.parametrize(
    "body",
    [
        '[{"ObjectId":"mi-ingest","ObjectId":"mi-export","AllowedUsages":"All"}]',
        '[{"ObjectId":"mi-ingest","objectid":"mi-export","AllowedUsages":"All"}]',
        "- ObjectId: mi-ingest\n  ObjectId: mi-export\n  AllowedUsages: All\n",
        "- &a {ObjectId: mi-ingest}\n- {<<: *a, OBJECTID: mi-export, AllowedUsages: All}",
    ],
)
def test_a_policy_that_names_two_identities_in_one_entry_is_refused(magic, body):
    with pytest.raises(InvalidPolicy, match="occurs twice in one entry"):
        magic(ALTER, body)


@pytest.mark.parametrize(
    "body",
    [
        "- ObjectId: mi-ingest\n  AllowedUsages:\n  - [x, [y]]\n",
        "- ObjectId: {a: b}\n  AllowedUsages: All\n",
        "- ObjectId: mi-ingest\n  AllowedUsages: 1.5\n",
    ],
)
def test_a_policy_holds_texts_only(magic, body):
    with pytest.raises(InvalidPolicy, match="is not text"):
        magic(ALTER, body)


def test_a_closed_standard_input_is_an_error_of_the_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)

    code = execute([*ALTER.split(), "--file", "-"])

    assert code == 2
    assert "why: the standard input is closed" in capsys.readouterr().err


def test_the_standard_input_is_bounded_too(monkeypatch, capsys):
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr("sys.stdin", endless)
        code = execute([*ALTER.split(), "--file", "-"])

    assert code == 1
    assert "MalformedBody: the standard input is too large" in capsys.readouterr().err
