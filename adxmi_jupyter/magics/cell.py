r"""A cell that begins with ``%%adxmi``: where its command ends, and where its body begins.

The command goes on in the lines below if its line ends with a backslash that stands alone, or if
they hold nothing but options, up to a line ``---`` or to the end of the cell:

    %%adxmi NOUN create Nightly
    --database Sales --identity mi-export
    ---
    Orders | where Placed > ago(1d)

Any other cell is a line and its body: YAML that begins with ``---``, or SQL with ``--comments``,
has no options of the verb above a ``---``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adxmi_jupyter.magics.line import split_pending

__all__ = ["Cell", "Place", "at_cursor", "divided", "first_line_of"]

_GOES_ON = re.compile(r"(?:^|\s)\\\s*$")
_OPTION = re.compile(r"\s*(?P<option>--[A-Za-z][\w-]*|-[A-Za-z])(?=[\s=]|$)")
_BEGUN_OPTION = re.compile(
    r"\s*(?:--(?:[A-Za-z][\w-]*)?$|(?:--[A-Za-z][\w-]*|-[A-Za-z])(?:[\s=]|$))"
)
_END = re.compile(r"\s*---\s*$")
_CELL = re.compile(r"\s*%%adxmi(?:\s(?P<first>.*))?$")
_LINE = re.compile(r"\s*(?:[^\s%#'\"][^%#'\"]*=\s*)?%adxmi\s(?P<words>.*)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """The whole command, on one line, and the body; none where nothing is left of it."""

    command: str
    body: str | None


@dataclass(frozen=True)
class Place:
    """Where a cursor is: in the words of a command, or in the body below it.

    `words` are those before the cursor, or the whole command above the body; `body` is what
    is before the cursor in the body, and None in the command.
    """

    words: str
    body: str | None = None


def divided(line: str, cell: str, knows: Callable[[str, str], bool]) -> Cell:
    """Return the command and the body of a cell.

    `knows` tells whether an option belongs to the verb of a command.
    """
    command, rest = _continued(line, cell.split("\n"))
    options = _options_above(rest)
    if options is None or not any(knows(command, name) for name in options.names):
        return Cell(command, "\n".join(rest) if rest else None)
    body = "\n".join(rest[options.count :])
    return Cell(f"{command} {options.text}", body if body.strip() else None)


def first_line_of(whole: Cell, cell: str) -> int:
    """Return the line that a body begins in, counted from the line of the magic, which is 1."""
    return 2 + cell.count("\n") - (whole.body or "").count("\n")


def at_cursor(before: str) -> Place | None:
    """Return where the cursor at the end of a text is; None if it is in no command of ours."""
    lines = before.lstrip().split("\n")
    head = _CELL.match(lines[0])
    if head is None:
        return _in_line(lines)
    command, rest = _continued(head["first"] or "", lines[1:])
    if len(lines) == 1 or not rest:
        return Place(command) if head["first"] is not None else None
    *above, last = rest
    options = _options_above(above)
    if options is not None and options.is_ended:
        return Place(f"{command} {options.text}", "\n".join(rest[options.count :]))
    is_head = options is not None or not "".join(above).strip()
    goes_on = bool(options and options.goes_on)
    if is_head and (goes_on or _BEGUN_OPTION.match(last)):
        return Place(" ".join(filter(None, (command, options.text if options else "", last))))
    return Place(command, "\n".join(rest))


def _in_line(lines: Sequence[str]) -> Place | None:
    start = len(lines) - 1
    while start and _GOES_ON.search(lines[start - 1]):
        start -= 1
    command, _ = _continued(lines[start], list(lines[start + 1 :]))
    found = _LINE.match(command)
    return Place(found["words"]) if found else None


def _continued(line: str, following: list[str]) -> tuple[str, list[str]]:
    r"""Return a line with those it goes on in, and what follows these."""
    taken = 0
    while taken < len(following) and _GOES_ON.search(line):
        line = f"{_GOES_ON.sub('', line)} {following[taken].strip()}"
        taken += 1
    return line, following[taken:]


@dataclass(frozen=True)
class _Options:
    """Lines of options: their text on one line, names, and how many lines with ``---``."""

    text: str
    names: tuple[str, ...]
    count: int
    is_ended: bool
    goes_on: bool


def _options_above(lines: Sequence[str]) -> _Options | None:
    """Return the options that the lines begin with; None where a body begins without ``---``."""
    text = ""
    names: list[str] = []
    for place, line in enumerate(lines):
        goes_on = bool(_GOES_ON.search(text)) or bool(split_pending(text)[1].quote)
        if goes_on:
            text = f"{_GOES_ON.sub('', text)} {line.strip()}"
            continue
        if _END.match(line) and names:
            return _Options(text, tuple(names), place + 1, is_ended=True, goes_on=False)
        found = _OPTION.match(line)
        if found:
            names.append(found["option"])
            text = f"{text} {line.strip()}".lstrip()
        elif line.strip():
            return None
    goes_on = bool(_GOES_ON.search(text)) or bool(split_pending(text)[1].quote)
    if not names:
        return None
    return _Options(
        _GOES_ON.sub("", text), tuple(names), len(lines), is_ended=False, goes_on=goes_on
    )
