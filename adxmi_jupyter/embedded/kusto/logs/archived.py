"""Requests of the archive as columns of `.show queries` and the like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.columnar import ColumnarRows, arrow, compute
from adxmi_jupyter.embedded.kusto.logs.statistics import (
    CACHE,
    GROUP,
    LEAST_MEMORY,
    SCANNED,
    resources,
    result_set,
)
from adxmi_jupyter.embedded.state.request_archive import QUERY
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from adxmi_jupyter.embedded.kusto.logs.visibility import Sees
    from adxmi_jupyter.embedded.state.request_archive import RequestArchive


def archived(
    archive: RequestArchive, first_ns: int, sees: Sees, *, queries: bool, commands: bool
) -> ColumnarRows:
    """Return the requests from a moment on that a caller sees: queries, commands, or both."""
    found = archive.since(first_ns)
    masks = []
    if not (queries and commands):
        masks.append(_among(found["CommandType"], {QUERY}, negated=commands))
    if not sees.all:
        own = _among(found["Principal"], {sees.own})
        masks.append(compute().or_(own, _among(found["Database"], sees.databases)))
    if not masks:
        return ColumnarRows(len(found), lambda names: _columns(found, names))
    mask = masks[0] if len(masks) == 1 else compute().and_(*masks)
    count = compute().sum(mask).as_py() or 0
    return ColumnarRows(count, lambda names: _columns(found, names, mask))


def _columns(found: Any, names: Collection[str], mask: Any = None) -> Any:
    """Return some columns as an Arrow table, those that are not kept made for it."""
    pa = arrow()

    kept = [name for name in found.column_names if name in names or _is_for(name, names)]
    part = found.select(kept or ["TableSize"])
    part = part if mask is None else part.filter(mask)
    made = {
        name: _MADE[name](part) if name in _MADE else part[name]
        for name in names
        if name in _MADE or name in part.column_names
    }
    return pa.table(made or {"n": part["TableSize"]})


def _is_for(name: str, names: Collection[str]) -> bool:
    return any(name in _NEEDED.get(each, ()) for each in names)


def _among(column: Any, values: Collection[str], *, negated: bool = False) -> Any:
    """Return which values of a column are among some; those of a dictionary are looked up once."""
    pa = arrow()

    wanted = pa.array(list(values), pa.string())
    chunks = []
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            found = compute().is_in(chunk.dictionary, value_set=wanted)
            chunks.append(compute().take(found, chunk.indices))
        else:
            chunks.append(compute().is_in(chunk, value_set=wanted))
    mask = pa.chunked_array(chunks, pa.bool_())
    return compute().invert(mask) if negated else mask


def _same(value: Any) -> Callable[[Any], Any]:
    """Return what makes a column of one text, or of the JSON of one value."""
    text = value if isinstance(value, str) else json.dumps(value)

    def column(part: Any) -> Any:
        pa = arrow()

        places = pa.repeat(pa.scalar(0, pa.int8()), len(part))
        return pa.DictionaryArray.from_arrays(places, pa.array([text]))

    return column


def _memory(part: Any) -> Any:
    return compute().add(compute().multiply(part["TableSize"], 2), LEAST_MEMORY)


def _updated(part: Any) -> Any:
    return compute().add(part["StartedOn"], part["Duration"])


def _answer(part: Any) -> Any:
    return _json(result_set(_FIRST, _SECOND), part["RowCount"], part["TableSize"])


def _resources(part: Any) -> Any:
    """Return the column of `.show commands`; lengths of time are turned into texts one by one."""
    pa = arrow()

    encoded = part["TotalCpu"].combine_chunks().dictionary_encode()
    texts = pa.array([timespan_text(each) for each in encoded.dictionary.to_pylist()], pa.string())
    cpu = compute().take(texts, encoded.indices)
    return _json(resources(_FIRST, str(_SECOND)), _memory(part), cpu)


def _json(template: Any, first: Any, second: Any) -> Any:
    """Return JSON texts in which two columns stand in the places of two numbers."""
    pa = arrow()

    before, _, rest = json.dumps(template).partition(str(_FIRST))
    between, _, behind = rest.partition(str(_SECOND))
    columns = [compute().cast(each, pa.string()) for each in (first, second)]
    pieces = (before, columns[0], between, columns[1], behind)
    return compute().binary_join_element_wise(*pieces, "")


_FIRST, _SECOND = 1_000_000_007, 2_000_000_011
_MADE: Mapping[str, Callable[[Any], Any]] = {
    "LastUpdatedOn": _updated,
    "MemoryPeak": _memory,
    "ResultSetStatistics": _answer,
    "ResourcesUtilization": _resources,
    "CacheStatistics": _same(CACHE),
    "ScannedExtentsStatistics": _same(SCANNED),
    "WorkloadGroup": _same(GROUP),
    "OverallQueryStats": _same(""),
    "VirtualCluster": _same(""),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "LastUpdatedOn": ("StartedOn", "Duration"),
    "MemoryPeak": ("TableSize",),
    "ResultSetStatistics": ("RowCount", "TableSize"),
    "ResourcesUtilization": ("TableSize", "TotalCpu"),
}
