"""Write a text to a file that the user names: as a whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from adxmi_jupyter.errors import ResultNotSaved


def write_text(name: str, text: str) -> None:
    """Write a file beside, then put it in its place: a full disk leaves what was there.

    Raises
    ------
    ResultNotSaved
        It cannot be written.

    """
    target = Path(name).expanduser().resolve()
    beside = ""
    try:
        descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        Path(beside).chmod(mode)
        Path(beside).replace(target)
    except UnicodeEncodeError as error:  # such as of a variable of the environment in no UTF-8
        raise ResultNotSaved(
            f"{name} could not be written",
            why=f"half of a character, U+{ord(error.object[error.start]):04X}, is no text",
            fix="write both halves, or the character itself, in what it is made of",
        ) from error
    except OSError as error:
        raise ResultNotSaved(
            f"{name} could not be written",
            why=error.strerror or type(error).__name__,
            fix="give a file in a directory that you may write to",
        ) from error
    finally:
        if beside:  # also after an interrupt; once it is in its place, there is none
            Path(beside).unlink(missing_ok=True)
