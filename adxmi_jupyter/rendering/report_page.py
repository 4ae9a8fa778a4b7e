"""The parts of a report for auditors: one HTML page that loads nothing, runs nothing and prints."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.html_page import html_page
from adxmi_jupyter.rendering.text import visible

Cells = Sequence[str]

_STYLE = """body { font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 76em; margin: 2em auto; padding: 0 1.2em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.2em; margin-top: 2em; } h3 { font-size: 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #8888; padding: .25em .6em; text-align: left; vertical-align: top;
  overflow-wrap: break-word; }
td:first-child { min-width: 9em; }
th { font-weight: 600; white-space: nowrap; }
code { white-space: pre-wrap; overflow-wrap: anywhere; }
.high { border-left: 6px solid #d62728; } .medium { border-left: 6px solid #e69114; }
.low { border-left: 6px solid #808080; } h3 { padding-left: .6em; }
.sign td { height: 2.4em; }
@media print {
  body { margin: 0; max-width: none; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


def report_page(title: str, body: str) -> str:
    """Return the page; the title is a text, the body is HTML already."""
    return html_page(visible(one_line(title)), _STYLE, body)


def section(title: str, parts: Iterable[str]) -> Iterator[str]:
    """Yield parts, which are HTML already, below a title."""
    yield f"<h2>{title}</h2>"
    yield from parts


def report_table(heads: Cells, rows: Sequence[Cells], *, code: int = -1) -> str:
    """Return a table; the cells of the column `code` are commands."""
    if not rows and heads[0] != "reviewed by":
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{escaped(one)}</th>' for one in heads)
    body = "\n".join(
        "<tr>" + "".join(_cell(cell, is_code=n == code) for n, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str, *, is_code: bool) -> str:
    if is_code and text:
        return f"<td><code>{'<br>'.join(map(escaped, text.splitlines()))}</code></td>"
    return f"<td>{escaped(text)}</td>"


def escaped(text: str) -> str:
    """Return a text in which nothing is mark-up."""
    return html.escape(visible(one_line(text)))
