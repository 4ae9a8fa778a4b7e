"""What every verb ``form`` needs: the line that does the same, and a notebook to be shown in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.magics.expansion import can_be_written
from adxmi_jupyter.magics.line import quoted

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command, WriteCommand
    from adxmi_jupyter.magics.call import Call


def writer(call: Call, *, has_own_variables: bool = False) -> WriteCommand:
    """Return what writes a line as one types it into a notebook, for the connection of the call.

    `has_own_variables` if the verb reads what stands for a variable in the body itself.
    """
    program, named = call.front.program, call.connection_name

    def write(line: Command) -> str:
        return written(program, line, connection=named, has_own_variables=has_own_variables)

    return write


def written(
    program: str, line: Command, *, connection: str = "", has_own_variables: bool = False
) -> str:
    """Return a line as one types it into a notebook, with the body below it.

    Empty for what no line can say: two lines of text in a word, or what stands for a variable.
    """
    is_one_line = all(word.splitlines() in ([word], []) for word in line.words)
    body = "" if has_own_variables else line.body
    if not is_one_line or not can_be_written(line.words, body):
        return ""
    more = ("--connection", connection) if connection else ()
    words = " ".join(quoted(word.replace("$", "$$")) for word in (*line.words, *more))
    if not line.body:
        return f"{program} {words}"
    return f"%{program} {words}\n{line.body}"


def refuse_console(call: Call, verb: str, instead: str) -> None:
    """Refuse a form where nothing can show it.

    Raises
    ------
    UnknownCommand
        The front end is a console.

    """
    if call.is_console:
        raise UnknownCommand(
            f"{verb} runs in a notebook only",
            why="a form needs something to show it",
            fix=instead,
        )
