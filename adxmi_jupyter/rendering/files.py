"""Results as files: CSV that a spreadsheet computes nothing of, and JSON as it is.

Names of identities and databases are what somebody else chose. A spreadsheet takes a text that
begins like a formula for one, so an apostrophe stands before it, as spreadsheets themselves do.

Source: *CSV Injection* (OWASP).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(
    # At the beginning, in a later line, or behind what separates cells elsewhere than here. What
    # is not seen counts for nothing, and some spreadsheets take wide signs for the plain ones.
    r"(?P<before>\A|[\r\n]|[;\t])(?P<unseen>(?:[^\S\r\n\t]|[\"'\x00-\x08\x0e-\x1f\u200b-\u200f\u2060\ufeff])*)"
    r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b])"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BREAKS = ("\t", "\r", "\n")


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV: lists as texts with commas, as the service writes them.

    Texts that a spreadsheet would compute have an apostrophe before them; numbers stay numbers.
    """
    shown = frame.map(_cell)
    shown.columns = [_cell(name) for name in frame.columns]
    return shown.to_csv(index=False)


def json_text(frame: pd.DataFrame) -> str:
    """Return a frame as a JSON array of objects, values as they are."""
    records = json.loads(frame.to_json(orient="records", date_format="iso"))
    return json.dumps(records, indent=2, ensure_ascii=False) + "\n"


def _cell(cell: object) -> object:
    if isinstance(cell, tuple):
        return defused(", ".join(map(str, cell)))
    if isinstance(cell, list | dict | set):
        return defused(str(cell))
    return defused(cell) if isinstance(cell, str) else cell


def defused(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula, and no terminal for a command.

    >>> defused("=1+1"), defused("mi-export"), defused("a\n@b")
    ("'=1+1", 'mi-export', "a\n'@b")
    """
    plain = _FORMULA.sub(r"\g<before>'\g<unseen>", _CONTROLS.sub(_escaped, text))
    return f"'{plain}" if plain.startswith(_BREAKS) else plain


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
