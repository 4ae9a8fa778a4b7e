"""Parsers made of grammars; their tables are kept beside the bytecode of this package."""

from __future__ import annotations

import hashlib
import io
import sys
from contextlib import suppress
from importlib import resources
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import lark

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOM = Path(__file__).parent
_DIGEST_BYTES = hashlib.sha256().digest_size
_AS_BYTECODE = 0o644  # a file of an administrator serves every user


def lalr_parser(*files: str, starts: Sequence[str] = ("start",)) -> lark.Lark:
    """Return a parser for grammar files, named from this package on, that make one grammar.

    To work out the tables takes ten times as long as to read them. They are kept as Python keeps
    bytecode: where the interpreter writes it (`sys.pycache_prefix`), by whom and if it does at all
    (`sys.dont_write_bytecode`), and of no use to another grammar, another Lark or another Python.
    """
    folder = resources.files(__package__)
    text = "\n".join((folder / file).read_text("utf-8") for file in files)
    key = "\0".join((text, *starts, lark.__version__, sys.version)).encode()
    path = _cache_path(files[0])
    parser = _read(path, key) if path else None
    if parser is None:
        parser = lark.Lark(text, parser="lalr", start=list(starts), maybe_placeholders=True)
        if path and not sys.dont_write_bytecode:
            _write(path, key, parser)
    return parser


def _cache_path(file: str) -> Path | None:
    """Return where the tables are kept; None for an interpreter that keeps no bytecode."""
    with suppress(NotImplementedError):
        return Path(cache_from_source(str(_ROOM / f"{file}.py"))).with_suffix(".tables")
    return None


def _read(path: Path, key: bytes) -> lark.Lark | None:
    """Return the parser that was kept for the key; None when there is none that is whole."""
    with suppress(OSError):
        kept = path.read_bytes()
        digest, tables = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        if digest == _digest(key, tables):
            return lark.Lark.load(io.BytesIO(tables))
    return None


def _write(path: Path, key: bytes, parser: lark.Lark) -> None:
    """Keep the parser if it can be kept: whole or not at all."""
    tables = io.BytesIO()
    parser.save(tables)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(_digest(key, tables.getvalue()) + tables.getvalue())
        try:
            Path(file.name).chmod(_AS_BYTECODE)
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _digest(key: bytes, tables: bytes) -> bytes:
    return hashlib.sha256(key + tables).digest()
