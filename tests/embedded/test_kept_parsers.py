"""Tables of parsers are kept as bytecode is, and never trusted half."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from adxmi_jupyter.embedded.lalr import lalr_parser

if TYPE_CHECKING:
    from pathlib import Path

    from lark import Lark

LITERALS = "kusto/literals.lark"
TEXT = "'a text'"


def parser(*starts: str) -> Lark:
    return lalr_parser(LITERALS, starts=starts or ("string",))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_parser_read_from_its_tables_parses_as_the_one_that_was_made(kept: Path) -> None:
    made = parser().parse(TEXT)
    (tables,) = files_in(kept)
    before = tables.stat().st_mtime_ns
    assert parser().parse(TEXT) == made
    assert tables.stat().st_mtime_ns == before


@pytest.mark.parametrize("position", [0, 31, 32, -1])
def test_damaged_tables_are_made_anew(kept: Path, position: int) -> None:
    made = parser().parse(TEXT)
    (tables,) = files_in(kept)
    damaged = bytearray(tables.read_bytes())
    damaged[position] ^= 1
    tables.write_bytes(damaged)
    assert parser().parse(TEXT) == made
    assert tables.read_bytes() != damaged


@pytest.mark.parametrize("length", [0, 10, 32, 1000])
def test_tables_cut_short_are_made_anew(kept: Path, length: int) -> None:
    made = parser().parse(TEXT)
    (tables,) = files_in(kept)
    tables.write_bytes(tables.read_bytes()[:length])
    assert parser().parse(TEXT) == made
    assert tables.stat().st_size > length


def test_tables_of_another_start_are_not_used(kept: Path) -> None:
    parser()
    assert parser("string", "bare_name").parse("a", start="bare_name")
    assert len(files_in(kept)) == 1


def test_nothing_is_kept_by_an_interpreter_that_writes_no_bytecode(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert parser().parse(TEXT)
    assert not files_in(kept)


def test_a_folder_that_takes_no_files_costs_time_only(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file = kept / "file"
    a_file.touch()
    monkeypatch.setattr(sys, "pycache_prefix", str(a_file))
    assert parser().parse(TEXT)
    assert files_in(kept) == [a_file]
