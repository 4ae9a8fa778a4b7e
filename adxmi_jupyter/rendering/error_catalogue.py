"""The error catalogue: when each error is raised, why, and its typical fix, as a page.

``python -m adxmi_jupyter.magics.reference .`` writes it. When an error is raised is what its class
says of itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter import errors
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.error_base import AdxmiError
from adxmi_jupyter.rendering.error_causes import CAUSES

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command

FILE = "docs/errors.md"

_HEAD = """# Error catalogue

Every error has a type and three lines: what failed, *why*, and a *fix*. In a notebook an error is a
Python exception of the module `adxmi_jupyter.errors`; in a terminal the exit code is 1, or 2 for an
invalid command line. The fix that an error itself names is more specific than the typical one here.
What failed and why are shortened on a screen. The error has the whole text in `error.why`, and
`%adxmi --traceback …` or `adxmi --traceback …` shows it.
To find out more about a denial, run `%adxmi check --error`."""

_SINGLE = """## Writes, workflows and tutorials

Another principal changed the same thing, the outcome of a write is open, a workflow is not there,
or a tutorial failed."""


def page() -> str:
    """Return the catalogue as Markdown: a section for each group of errors, and for each error."""
    groups = [one for one in _below(AdxmiError) if _below(one)]
    single = [one for one in _below(AdxmiError) if one not in groups]
    parts = [
        _HEAD,
        *(part for group in groups for part in (_entry(group, "##"), *_entries_below(group))),
        _SINGLE,
        *(_entry(one, "###") for one in single),
    ]
    return "\n\n".join(parts) + "\n"


def _below(group: type[AdxmiError]) -> list[type[AdxmiError]]:
    """Return the kinds of an error, in the order of the tree."""
    every = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in every if one.__base__ is group]


def _entries_below(group: type[AdxmiError]) -> Iterator[str]:
    for one in _below(group):
        yield _entry(one, "###")
        yield from _entries_below(one)


def _entry(error: type[AdxmiError], mark: str) -> str:
    cause, base = CAUSES[error], error.__base__
    lines = [f"* Why: {cause.why}", f"* Fix: {_MARKDOWN.part(cause.fix)}"]
    if base and base is not AdxmiError:
        lines.insert(0, f"* Kind of: [{base.__name__}](#{base.__name__.lower()})")
    told = (inspect.getdoc(error) or "").replace("``", "`")
    return "\n\n".join([f"{mark} {error.__name__}", told, "\n".join(lines)])


class _Markdown(Dialect):
    """As the documentation writes them, commands and options as code."""

    def command(self, part: Command) -> str:
        return f"`{super().command(part)}`"

    def option(self, name: str) -> str:
        return f"`{name}`"


_MARKDOWN = _Markdown()
