"""A DataFrame that shows its cells whole: for results whose values are there to be copied."""

from __future__ import annotations

import pandas as pd


class Whole(pd.DataFrame):
    """A frame whose long cells are not cut; what is made from it is a plain DataFrame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__(frame)  # type: ignore[call-arg]
        self.attrs = dict(frame.attrs)

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        return pd.DataFrame(self).to_string()  # where it is empty, that names the class

    def _repr_html_(self) -> str | None:
        with pd.option_context("display.max_colwidth", None):
            return pd.DataFrame(self)._repr_html_()  # type: ignore[operator,no-any-return]
