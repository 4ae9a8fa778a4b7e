"""Results in the format that a file's name tells: all columns and rows, whatever is displayed.

Names in a result are what somebody else chose. CSV has an apostrophe before what a spreadsheet
would compute, Excel gets texts and no formulas, HTML and Markdown show mark-up as text.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import MissingPackage, ResultNotSaved
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.rendering.display import WIDE, display_table
from adxmi_jupyter.rendering.files import csv_text, json_text
from adxmi_jupyter.rendering.html_page import html_page

if TYPE_CHECKING:
    import pandas as pd


class Format(StrEnum):
    """A format of a saved result, by the suffix of the file."""

    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"
    HTML = "html"
    EXCEL = "xlsx"
    PARQUET = "parquet"


_PACKAGES: Mapping[str, str] = {Format.EXCEL: "xlsxwriter", Format.PARQUET: "pyarrow"}
_MOST_IN_CELL, _MOST_ROWS = 32_767, 1_048_575
_MARKS = re.compile(r"[\\|*`\[\]$~]|(?<![^\W_])_|_(?![^\W_])")
_STYLE = """table { border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: .2em .6em; text-align: left; vertical-align: top;
  white-space: pre-wrap; }
"""


def format_of(name: str, documents: Collection[str] = ()) -> str | None:
    """Return the format that the suffix of a file tells; None for any other.

    `documents` are suffixes of formats that a result has beside those of tables.
    """
    file = PurePath(name).name.lower()
    known = (*Format, *documents)
    return next((one for one in known if file.endswith(f".{one}") and file != f".{one}"), None)


def files_of(target: str) -> tuple[str, ...]:
    """Return the files that a target names: one, or several with commas between them.

    >>> files_of("a.csv, b.md"), files_of("Tom, Dick.csv")
    (('a.csv', 'b.md'), ('Tom, Dick.csv',))
    """
    names = tuple(one.strip() for one in target.split(","))
    return names if all(PurePath(one).suffix for one in names) else (target,)


def require_package(form: str) -> None:
    """Make sure that a format can be written here.

    Raises
    ------
    MissingPackage
        The package that writes it is not installed.

    """
    package = _PACKAGES.get(form)
    if package is not None and find_spec(package) is None:
        raise MissingPackage(
            f"a .{form} file can't be written here",
            why=f"the package {package} isn't installed",
            fix=f"pip install {package}",
        )


def text_of(frame: pd.DataFrame, form: str) -> str:
    """Return a result in one of the formats that are text: its own document, or its table."""
    from adxmi_jupyter.rendering.shown_frame import SafeFrame

    own = frame.as_document(form) if isinstance(frame, SafeFrame) else None
    if own is not None:
        return own
    makers: Mapping[str, Callable[[pd.DataFrame], str]] = {
        Format.CSV: csv_text,
        Format.JSON: json_text,
        Format.MARKDOWN: markdown_text,
        Format.HTML: html_text,
    }
    return makers[form](frame)


def content_of(frame: pd.DataFrame, form: str) -> bytes:
    """Return a result as the content of a file.

    Raises
    ------
    ResultNotSaved
        It doesn't fit into the format.

    """
    if form is Format.EXCEL:
        return _excel(frame)
    if form is Format.PARQUET:
        return _parquet(frame)
    return text_of(frame, form).encode("utf-8", "backslashreplace")


def markdown_text(frame: pd.DataFrame) -> str:
    """Return a result as a Markdown table in which all mark-up is text."""
    table = display_table(frame, WIDE)
    rules = ["---:" if place in table.numbers else "---" for place in range(len(table.columns))]
    rows = [[*map(_as_markdown, row)] for row in (table.columns, *table.rows)]
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], rules, *rows[1:])]
    return "\n".join(lines) + "\n"


def html_text(frame: pd.DataFrame) -> str:
    """Return a result as an HTML page that loads nothing and runs nothing."""
    table = display_table(frame, WIDE)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.columns)
    body = "\n".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows
    )
    whole = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return html_page("adxmi", _STYLE, whole)


def _as_markdown(cell: str) -> str:
    marked = _MARKS.sub(r"\\\g<0>", html.escape(cell, quote=False))
    return "<br>".join(marked.splitlines())


def _excel(frame: pd.DataFrame) -> bytes:
    table = display_table(frame, WIDE)
    longest = max((len(cell) for row in table.rows for cell in row), default=0)
    if longest > _MOST_IN_CELL or len(table.rows) > _MOST_ROWS:
        raise ResultNotSaved(
            "the command ran, but its result doesn't fit into an Excel file",
            why=f"a cell holds at most {_MOST_IN_CELL} characters, a sheet {_MOST_ROWS} rows",
            fix=ChangeOption("--out", "result.csv"),
        )
    from xlsxwriter import Workbook

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(content, options) as book:
        sheet = book.add_worksheet("result")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, table.columns, book.add_format({"bold": True}))
        for place in range(len(table.columns)):
            cells = [row[place] for row in table.rows]
            values = frame.iloc[:, place].tolist() if place in table.numbers else cells
            for line, (cell, value) in enumerate(zip(cells, values, strict=True), 1):
                if cell and place in table.numbers and _is_finite(value):
                    sheet.write_number(line, place, value)
                elif cell:
                    sheet.write_string(line, place, cell)
        sheet.autofit()
    return content.getvalue()


_MOST_DIGITS = 2**53


def _is_finite(value: Any) -> bool:
    """Tell whether Excel has the number: it knows no infinity, and 15 digits of an integer."""
    return bool(abs(value) <= _MOST_DIGITS)


def _parquet(frame: pd.DataFrame) -> bytes:
    import pandas as pd

    columns: dict[str, pd.Series[Any]] = {}
    for place, name in enumerate(map(str, frame.columns)):
        columns[name if name not in columns else f"{name} {place}"] = frame.iloc[:, place]
    plain = pd.DataFrame(columns)
    for name in plain.columns:
        if plain[name].dtype == object:
            plain[name] = _of_one_type(plain[name])
    return bytes(plain.to_parquet(None, index=False))


def _of_one_type(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of texts, or of lists of texts; of all else the JSON."""
    present = [cell for cell in column if not _is_missing(cell)]
    if all(isinstance(cell, str) for cell in present):
        return column
    if all(isinstance(cell, (list, tuple)) for cell in present):
        return column.map(lambda cell: None if _is_missing(cell) else [*map(str, cell)])
    return column.map(
        lambda cell: None if _is_missing(cell) else json.dumps(cell, default=str, sort_keys=True)
    )


def _is_missing(cell: Any) -> bool:
    return cell is None or (not isinstance(cell, (str, list, tuple, dict, set)) and cell != cell)  # noqa: PLR0124 - NaN
