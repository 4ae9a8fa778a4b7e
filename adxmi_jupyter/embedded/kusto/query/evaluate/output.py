"""What a script left behind, which nobody has to trust: it may have written the file itself."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 64 * 1024**2
_MEMORY = "MemoryError"


def read_output(path: Path, width: int) -> list[list[Any]]:
    """Return rows of so many cells; a Refusal (400) when the script failed or left none."""
    try:
        answer = json.loads(_regular_file(path), parse_constant=lambda _: None)
    except (OSError, ValueError, RecursionError) as error:
        raise bad_request("The script ended without a result.") from error
    if not isinstance(answer, dict):
        raise bad_request("The script ended without a result.")
    if answer.get("error") == _MEMORY:
        raise bad_request("The script needs more memory than scripts get.")
    if "error" in answer:
        raise bad_request(f"The script failed: {answer['error']}")
    rows = answer.get("rows")
    if not isinstance(rows, list) or any(not _is_row(each, width) for each in rows):
        raise bad_request("The script ended without a result.")
    return rows


def _is_row(row: Any, width: int) -> bool:
    return isinstance(row, list) and len(row) == width


def _regular_file(path: Path) -> bytes:
    """Return what a file holds; OSError for anything else that has its name, and for a huge one."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise OSError(path)
        return file.read(_LARGEST)
