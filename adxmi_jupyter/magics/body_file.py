"""Read the file of an option, or the standard input: text of bounded size, never a device."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.model.body import LARGEST, decoded

_KINDS = (
    (stat.S_ISDIR, "it is a directory"),
    (stat.S_ISFIFO, "it is a pipe; - reads the standard input of a console"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISSOCK, "it is a socket"),
)


def file_text(name: str, option: str = "") -> str:
    """Return the text of a file; `option` is the one that names it, if one does.

    Raises
    ------
    InvalidValue
        It cannot be read, or is no regular file: a pipe or a device may never end.
    MalformedBody
        It is too large, or not UTF-8.

    """
    try:
        path = Path(name).expanduser()
        why = _not_a_file(path.stat().st_mode)
        if why:
            raise _unreadable(name, why, option)
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError, RuntimeError) as error:  # NUL in the name; ~ of an unknown user
        why = getattr(error, "strerror", None) or str(error)
        raise _unreadable(name, why, option) from error
    return decoded(content, f"the file {name}")


def standard_input() -> str:
    """Return what the standard input of a console holds.

    Raises
    ------
    InvalidValue
        It is closed.
    MalformedBody
        It is too large, or not UTF-8.

    """
    try:
        content = sys.stdin.buffer.read(LARGEST + 1)
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidValue(
            "the standard input cannot be read",
            why="the standard input is closed",
            fix="connect a pipe or a file to it, or name a file instead of -",
        ) from error
    return decoded(content, "the standard input")


def _not_a_file(mode: int) -> str:
    return next((why for is_kind, why in _KINDS if is_kind(mode)), "")


def _unreadable(name: str, why: str, option: str) -> InvalidValue:
    place = (" with ", Option(option)) if option else ()
    return InvalidValue(
        f"the file {name} cannot be read",
        why=why,
        fix=Explain.of("give the path of a text file", *place),
    )
