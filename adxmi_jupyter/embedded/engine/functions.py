"""The types of what functions and aggregates return (pages: Scalar functions, Aggregations).

A rule is a type or one of the words `first`, `common`, `branches`, `bin`: see `expressions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STRINGS = """
base64_decode_tostring base64_decodestring base64_encode_tostring base64_encodestring extract
format_datetime format_timespan gettype hash_md5 hash_sha1 hash_sha256 parse_ipv6 replace
replace_regex replace_string reverse strcat strcat_array strcat_delim strrep substring tolower
tostring toupper trim trim_end trim_start
"""
_LONGS = """
array_index_of array_length binary_and binary_not binary_or binary_shift_left binary_shift_right
binary_xor countof datetime_diff indexof parse_ipv4 strlen tolong
"""
_INTS = """
datetime_part dayofmonth dayofyear getmonth getyear hourofday monthofyear toint week_of_year
weekofyear
"""
_REALS = """
acos array_sum asin atan atan2 cos cot degrees exp exp10 exp2 gamma log log10 log2 pi pow radians
rand sign sin sqrt tan todouble toreal
"""
_DATETIMES = """
datetime_add endofday endofmonth endofweek endofyear make_datetime startofday startofmonth
startofweek startofyear todatetime
"""
_BOOLS = """
isempty isfinite isinf isnan isnotempty isnotnull isnull not notnull set_has_element tobool
toboolean
"""
_DYNAMICS = """
array_concat array_reverse array_slice array_sort_asc array_sort_desc bag_pack extract_all pack
pack_array parse_json parse_url split todynamic zip
"""


def _kinds(words: str, kind: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), kind)


SCALARS: Mapping[str, str] = {
    **_kinds(_STRINGS, "string"),
    **_kinds(_LONGS, "long"),
    **_kinds(_INTS, "int"),
    **_kinds(_REALS, "real"),
    **_kinds(_DATETIMES, "datetime"),
    **_kinds(_BOOLS, "bool"),
    **_kinds(_DYNAMICS, "dynamic"),
    **_kinds("dayofweek make_timespan timespan totimespan", "timespan"),
    **_kinds("new_guid toguid", "guid"),
    "todecimal": "decimal",
    **_kinds("abs ceiling round", "first"),
    **_kinds("coalesce max_of min_of", "common"),
    **_kinds("iff iif case", "branches"),
    **_kinds("bin floor", "bin"),
}

# Functions of one argument that make it a value of a type.
CONVERTING: Mapping[str, str] = {
    "tostring": "string",
    "toint": "int",
    "tolong": "long",
    "todouble": "real",
    "toreal": "real",
    "todecimal": "decimal",
    "tobool": "bool",
    "toboolean": "bool",
    "todatetime": "datetime",
    "totimespan": "timespan",
    "toguid": "guid",
}
# The types that the first arguments of some functions have to have; others take any.
NUMBERS = frozenset({"int", "long", "real", "decimal"})
_OF_MOMENTS = """
dayofmonth dayofweek dayofyear endofday endofmonth endofweek endofyear format_datetime getmonth
getyear hourofday monthofyear startofday startofmonth startofweek startofyear week_of_year
weekofyear
"""
_OF_NUMBERS = """
acos asin atan atan2 ceiling cos cot degrees exp exp10 exp2 gamma isfinite isinf isnan log log10
log2 pow radians round sign sin sqrt tan
"""
TAKES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_OF_MOMENTS.split(), frozenset({"datetime"})),
    **dict.fromkeys(_OF_NUMBERS.split(), NUMBERS),
    "not": frozenset({"bool"}),
}
# Every argument of these, or the first one only, is read as a text.
OF_TEXTS = frozenset({"strcat", "strcat_delim"})
_OF_ONE_TEXT = """
countof parse_url replace replace_string reverse split strlen strrep substring tolower toupper
base64_encode_tostring hash_md5 hash_sha1 hash_sha256
"""
OF_ONE_TEXT = frozenset(_OF_ONE_TEXT.split())

# Rules of aggregates: a type, or `first` (its argument's type), `sum`, `avg`.
AGGREGATES: Mapping[str, str] = {
    **_kinds("count countif dcount dcountif", "long"),
    **_kinds("stdev stdevif variance varianceif", "real"),
    **_kinds("make_list make_set", "dynamic"),
    **_kinds("min max any take_any", "first"),
    "percentile": "percentile",
    **_kinds("sum sumif", "sum"),
    **_kinds("avg avgif", "avg"),
}
SEVERAL = frozenset({"arg_max", "arg_min"})
ORDERABLE = frozenset({"string", "int", "long", "real", "decimal", "bool", "datetime", "timespan"})
