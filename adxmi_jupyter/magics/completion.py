"""Completion of ``%adxmi`` commands; `body_completion` is about what stands below ``%%adxmi``.

The command tree answers, as it does for a shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.completer import SimpleCompletion

from adxmi_jupyter.magics.body_completion import Found, in_body
from adxmi_jupyter.magics.cell import at_cursor
from adxmi_jupyter.magics.line import quoted, split_pending

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

    from adxmi_jupyter.magics.call import FrontEnd
    from adxmi_jupyter.magics.cell import Place
    from adxmi_jupyter.magics.line import Pending, Word

_LONGEST = 80


def completed(front: FrontEnd, context: CompletionContext) -> SimpleMatcherResult:
    """Complete a command of a cell; of any other cell, nothing."""
    place = at_cursor(_until_cursor(context))
    if place is None:
        return {"completions": [], "suppress": False}
    with front.holding_notes():
        found = _found(front, place)
    return {
        "completions": list(found.completions or (_as_it_is(found.replaces),)),
        "matched_fragment": found.replaces,
        "suppress": True,
        "ordered": True,
    }


def _until_cursor(context: CompletionContext) -> str:
    above = context.full_text.split("\n")[: context.cursor_line]
    return "\n".join([*above, context.text_until_cursor])


def _as_it_is(typed: str) -> SimpleCompletion:
    """Return what was typed: IPython lets other matchers speak where one says nothing.

    Words of Python do not belong into a command or a query.
    """
    return SimpleCompletion(typed, type="text")


def _found(front: FrontEnd, place: Place) -> Found:
    if place.body is None:
        return _in_line(front, place.words)
    return in_body(front, place.words, place.body)


def _in_line(front: FrontEnd, arguments: str) -> Found:
    words, pending = split_pending(arguments)
    typed = pending.word.text
    items = _ask_tree(front, words, typed)
    if any(item.type == "file" for item in items):
        return _files(pending)
    option, equals, _ = typed.partition("=")
    is_joined = bool(equals) and option.startswith("-")
    replaces = _part_typed(pending, after_equals=is_joined)
    start = typed.partition("=")[2] if is_joined else typed
    listed = start.rpartition(",")[0]
    skipped = len(listed) + 1 if listed else 0
    completions = (
        SimpleCompletion(_as_word(item.value[skipped:]), type=told(item)) for item in items
    )
    return Found(replaces, tuple(completions))


def _ask_tree(front: FrontEnd, words: tuple[Word, ...], typed: str) -> list[CompletionItem]:
    from click.shell_completion import ShellComplete

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.tree import tree

    call = Call(front, words)
    shell = ShellComplete(tree, {"obj": call}, front.program, "_ADXMI_COMPLETE")
    return shell.get_completions([word.text for word in words], typed)


def _part_typed(pending: Pending, *, after_equals: bool) -> str:
    """Return what a completion replaces: the last name of a list, with the quote before it."""
    raw = pending.word.raw
    if after_equals:
        raw = raw.partition("=")[2]
    quote = ""
    start = 0
    for place, character in enumerate(raw):
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and character == ",":
            start = place + 1
    return raw[start:]


def _as_word(value: str) -> str:
    """Write a value so that the line's splitting and expansion give it back."""
    return quoted(value.replace("$", "$$"))


def told(item: CompletionItem) -> str:
    """Return what a completion is, on one line: front ends show it beside the completion."""
    kind = item.type
    if kind == "plain":
        kind = "option" if item.value.startswith("-") else "command"
    about = " ".join((item.help or "").split()).partition(". ")[0].rstrip(".")
    shown = f"{about[:_LONGEST]}…" if len(about) > _LONGEST else about
    return f"{kind}: {shown}" if shown and shown != item.value else kind


def _files(pending: Pending) -> Found:
    from pathlib import Path

    typed = pending.word.text
    folder = Path(typed).expanduser() if typed.endswith(("/", "\\")) else Path(typed).parent
    start = "" if typed.endswith(("/", "\\")) else Path(typed).name
    stem = typed[: len(typed) - len(start)]
    try:
        found = sorted(
            entry
            for entry in folder.iterdir()
            if entry.name.startswith(start) and (start or not entry.name.startswith("."))
        )
    except OSError:
        return Found()
    names = (f"{stem}{entry.name}{'/' if entry.is_dir() else ''}" for entry in found)
    completions = tuple(SimpleCompletion(_as_word(name), type="path") for name in names)
    return Found(pending.word.raw, completions)
