"""``--out``: where a result goes, made sure of before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue, ResultNotSaved
from adxmi_jupyter.fixes import ChangeOption, LeaveOut
from adxmi_jupyter.magics.whole_files import is_same_file, reason, refuse_unwritable, write_files
from adxmi_jupyter.rendering.result_files import (
    Format,
    content_of,
    files_of,
    format_of,
    require_package,
)

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
        refuse_unwritable(Path(name).expanduser())
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidValue(
            f"--out {name} cannot be written",
            why=reason(error),
            fix=ChangeOption("--out", _free_name(name, form)),
        ) from error


def _free_name(name: str, suffix: str) -> str:
    """Return a name like that of a file, in the current directory, that is not a directory's."""
    stem = Path(name).name.removesuffix(f".{suffix}").partition(".")[0].strip("-")
    found = f"{stem or 'result'}.{suffix}"
    return f"{stem}-result.{suffix}" if Path(found).is_dir() else found


def check_text(option: str, name: str, out: str = "") -> None:
    """Make sure, before a request, that a text can be written to a file that an option names.

    Raises
    ------
    InvalidValue
        The file cannot be written, or `out` names it for the result, too.

    """
    try:
        refuse_unwritable(Path(name).expanduser())
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidValue(
            f"{option} {name} cannot be written",
            why=reason(error),
            fix=ChangeOption(option, Path(name).name or "FILE"),
        ) from error
    if any(is_same_file(name, one) for one in files_of(out)):
        raise InvalidValue(
            f"--out {out} is the file of {option}",
            why="the result would replace what is saved there",
            fix=LeaveOut.of("--out"),
        )


def save_text(name: str, text: str) -> None:
    """Write a text to a file, as a whole or not at all.

    Raises
    ------
    ResultNotSaved
        It cannot be written, although that could be done before.

    """
    try:
        write_files({name: text.encode()})
    except ResultNotSaved as failure:
        raise ResultNotSaved(
            f"the command ran, but {name} could not be written",
            why=failure.why,
            fix="make room, then run the command again",
        ) from failure


def save(names: Sequence[str], frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
    """Write a result to files, each in the format of its name: all as a whole, or none.

    Raises
    ------
    ResultNotSaved
        One cannot be written, although that could be done before, or it does not fit.

    """
    forms = {name: format_of(name, documents) for name in names}
    try:
        write_files({name: content_of(frame, form) for name, form in forms.items() if form})
    except (ResultNotSaved, OSError) as failure:
        why = failure.why if isinstance(failure, ResultNotSaved) else reason(failure)
        raise ResultNotSaved(
            f"the command ran, but its result could not be written to {', '.join(names)}",
            why=f"{why}; the result is shown instead",
            fix="save what is shown; repeat only commands that read",
        ) from failure
