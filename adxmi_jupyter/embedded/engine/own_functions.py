"""Functions that the translator has not, each one expression of DuckDB's SQL.

Those with a `$` are made where types are known: no query can hold them.
"""

from __future__ import annotations

from collections.abc import Mapping

# Kusto has functions that the translator has not, for which one expression of SQL is enough.
# Those with a `$` are made by `expressions`, where types are known: no query can hold them.
_LENGTH_TEXT = (
    "coalesce((SELECT CASE WHEN u < 0 THEN '-' ELSE '' END"
    " || CASE WHEN abs(u) >= 86400000000 THEN (abs(u) // 86400000000) || '.' ELSE '' END"
    " || lpad(CAST(abs(u) // 3600000000 % 24 AS VARCHAR), 2, '0') || ':'"
    " || lpad(CAST(abs(u) // 60000000 % 60 AS VARCHAR), 2, '0') || ':'"
    " || lpad(CAST(abs(u) // 1000000 % 60 AS VARCHAR), 2, '0')"
    " || CASE WHEN u % 1000000 = 0 THEN ''"
    " ELSE '.' || lpad(CAST(abs(u) % 1000000 AS VARCHAR), 6, '0') || '0' END"
    " FROM (SELECT epoch_us({0}) AS u)), '')"
)


_MOMENT_TEXT = (
    "coalesce((SELECT replace(left(t, 19), ' ', 'T') || '.' || rpad(substring(t, 21, 7), 7, '0')"
    " || 'Z' FROM (SELECT CAST({0} AS VARCHAR) AS t)), '')"
)
_BIN_MOMENT = (
    "make_timestamp((epoch_us({0}) + 62135596800000000) // nullif(epoch_us({1}), 0)"
    " * epoch_us({1}) - 62135596800000000)"
)
OWN_FUNCTIONS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "todecimal": ("TRY_CAST({0} AS DECIMAL(38,9))", (1,)),
    "new_guid": ("uuid()", (0,)),
    "rand": ("random()", (0,)),
    "$duration": ("to_microseconds(TRY_CAST(round({0}) AS BIGINT))", (1,)),
    "$microseconds": ("epoch_us({0})", (1,)),
    "$text": ("coalesce({0}, '')", (1,)),
    "$listed": ("nullif({0}, '')", (1,)),
    "$long": ("CAST({0} AS BIGINT)", (1,)),
    "$joined": ("concat({})", ()),
    "$divided": ("(CAST({0} AS DOUBLE) / CAST({1} AS DOUBLE))", (2,)),
    "$ratio": ("(epoch_us({0}) / epoch_us({1}))", (2,)),
    # Kusto's bins of time begin with the year 1, on a Monday.
    "$bin_moment": (_BIN_MOMENT, (2,)),
    # The last moment of a day has seven digits.
    "$last_tick": ("make_timestamp_ns(epoch_us({0}) * 1000 + 900)", (1,)),
    "$bin_length": (
        "to_microseconds(CAST(floor(epoch_us({0}) / epoch_us({1})) AS BIGINT) * epoch_us({1}))",
        (2,),
    ),
    "$real": ("CAST({0} AS DOUBLE)", (1,)),
    "$truncated": ("TRY_CAST(trunc({0}) AS BIGINT)", (1,)),
    "$int": ("TRY_CAST(trunc({0}) AS INTEGER)", (1,)),
    "$real_text": (
        "coalesce(CASE WHEN isnan({0}) THEN 'NaN' ELSE CAST({0} AS VARCHAR) END, '')",
        (1,),
    ),
    "$dynamic_text": ("coalesce({0} ->> '$', '')", (1,)),
    "$plain_text": ("coalesce(CAST({0} AS VARCHAR), '')", (1,)),
    "$bool_text": ("CASE WHEN {0} THEN 'True' WHEN NOT {0} THEN 'False' ELSE '' END", (1,)),
    "$moment": ("TRY_CAST({0} AS TIMESTAMP_NS)", (1,)),
    "$moment_text": (
        _MOMENT_TEXT,
        (1,),
    ),
    "$length_text": (_LENGTH_TEXT, (1,)),
    "$decimal_text": ("coalesce(rtrim(rtrim(CAST({0} AS VARCHAR), '0'), '.'), '')", (1,)),
}
