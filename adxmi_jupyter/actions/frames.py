"""DataFrames with a schema that holds whatever the rows are, none included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

TEXT, FLAG, NUMBER, ANY, MOMENT = "text", "bool", "Int64", "object", "moment"
"""Kinds of columns: string, bool, Int64, object, datetime64[ns, UTC]."""


def fixed_frame(columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """Return the rows as a DataFrame with the given columns, name to kind.

    The dtypes are the same on every pandas: strings are ``string`` and never guessed.
    """
    import pandas as pd

    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = {
        name: _array(list(column), kind)
        for (name, kind), column in zip(columns.items(), cells, strict=True)
    }
    # With an index given, pandas does not align the columns first: half of the time.
    return pd.DataFrame(arrays, index=pd.RangeIndex(len(cells[0])), copy=False)


def _array(cells: list[Any], kind: str) -> Any:
    import pandas as pd

    if kind == MOMENT:
        cells, kind = [pd.Timestamp(cell) for cell in cells], "datetime64[ns, UTC]"
    dtype: Any = pd.StringDtype("python") if kind == TEXT else kind
    return pd.Series(cells, dtype=dtype).array
