"""Completion of ``%adxmi`` lines and of the policies below ``%%adxmi``.

The command tree answers, as it does for a shell. Registering the matcher imports nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from IPython.core.completer import SimpleCompletion, context_matcher

from adxmi_jupyter.magics.line import quoted, split_pending

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

    from adxmi_jupyter.magics.call import Call, FrontEnd
    from adxmi_jupyter.magics.line import Pending, Word

_LINE = re.compile(r"\s*(?:[^\s%#'\"][^%#'\"]*=\s*)?%%?adxmi\s(?P<arguments>.*)", re.DOTALL)
_CELL = re.compile(r"\s*%%adxmi\s+(?P<line>[^\n]*)\n")
_BODIES = ("alter", "alter-merge", "diff")
_BODY_WORD = re.compile(r"[^\s\"',:\[\]{}]*\Z")
_OBJECT_ID_KEY = re.compile(r"object_?id[\"']?\s*:\s*[\"']?[^\"',:]*\Z", re.IGNORECASE)
_USAGES_KEY = re.compile(r"allowed_?usages", re.IGNORECASE)
_OBJECT_ID_WORD = re.compile(r"[^\"',:\[\]{}]*\Z")


@dataclass(frozen=True)
class _Found:
    """Completions, and the text before the cursor that they replace."""

    replaces: str = ""
    completions: tuple[SimpleCompletion, ...] = ()


def make_matcher(front: FrontEnd) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Return the matcher for a shell's ``custom_matchers``."""

    @context_matcher(identifier="adxmi", priority=100)  # type: ignore[untyped-decorator]
    def match(context: CompletionContext) -> SimpleMatcherResult:
        with front.holding_notes():
            found = _found(front, context)
        if not found.completions:
            return {"completions": [], "suppress": False}
        return {
            "completions": list(found.completions),
            "matched_fragment": found.replaces,
            "suppress": True,
            "ordered": True,
        }

    return match  # type: ignore[no-any-return]


def _found(front: FrontEnd, context: CompletionContext) -> _Found:
    before = context.text_until_cursor
    in_line = _LINE.match(before)
    if in_line:
        return _in_line(front, in_line["arguments"])
    in_cell = _CELL.match(context.full_text)
    if in_cell and context.cursor_line > 0:
        return _in_body(front, in_cell["line"], before)
    return _Found()


def _in_line(front: FrontEnd, arguments: str) -> _Found:
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
        SimpleCompletion(_as_word(item.value[skipped:]), type=_kind(item)) for item in items
    )
    return _Found(replaces, tuple(completions))


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


def _kind(item: CompletionItem) -> str:
    if item.type != "plain":
        return item.type
    return "option" if item.value.startswith("-") else "command"


def _files(pending: Pending) -> _Found:
    from pathlib import Path

    typed = pending.word.text
    folder = Path(typed).expanduser() if typed.endswith(("/", "\\")) else Path(typed).parent
    start = "" if typed.endswith(("/", "\\")) else Path(typed).name
    stem = typed[: len(typed) - len(start)]
    try:
        found = sorted(entry for entry in folder.iterdir() if entry.name.startswith(start))
    except OSError:
        return _Found()
    names = (f"{stem}{entry.name}{'/' if entry.is_dir() else ''}" for entry in found)
    completions = tuple(SimpleCompletion(_as_word(name), type="path") for name in names)
    return _Found(pending.word.raw, completions)


def _in_body(front: FrontEnd, line: str, before: str) -> _Found:
    """Complete the values of ``ObjectId`` and ``AllowedUsages``, in JSON or YAML."""
    words, _ = split_pending(line + " ")
    texts = [word.text for word in words if not word.text.startswith("-")]
    if texts[:1] != ["policy"] or not set(texts[1:2]) & set(_BODIES):
        return _Found()
    from adxmi_jupyter.magics.call import Call

    if _OBJECT_ID_KEY.search(before):
        typed = _matched(_OBJECT_ID_WORD, before).lstrip()
        names = _identities(Call(front, words, connection_name=_connection(words)))
        return _Found(typed, _starting(names, typed, "identity"))
    from adxmi_jupyter.model.usage import Usage

    typed = _matched(_BODY_WORD, before)
    if typed or _USAGES_KEY.search(before):
        return _Found(typed, _starting([usage.value for usage in Usage], typed, "usage"))
    return _Found()


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group() if found else ""


def _connection(words: tuple[Word, ...]) -> str:
    texts = [word.text for word in words]
    return next((after for name, after in pairwise(texts) if name in _CONNECTION), "")


_CONNECTION = ("-c", "--connection")


def _identities(call: Call) -> Iterable[str]:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.magics.params import IdentityList

    try:
        return IdentityList().names(call)
    except AdxmiError:  # a <Tab> has nobody to tell
        return ["system"]


def _starting(names: Iterable[str], typed: str, kind: str) -> tuple[SimpleCompletion, ...]:
    start = typed.lower()
    return tuple(
        SimpleCompletion(name, type=kind) for name in names if name.lower().startswith(start)
    )
