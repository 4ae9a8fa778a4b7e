"""``--out``: where a result goes, made sure of before anything is sent."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue, ResultNotSaved
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.rendering.result_files import Format, content_of, format_of, require_package

if TYPE_CHECKING:
    import pandas as pd


def check_file(name: str, others: str = "", documents: Collection[str] = ()) -> None:
    """Make sure that a result can be saved in a file.

    `others` says what --out takes besides files, `documents` which formats besides those of tables.

    Raises
    ------
    InvalidValue
        Its suffix tells no format, or the file cannot be written.
    MissingPackage
        The package that writes the format is not installed.

    """
    form = format_of(name, documents)
    if form is None:
        known = dict.fromkeys((*Format, *documents))
        raise InvalidValue(
            f"--out {name} has no known format",
            why=f"a file ends with {', '.join(f'.{one}' for one in known)}{others}",
            fix=ChangeOption("--out", _free_name(name, Format.CSV)),
        )
    require_package(form)
    try:
        _refuse_unwritable(Path(name))
    except (OSError, ValueError) as error:
        raise InvalidValue(
            f"--out {name} cannot be written",
            why=_reason(error),
            fix=ChangeOption("--out", _free_name(name, form)),
        ) from error


def _free_name(name: str, suffix: str) -> str:
    """Return a name like that of a file, in the current directory, that is not a directory's."""
    stem = Path(name).name.removesuffix(f".{suffix}").partition(".")[0].strip("-")
    found = f"{stem or 'result'}.{suffix}"
    return f"{stem}-result.{suffix}" if Path(found).is_dir() else found


def check_text(option: str, name: str) -> None:
    """Make sure that a text can be written to a file that an option names.

    Raises
    ------
    InvalidValue
        The file cannot be written.

    """
    try:
        _refuse_unwritable(Path(name))
    except (OSError, ValueError) as error:
        raise InvalidValue(
            f"{option} {name} cannot be written",
            why=_reason(error),
            fix=ChangeOption(option, Path(name).name or "FILE"),
        ) from error


def save_text(name: str, text: str) -> None:
    """Write a text to a file, as a whole or not at all.

    Raises
    ------
    ResultNotSaved
        It cannot be written, although that could be done before.

    """
    try:
        _write_whole(Path(name), text.encode())
    except OSError as error:
        raise ResultNotSaved(
            f"the command ran, but {name} could not be written",
            why=_reason(error),
            fix="make room, then run the command again",
        ) from error


def save(name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
    """Write a result to a file, as a whole or not at all.

    Raises
    ------
    ResultNotSaved
        It cannot be written, although that could be done before, or it does not fit.

    """
    form = format_of(name, documents)
    assert form is not None  # noqa: S101 - `check_file` has seen to it
    try:
        _write_whole(Path(name), content_of(frame, form))
    except OSError as error:
        raise ResultNotSaved(
            f"the command ran, but its result could not be written to {name}",
            why=f"{_reason(error)}; the result is shown instead",
            fix="save what is shown; repeat only commands that read",
        ) from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _refuse_unwritable(path: Path) -> None:
    """Raise OSError for a file that cannot be written, before anything is sent."""
    if path.exists() and not path.is_file():
        is_directory = path.is_dir()
        raise OSError(errno.EINVAL, "it is a directory" if is_directory else "it is not a file")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with tempfile.TemporaryFile(dir=path.resolve().parent):
        pass


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file beside, then put it in its place: a full disk leaves what was there."""
    target = path.resolve()
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).chmod(_mode_of(target))
        Path(beside).replace(target)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int:
    """Return the permissions a file has, or those that a new one gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
