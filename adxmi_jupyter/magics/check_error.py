"""What ``check --error`` is about: the text in the cell body or file, or the last exception."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Below, Command, Explain

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.checks import Checks
    from adxmi_jupyter.magics.call import Call


def explained_error(call: Call, *, database: str, file: str) -> Checks:
    """Tell which link a refusal concerns.

    Raises
    ------
    MissingOption
        There is neither a text nor an exception.
    UnknownRefusal
        No refusal is recognised.

    """
    from adxmi_jupyter.actions.diagnosis.diagnosis import explained, explained_exception

    text = file or call.body or ""
    if text.strip():
        return explained(call.connection, text, database)
    return explained_exception(call.connection, _last(call), database)


def _last(call: Call) -> BaseException:
    """Return the last exception that the notebook showed; a console has none."""
    # IPython keeps it where Python's own console does.
    last = None if call.is_console else getattr(sys, "last_value", None)
    if isinstance(last, BaseException):
        return last
    raise MissingOption(
        "there is no refusal to look at",
        why="a file has its text, or the standard input"
        if call.is_console
        else "its text stands in the cell below %%adxmi check --error, in a file, or is that of "
        "the last exception",
        fix=Explain.of(Command(("check", "--error"), takes_body=True), Below("the text")),
    )
