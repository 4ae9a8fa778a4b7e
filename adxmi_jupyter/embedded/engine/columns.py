"""The types of columns, by every name Kusto has for them (page: Scalar data types)."""

from __future__ import annotations

from collections.abc import Mapping

NET_TYPES: Mapping[str, str] = {
    "string": "System.String",
    "datetime": "System.DateTime",
    "int": "System.Int32",
    "long": "System.Int64",
    "guid": "System.Guid",
    "real": "System.Double",
    "dynamic": "System.Object",
    "bool": "System.SByte",
    "timespan": "System.TimeSpan",
    "decimal": "System.Data.SqlTypes.SqlDecimal",
}
_SYNONYMS = {
    "boolean": "bool",
    "date": "datetime",
    "time": "timespan",
    "uniqueid": "guid",
    "double": "real",
    "float": "real",
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "uint8": "int",
    "uint16": "int",
    "int64": "long",
    "uint": "long",
    "uint32": "long",
    "uint64": "long",
    "ulong": "long",
}


def canonical(word: str) -> str:
    """Return the name of a type that results have."""
    return _SYNONYMS.get(word, word)
