"""DataFrames whose pictures show service text as text: no mark-up, no formula, no hidden sign.

A display name is hostile input. pandas escapes HTML, but leaves what lies between dollar signs to
MathJax, which makes links of it, and shows signs that turn a line around or stand for nothing.
"""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd

_LINES = "\n\r\t"
NO_MATH = "tex2jax_ignore mathjax_ignore"
"""The classes of HTML whose text MathJax leaves alone, in its versions 2 and 3."""


class SafeFrame(pd.DataFrame):
    """A frame that shows its texts as they are; so does what is made from it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        given = arguments[0] if arguments else None
        if isinstance(given, pd.DataFrame):
            self.attrs = dict(given.attrs)

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return SafeFrame

    def __repr__(self) -> str:
        return pd.DataFrame.__repr__(_visible(self))

    def _repr_html_(self) -> str | None:
        shown = _visible(self)
        with pd.option_context("display.html.use_mathjax", False):
            table: str | None = shown._repr_html_()  # type: ignore[operator]
        return table and f'<div class="{NO_MATH}">{table}</div>'

    def _repr_latex_(self) -> str | None:
        with pd.option_context("styler.format.escape", "latex"):
            text: str | None = pd.DataFrame(self)._repr_latex_()  # type: ignore[operator]
        return text

    def __reduce_ex__(self, protocol: Any) -> Any:
        plain = pd.DataFrame(self)  # who reads it may not have this package
        plain.attrs = dict(self.attrs)
        return pickle.loads, (pickle.dumps(plain, protocol),)


SafeFrame.__name__ = "DataFrame"  # what it is to those who use it


class Whole(SafeFrame):
    """A frame whose long cells are not cut: for results whose values are there to be copied."""

    def __repr__(self) -> str:
        return _visible(self).to_string()  # where it is empty, that names the class

    def _repr_html_(self) -> str | None:
        with pd.option_context("display.max_colwidth", None):
            return super()._repr_html_()


def safe(result: object) -> object:
    """Return a result as it may be shown; frames with a picture of their own see to it."""
    return SafeFrame(result) if type(result) is pd.DataFrame else result


def visible(text: str) -> str:
    r"""Return a text with escapes for what cannot be seen, or turns the line around.

    >>> visible("mi\u202eexport")
    'mi\\u202eexport'
    """
    if text.isprintable():
        return text
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in _LINES:
        return sign
    return sign.encode("unicode_escape").decode()


def _visible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a plain frame with the texts that can be seen; the very cells where all can."""
    plain = pd.DataFrame(frame)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            shown = [visible(cell) if isinstance(cell, str) else cell for cell in column]
            if any(cell is not other for cell, other in zip(shown, column, strict=True)):
                plain.isetitem(place, pd.Series(shown, dtype=object).array)
    plain.columns = [visible(one) if isinstance(one, str) else one for one in frame.columns]
    return plain
