"""Parts of the form of a workflow that only tell: what its fields mean, and rows of a result."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.forms.widgets import quiet
from adxmi_jupyter.forms.workflow import fields, requirements_table
from adxmi_jupyter.rendering import diagram

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.fields import FieldSpec

_SHOWN_ROWS = 10

_SHEET = """
.adxmi-form .adxmi-meanings summary {cursor: pointer; width: max-content;}
.adxmi-form .adxmi-meanings dl {margin: 2px 0 4px; display: grid;
  grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px;}
.adxmi-form .adxmi-meanings dl > * {float: none; width: auto; display: block;}
.adxmi-form .adxmi-meanings dl > dt {font-weight: 600;}
.adxmi-form .adxmi-meanings dl > dd {margin: 0; overflow-wrap: anywhere;}
.adxmi-form .adxmi-result {overflow: auto; max-height: 20em; margin-top: 4px;}
.adxmi-form .adxmi-result table {border-collapse: collapse; color: inherit;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-result :is(th, td) {padding: 2px 8px; text-align: left; border: none;
  border-bottom: 1px solid var(--jp-border-color2, #8888); color: inherit;}
.adxmi-form .adxmi-result tr {background: none;}
.adxmi-workflow-form textarea[readonly] {max-height: 28em;}
"""
SHEET = fields.SHEET + requirements_table.SHEET + diagram.SHEET + _SHEET


def explained(specs: Sequence[FieldSpec]) -> str:
    """Return what each field means, folded up until somebody wants to know."""
    terms = "".join(
        f"<dt>{html.escape(spec.label)}</dt><dd>{html.escape(spec.help)}"
        + (f" Example: {html.escape(spec.example)}" if spec.example else "")
        + "</dd>"
        for spec in specs
    )
    return (
        '<details class="adxmi-quiet adxmi-meanings"><summary>What the fields mean</summary>'
        f"<dl>{terms}</dl></details>"
    )


def result_table(frame: Any) -> str:
    """Return the first rows of a frame as HTML."""
    if frame is None:
        return ""
    shown = frame.head(_SHOWN_ROWS).to_html(index=False, escape=True, border=0)
    rest = len(frame) - _SHOWN_ROWS
    more = quiet((f"and {rest} more rows",)) if rest > 0 else ""
    box = '<div class="adxmi-result" tabindex="0" role="group" aria-label="Result">'
    return f"{box}{shown}</div>{more}"
