"""A month of requests of a busy cluster, made column by column: a million takes a second or two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.columnar import arrow
from adxmi_jupyter.embedded.kusto.logs.recording import logged_text
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.request_archive import COLUMNS, QUERY, RequestArchive
from adxmi_jupyter.embedded.state.request_log import LONGEST, RequestState
from adxmi_jupyter.embedded.state.security import Principal, PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.world import World

NUMBER = "{n}"
"""What is another number in each variant of a text."""
_VARIANTS = 500
_TICK_US = 15_625
_LONGEST_MS, _MOST_ROWS, _BYTES_IN_A_ROW = 4000, 10_000, 48
_GUID = b"00000000-0000-0000-0000-000000000000"
_PROPERTIES = {"SecurityTokenPresent": True, "AuthorizationScheme": "Bearer", "Options": {}}
_LAKE = "https://contosolake.blob.core.windows.net"


@dataclass(frozen=True)
class Pattern:
    """Requests that have all but some numbers in common; of a command, `kind` is its type.

    `share` says how many there are beside those of other patterns. Those with a reason failed.
    """

    text: str
    database: str
    caller: Principal
    application: str = "KusWeb"
    kind: str = QUERY
    share: int = 1
    reason: str = ""


def add_requests(
    world: World,
    count: int,
    patterns: Sequence[Pattern] = (),
    *,
    length: timedelta = LONGEST,
) -> None:
    """Let the cluster have had so many requests, spread over a time before now.

    They are those of the patterns, or of a usual month. What was added before is replaced. A
    ValueError says that there are none to add.
    """
    if count < 1:
        raise ValueError("The number of requests is at least 1.")
    table = _table(patterns or usual_patterns(world), count, world.clock(), length)
    with world.lock:
        world.cluster.logs.requests.archive = RequestArchive(table)


def usual_patterns(world: World) -> tuple[Pattern, ...]:
    """Return what people, dashboards and applications ask the databases of a cluster."""
    person = next(each for each in world.principals if each.kind is PrincipalKind.USER)
    dashboard = _application("operations-dashboard", world.tenant_id)
    loader = _application("orders-loader", world.tenant_id)
    named = world.cluster.identities[0].object_id if world.cluster.identities else "system"
    return tuple(
        pattern
        for database in world.cluster.databases.values()
        for pattern in (
            *_queries(database.name, person, dashboard, named),
            *_commands(database.name, person, loader, named),
        )
    )


def _queries(
    database: str, person: Principal, dashboard: Principal, named: str
) -> tuple[Pattern, ...]:
    signs_in = f"{_LAKE}/archive/{NUMBER}.csv;managed_identity={named}"
    return (
        Pattern(f"Orders | where OrderId == {NUMBER} | take 100", database, person, share=20),
        Pattern(
            f"Orders | summarize Total = sum(Amount) by Region, bin(Placed, 1h) | top {NUMBER} by "
            "Total",
            database,
            dashboard,
            share=40,
        ),
        Pattern(
            f"external_table('Archive') | where Region != 'r{NUMBER}' | count",
            database,
            dashboard,
            share=6,
        ),
        Pattern(f"externaldata(Line: string) [h@'{signs_in}']", database, person, share=2),
        Pattern(f"externaldata(Line: string) ['{signs_in}']", database, person, share=1),
        Pattern(f"Missing{NUMBER} | count", database, person, share=1, reason="Semantic error"),
    )


def _commands(
    database: str, person: Principal, loader: Principal, named: str
) -> tuple[Pattern, ...]:
    signs_in = f"{_LAKE}/landing/{NUMBER}.csv;managed_identity={named}"
    return (
        Pattern(
            f".ingest into table Orders (h'{signs_in}')",
            database,
            loader,
            "OrdersLoader",
            "DataIngestPull",
            share=20,
        ),
        Pattern(
            f".export async to csv (h@'{_LAKE}/exports;managed_identity={named}') <| Orders "
            f"| where OrderId > {NUMBER}",
            database,
            loader,
            "OrdersLoader",
            "DataExportToFile",
            share=2,
        ),
        Pattern(".show tables details", database, person, "Kusto.Explorer", "TablesShowDetails"),
    )


def _application(name: str, tenant_id: str) -> Principal:
    client_id, object_id = stable_id("history", "client", name), stable_id("history", name)
    return Principal(PrincipalKind.APPLICATION, client_id, tenant_id, name, object_id)


def _table(patterns: Sequence[Pattern], count: int, now_ns: int, length: timedelta) -> Any:
    """Return the requests as an Arrow table with the columns of an archive."""
    import numpy as np

    pa = arrow()

    random = np.random.default_rng(2026)
    shares = np.array([each.share for each in patterns], dtype=float)
    which = random.choice(len(patterns), size=count, p=shares / shares.sum())
    ids = random.integers(0, 256, size=(count, 16), dtype=np.uint8)
    milliseconds = random.integers(1, _LONGEST_MS, size=count)
    is_good = np.array([not each.reason for each in patterns])[which]
    rows = np.where(is_good, random.integers(0, _MOST_ROWS, size=count), 0)
    length_us = length // timedelta(microseconds=1)
    moments = now_ns // 1000 - length_us + np.linspace(0, length_us, count, endpoint=False)
    columns = {
        **_texts(patterns, which, random.integers(0, _VARIANTS, size=count)),
        "ClientActivityId": _client_ids(ids),
        "StartedOn": pa.array(moments.astype(np.int64), pa.timestamp("us")),
        "Duration": pa.array(milliseconds * 1000, pa.duration("us")),
        "RootActivityId": _guids(ids),
        "TotalCpu": pa.array(milliseconds // 64 * _TICK_US, pa.duration("us")),
        "RowCount": pa.array(rows),
        "TableSize": pa.array(rows * _BYTES_IN_A_ROW),
    }
    return pa.table({name: columns[name] for name in COLUMNS})


def _texts(patterns: Sequence[Pattern], which: Any, variants: Any) -> dict[str, Any]:
    """Return the columns of texts, each as a dictionary of those that there are."""
    every = [
        logged_text(each.text.replace(NUMBER, str(number)))
        for each in patterns
        for number in range(_VARIANTS)
    ]
    state = {True: RequestState.COMPLETED, False: RequestState.FAILED}
    by_pattern = {
        "CommandType": [each.kind for each in patterns],
        "Database": [each.database for each in patterns],
        "State": [str(state[not each.reason]) for each in patterns],
        "User": [each.caller.shown_name for each in patterns],
        "FailureReason": [each.reason for each in patterns],
        "Application": [each.application for each in patterns],
        "Principal": [each.caller.fqn for each in patterns],
        "ClientRequestProperties": [json.dumps(_PROPERTIES) for _ in patterns],
    }
    columns = {name: _chosen(values, which) for name, values in by_pattern.items()}
    return columns | {"Text": _chosen(every, which * _VARIANTS + variants)}


def _chosen(values: Sequence[str], places: Any) -> Any:
    """Return the values at some places, each of them once in a dictionary."""
    import numpy as np

    pa = arrow()

    unique, inverse = np.unique(np.array(values, dtype=object), return_inverse=True)
    kind = np.int8 if len(unique) <= np.iinfo(np.int8).max else np.int32
    return pa.DictionaryArray.from_arrays(
        pa.array(inverse.astype(kind)[places]), pa.array(unique, pa.string())
    )


def _guids(ids: Any) -> Any:
    pa = arrow()

    data = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(ids), [None, pa.py_buffer(ids.tobytes())]
    )
    return pa.ExtensionArray.from_storage(pa.uuid(), data)


def _client_ids(ids: Any) -> Any:
    """Return texts of an application and a GUID, which is other than that of the answer."""
    import numpy as np

    pa = arrow()

    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    begin = np.frombuffer(b"KustoWebV2;", dtype=np.uint8)
    width = len(begin) + len(_GUID)
    made = np.empty((len(ids), width), dtype=np.uint8)
    made[:, : len(begin)] = begin
    made[:, len(begin) :] = ord("-")
    places = len(begin) + np.flatnonzero(np.frombuffer(_GUID, dtype=np.uint8) != ord("-"))
    made[:, places[::2]] = digits[ids[:, ::-1] >> 4]
    made[:, places[1::2]] = digits[ids[:, ::-1] & 15]
    ends = np.arange(len(ids) + 1, dtype=np.int64) * width
    return pa.LargeStringArray.from_buffers(
        len(ids), pa.py_buffer(ends), pa.py_buffer(made.tobytes())
    )
