"""Help where the cursor is: what a notebook shows on Shift+Tab, and beside a completion.

IPython looks up a name of Python, and the words of a command are none. So a kernel asks here
first, and answers by itself what is about no command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import click
    from IPython.core.interactiveshell import InteractiveShell

    from adxmi_jupyter.magics.line import Word

_NAME = "do_inspect"


class _Kernel(Protocol):
    def do_inspect(self, code: str, cursor_pos: int, *more: Any, **options: Any) -> Any: ...


def help_at(code: str, cursor: int) -> str:
    """Return the help of the command at a place of a cell; an empty text where there is none.

    It is the help of the verb, of its noun or of all; that of an option stands above it.
    """
    from adxmi_jupyter.magics.cell import at_cursor
    from adxmi_jupyter.magics.line import split_pending

    rest = re.compile(r"[^\s=,\"']*").match(code, cursor)
    place = at_cursor(code[: rest.end() if rest else cursor])
    if place is None:
        return ""
    from adxmi_jupyter.magics.tree import found

    words, pending = split_pending(place.words)
    every = (*words, pending.word)
    context = found([word.text for word in every])
    option = "" if place.body is not None else _option_help(context, every)
    return "\n\n".join(filter(None, (option, context.get_help())))


def _option_help(context: click.Context, words: tuple[Word, ...]) -> str:
    """Return the help of the option that the last word is, or is the value of."""
    last, before = words[-1], words[-2].option if len(words) > 1 else ""
    for parameter in context.command.get_params(context):
        names = (*parameter.opts, *parameter.secondary_opts)
        is_value = before in names and not getattr(parameter, "is_flag", False) and not last.option
        record = parameter.get_help_record(context)
        if record and (last.option in names or is_value):
            return f"{record[0]}\n    {record[1]}"
    return ""


def attach(shell: InteractiveShell) -> None:
    """Let the kernel of a shell show help about commands; a shell without a kernel needs none."""
    kernel = cast("_Kernel | None", getattr(shell, "kernel", None))
    if kernel is None or _NAME in vars(kernel):
        return
    of_kernel = kernel.do_inspect

    def do_inspect(code: str, cursor_pos: int, *more: Any, **options: Any) -> Any:
        text = help_at(code, cursor_pos)
        return _reply(text) if text else of_kernel(code, cursor_pos, *more, **options)

    vars(kernel)[_NAME] = do_inspect


def detach(shell: InteractiveShell) -> None:
    """Leave all to the kernel again."""
    vars(getattr(shell, "kernel", None) or shell).pop(_NAME, None)


def _reply(text: str) -> Mapping[str, Any]:
    return {"status": "ok", "found": True, "data": {"text/plain": text}, "metadata": {}}
