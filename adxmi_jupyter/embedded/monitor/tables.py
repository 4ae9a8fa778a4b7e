"""Rows of a table: those that clusters send, and those that the workspace was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.columnar import ColumnarRows, arrow
from adxmi_jupyter.embedded.kusto.logs.requests import shown_request
from adxmi_jupyter.embedded.kusto.logs.visibility import Sees
from adxmi_jupyter.embedded.monitor.columns import COLUMNS, OTHERS
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.journal import version_text
from adxmi_jupyter.embedded.state.log_workspaces import sent_to
from adxmi_jupyter.embedded.state.timestamps import moment_of, with_all_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from adxmi_jupyter.embedded.monitor.columns import Columns
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.journal import JournalEntry
    from adxmi_jupyter.embedded.state.log_workspaces import LogWorkspace
    from adxmi_jupyter.embedded.state.world import World

Row = dict[str, Any]
_CATEGORIES = {"ADXQuery": "Query", "ADXCommand": "Command", "ADXJournal": "Journal"}
# By the name of a column in a workspace: that of the cluster's own log.
_SHOWN = {
    "TimeGenerated": "StartedOn",
    "CorrelationId": "ClientActivityId",
    "DatabaseName": "Database",
    "ApplicationName": "Application",
    "TotalCPU": "TotalCpu",
    "ResourceUtilization": "ResourcesUtilization",
    "TablesStatistics": "ScannedExtentsStatistics",
}
_SAME = {"TableCount": 1, "SourceSystem": "Azure"}


@dataclass(frozen=True)
class Span:
    """The time that a query is about, in nanoseconds since 1970."""

    first_ns: int
    last_ns: int

    def has(self, moment: str) -> bool:
        """Tell whether a moment is in it."""
        whole = with_all_digits(moment)
        return moment_of(self.first_ns) <= whole <= moment_of(self.last_ns)


@dataclass(frozen=True)
class Table:
    """A table within the time of a query."""

    columns: Columns
    rows: list[list[Any]]
    older: ColumnarRows | None = None


def table_of(world: World, workspace: LogWorkspace, name: str, span: Span) -> Table | None:
    """Return a table; None where nothing ever was sent to one of this name."""
    workspace.remember(world)
    category, given = _CATEGORIES.get(name, ""), workspace.tables.get(name)
    senders = [each for each in world.clusters if category in sent_to(each, workspace)]
    if given is None and not senders:
        return None
    rows, older = list(given or ()), None
    for cluster in senders:
        cluster.logs.remember(world.at(cluster))
        rows += map(_from(cluster, name), _sent(cluster, world, category))
        older = older or _older(cluster, name, span)
    columns = COLUMNS.get(name) or _columns_of(rows)
    found = [each for each in rows if span.has(str(each["TimeGenerated"]))]
    values = {"TenantId": workspace.workspace_id, "Type": name, **_SAME}
    return Table(columns, [[{**values, **row}.get(c) for c, _ in columns] for row in found], older)


def _sent(cluster: Cluster, world: World, category: str) -> Iterator[Row]:
    if category == "Journal":
        yield from map(_entry, cluster.journal.within_retention(world.clock()))
        return
    for each in cluster.logs.requests.ended(world.clock()):
        if each.head.is_query is (category == "Query"):
            yield shown_request(each)


def _from(cluster: Cluster, name: str) -> Callable[[Row], Row]:
    """Return what turns a row of the cluster's own log into one of a workspace."""
    place = cluster_id(cluster).casefold()

    def row(shown: Row) -> Row:
        named = {column: shown.get(_SHOWN.get(column, column)) for column, _ in COLUMNS[name]}
        return {key: value for key, value in named.items() if value is not None} | {
            "_ResourceId": place
        }

    return row


def _entry(entry: JournalEntry) -> Row:
    change = entry.change
    return {
        "StartedOn": entry.timestamp,
        "OperationTimestamp": entry.timestamp,
        "Event": change.event,
        "ChangeCommand": change.command,
        "Database": change.database,
        "EntityName": change.entity,
        "UpdatedEntityName": change.new_name or change.entity,
        "EntityContainerName": change.container,
        "EntityVersion": version_text(entry.version),
        "OriginalEntityVersion": version_text(entry.version - (1 if entry.moved else 0)),
        "OriginalEntityState": change.before,
        "UpdatedEntityState": change.after,
        "Principal": change.caller.fqn,
        "User": change.caller.shown_name,
        "ClientActivityId": change.client_request_id,
        "RootActivityId": change.activity_id,
    }


def _older(cluster: Cluster, name: str, span: Span) -> ColumnarRows | None:
    """Return the requests of an archive as columns of a workspace; None for other logs."""
    archive = cluster.logs.requests.archive
    if archive is None or name not in {"ADXQuery", "ADXCommand"}:
        return None
    from adxmi_jupyter.embedded.kusto.logs.archived import archived

    is_query = name == "ADXQuery"
    everybody = Sees("", frozenset(), all=True)
    found = archived(
        archive.until(span.last_ns),
        span.first_ns,
        everybody,
        queries=is_query,
        commands=not is_query,
    )
    same = {**_SAME, "Type": name, "TenantId": "", "_ResourceId": cluster_id(cluster).casefold()}
    return ColumnarRows(found.count, lambda names: _renamed(found, names, same))


def _renamed(found: ColumnarRows, names: Collection[str], same: Mapping[str, Any]) -> Any:
    pa = arrow()
    kept = {name: _SHOWN.get(name, name) for name in names if name not in same}
    part = found.table(set(kept.values()))
    columns = {name: part[shown] for name, shown in kept.items()}
    if "RootActivityId" in columns:
        columns["RootActivityId"] = pa.array(map(str, columns["RootActivityId"].to_pylist()))
    places = pa.repeat(pa.scalar(0, pa.int8()), len(part))
    for name in names:
        if name in same:
            value = pa.array([same[name]])
            columns[name] = pa.DictionaryArray.from_arrays(places, value)
    return pa.table(columns) if columns else part


def _columns_of(rows: Iterable[Row]) -> Columns:
    """Return the columns of a table that is not known: texts, and numbers where all are."""
    known = dict(OTHERS)
    for row in rows:
        for name, value in row.items():
            known.setdefault(name, _kind(value))
    return tuple(known.items())


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "long"
    if isinstance(value, float):
        return "real"
    return "string" if isinstance(value, str) else "dynamic"
