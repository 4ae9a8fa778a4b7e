"""The picture of ``policy matrix``: a DataFrame that shows itself as a coloured table.

Colours follow JupyterLab's theme and are half transparent, so that they work on light and dark
ground; the marks say the same without colour.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.rendering.display import DisplayTable
from adxmi_jupyter.rendering.html_table import FILTERED, MOST_ROWS, NO_MATH, breakable
from adxmi_jupyter.rendering.shown_frame import SafeFrame
from adxmi_jupyter.rendering.text import plain, text_table, visible

if TYPE_CHECKING:
    import pandas as pd

_HEAD = ("database", "display_name", "object_id")

_MEANINGS = {
    "C": "the cluster policy allows it",
    "D": "the database policy allows it",
    "c": "the cluster policy allows it through All",
    "d": "the database policy allows it through All",
    "(D)": "allowed on the database, where SandboxArtifacts has no effect",
}

# The class stands twice so that it outranks what notebooks say about tables in general. Where the
# sheet is taken out, colours and the box to scroll in stay, and the head scrolls along.
_STYLE = """
.adxmi-matrix {border-collapse: separate; border-spacing: 0;
  font-size: var(--jp-ui-font-size1, 13px);
  color: var(--jp-ui-font-color1, currentColor);}
.adxmi-matrix caption, .adxmi-matrix-legend {text-align: left; padding: 4px 0;
  color: var(--jp-ui-font-color1, currentColor);}
.adxmi-matrix.adxmi-matrix th, .adxmi-matrix.adxmi-matrix td {
  border: 1px solid var(--jp-border-color2, #8888); border-width: 0 1px 1px 0;
  padding: 3px 7px; text-align: center;}
.adxmi-matrix.adxmi-matrix th[scope=row] {text-align: left; font-weight: normal;
  min-width: 6em; max-width: 24em; overflow-wrap: anywhere;}
.adxmi-matrix.adxmi-matrix thead th {font-weight: 600; vertical-align: bottom; position: sticky;
  top: 0; background: var(--jp-layout-color0, Canvas); border-top-width: 1px;}
.adxmi-matrix.adxmi-matrix td.all {outline: 1px dashed currentColor; outline-offset: -3px;}
"""
_CLUSTER, _DATABASE = "rgba(31, 119, 180, .28)", "rgba(44, 160, 44, .28)"
_GROUNDS = {
    "c": _CLUSTER,
    "d": _DATABASE,
    "cd": f"linear-gradient(135deg, {_CLUSTER} 50%, {_DATABASE} 50%)",
    "none": ("repeating-linear-gradient(45deg, transparent 0 4px, rgba(214, 39, 40, .25) 4px 7px)"),
}


class Matrix(SafeFrame):
    """The frame of `matrix_frame` with a picture; what is made from it is a plain DataFrame."""

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Matrix:
        """Return the frame with its picture."""
        matrix = cls(frame)
        matrix.attrs = frame.attrs
        return matrix

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        import pandas as pd

        return pd.DataFrame

    @property
    def usages(self) -> list[str]:
        """The columns that are usages."""
        return [str(column) for column in self.columns if column not in _HEAD]

    def __repr__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """Return the picture as text: who and where in rows, the usages in use in columns."""
        table, *lines = self.parts
        return "\n".join([text_table(table.columns, table.rows), *lines])

    @property
    def parts(self) -> tuple[DisplayTable, *tuple[str, ...]]:
        """What a terminal draws: the table, then the legend."""
        used = [usage for usage in self.usages if any(self[usage])]
        unused = [usage for usage in self.usages if usage not in used]
        rows = tuple(
            tuple(map(plain, (_where(row), _who(row), *(row[usage] or "." for usage in used))))
            for row in self.to_dict(orient="records")
        )
        lines = [f"{mark} = {says}" for mark, says in self._legend()]
        lines += [f"not allowed for any identity: {', '.join(unused)}"] if unused else []
        return (DisplayTable(("database", "identity", *used), rows, rows), *lines)

    def _repr_html_(self) -> str:
        heads = "".join(
            f'<th scope="col">{breakable(html.escape(usage))}</th>' for usage in self.usages
        )
        body = "".join(self._row(row) for row in self.to_dict(orient="records"))
        empty = f'<tr><td colspan="{len(self.usages) + 2}">no identity is named</td></tr>'
        is_long = len(self) > MOST_ROWS
        if is_long and self._live is not None:
            self._live.ready()
        return (
            f'<style>{_STYLE}</style><div class="{NO_MATH}{FILTERED if is_long else ""}">'
            '<div style="overflow: auto; max-height: 480px" tabindex="0" role="group" '
            'aria-label="Policy matrix"><table class="adxmi-matrix">'
            "<caption>Allowed usages by identity</caption>"
            '<thead><tr><th scope="col">database</th><th scope="col">identity</th>'
            f"{heads}</tr></thead><tbody>{body or empty}</tbody></table></div></div>"
            f'<p class="adxmi-matrix-legend {NO_MATH}">{self._legend_html()}</p>'
        )

    def _row(self, row: dict[Any, Any]) -> str:
        cells = "".join(_cell(str(row[usage])) for usage in self.usages)
        title = html.escape(visible(str(row["object_id"])))
        return (
            f'<tr><th scope="row">{html.escape(visible(_where(row)))}</th>'
            f'<th scope="row" title="{title}">{html.escape(visible(_who(row)))}</th>{cells}</tr>'
        )

    def _legend(self) -> list[tuple[str, str]]:
        """Return the marks that occur and what they mean."""
        present = "".join(str(cell) for usage in self.usages for cell in self[usage])
        shown = present.replace("(D)", "")
        return [
            (mark, says)
            for mark, says in _MEANINGS.items()
            if mark in (present if mark == "(D)" else shown)
        ]

    def _legend_html(self) -> str:
        return "; ".join(f"<b>{mark}</b> = {html.escape(says)}" for mark, says in self._legend())


def _where(row: dict[Any, Any]) -> str:
    return str(row["database"]) or "(cluster)"


def _who(row: dict[Any, Any]) -> str:
    return str(row["display_name"] or row["object_id"])


def _cell(marks: str) -> str:
    if not marks:
        return "<td></td>"
    counted = marks.replace("(D)", "")
    colours = "".join(dict.fromkeys(counted.lower()))
    ground = _GROUNDS[colours or "none"]
    is_through_all = counted != counted.upper()
    kind = ' class="all"' if is_through_all else ""
    return (
        f'<td{kind} style="background: {ground}" title="{_meaning(marks)}">'
        f"{html.escape(marks)}</td>"
    )


def _meaning(marks: str) -> str:
    counted = marks.replace("(D)", "")
    said = [_MEANINGS[mark] for mark in counted] + ([_MEANINGS["(D)"]] if counted != marks else [])
    return html.escape("; ".join(said))
