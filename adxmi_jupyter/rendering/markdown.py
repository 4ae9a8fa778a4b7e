"""Texts of the service in Markdown of GitHub and Azure DevOps: as code, where nothing is mark-up.

In code there are no links, no mentions, no references to issues and no HTML. What is left are the
signs that end the code or the cell of a table, and commands that a runner would find in its log.

Source: *GitHub Flavored Markdown Spec* (code spans, fenced code blocks, tables).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.rendering.text import visible

MOST_CHARACTERS = 65_536
"""What a comment in GitHub may have."""
_LONGEST_NAME = 200
_TICKS = re.compile(r"`+")
_BEFORE_BAR = re.compile(r"(\\*)\|")


def code(text: str) -> str:
    r"""Return a text as code on one line, which can stand in a cell of a table.

    >>> code("mi-export"), code("a|b"), code("`x`")
    ('`mi-export`', '`a\\|b`', '`` `x` ``')
    """
    shown = inert(one_line(text[: 2 * _LONGEST_NAME]))
    if len(shown) > _LONGEST_NAME:
        shown = f"{shown[: _LONGEST_NAME - 1]}…"
    if not shown:
        return ""
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{_BEFORE_BAR.sub(_escaped_bar, shown)}{pad}{fence}"


def _escaped_bar(found: re.Match[str]) -> str:
    """Escape a bar; an odd number of backslashes before it would make one of it again."""
    before = found[1]
    return f"{before}{chr(92) * (len(before) % 2)}\\|"


def fenced(text: str, language: str = "") -> str:
    """Return lines as a block of code, whatever backticks are in them."""
    shown = inert(visible(text))
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


def row(cells: Sequence[str]) -> str:
    """Return cells, which are Markdown already, as a row of a table."""
    return f"| {' | '.join(cells)} |"


def folded(summary: str, content: str) -> str:
    """Return what is shown on a click; both are Markdown already."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def fitting(parts: Sequence[str], room: int) -> int:
    """Return how many parts fit into so many characters, each with a line break behind it."""
    for number, part in enumerate(parts):
        room -= len(part) + 1
        if room < 0:
            return number
    return len(parts)
