"""What ran day by day: flows that use identities, one that stopped, and what was denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import throttled
from adxmi_jupyter.embedded.seed.history.cast import LAKE
from adxmi_jupyter.embedded.seed.history.timeline import Client, Moment
from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
from adxmi_jupyter.embedded.state.request_log import RequestState

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.seed.history.cast import Cast
    from adxmi_jupyter.embedded.seed.history.timeline import Timeline

_FIRST_DAY, _FIRST_DAY_OF_THE_ARCHIVE, _WEEK = 29, 20, 7
_LOADED, _UPDATED = range(28, 11, -1), range(24, 9, -1)
_HUB = "contosohub/orders"
_ERP = (
    "Server=tcp:contososql.database.windows.net,1433;Database=Erp;"
    'Authentication="Active Directory Managed Identity";'
)
_ARCHIVE = "external_table('ArchivedOrders') | where Region == '%s' | summarize sum(Amount)"


def add_workflows(line: Timeline, cast: Cast) -> None:
    """Add all of it, day by day."""
    for day in range(_FIRST_DAY, 0, -1):
        _add_dashboard(line, cast, day)
        _add_connection(line, day)
        if day <= _FIRST_DAY_OF_THE_ARCHIVE and day % _WEEK:
            _add_archive(line, cast, day)
    _add_nightly_load(line, cast)
    _add_update_policy(line)
    _add_weekly_copy(line, cast)
    _add_lab(line, cast)
    _add_streams(line, cast)
    _add_denials(line, cast)
    _add_busy_days(line, cast)
    _add_ingestion_failures(line, cast)


def _add_dashboard(line: Timeline, cast: Cast, day: int) -> None:
    """Add queries of local tables: no identity is involved."""
    dashboard = Client(cast.reader.principal, "Grafana-ADX")
    for clock, database, text in (
        ("07:45", "Sales", "Orders | summarize count() by Region"),
        ("07:46", "Telemetry", "Events | where Timestamp > ago(1d) | summarize count() by Level"),
        ("16:30", "Sales", "Orders | summarize sum(Amount)"),
    ):
        line.query(Moment(day, clock), dashboard, database, text, rows=3)


def _add_connection(line: Timeline, day: int) -> None:
    """Add what the data connection `sales-orders` ingested as `mi-ingest`."""
    for clock in ("00:20", "06:20", "12:20", "18:20"):
        line.ingestion(Moment(day, clock), "Sales", "Orders", rows=120 + day)
    line.ingestion(Moment(day, "03:00"), "Telemetry", "Events", rows=900 + day)


def _add_archive(line: Timeline, cast: Cast, day: int) -> None:
    """Add queries of the external table that is read as `mi-export`."""
    region = ("north", "south", "west")[day % 3]
    line.query(Moment(day, "08:30"), cast.reader, "Sales", _ARCHIVE % region)


def _add_nightly_load(line: Timeline, cast: Cast) -> None:
    """Add blobs that an application ingested as `mi-ingest`, until it lost its role and stopped."""
    source = f"{LAKE}/landing/orders-%02d.csv;managed_identity={cast.object_id('mi-ingest')}"
    text = ".ingest into table Orders (h'{}') with (format='csv', ignoreFirstRecord=true)"
    for day in _LOADED:
        when = Moment(day, "02:10")
        line.command(when, cast.loader, "Sales", text.format(source % day), "DataIngestPull")
        line.ingestion(when, "Sales", "Orders", 1500 + day, cast.loader)
    reason = (
        f"Principal '{cast.loader.principal.fqn}' is not authorized to perform operation "
        "'DataIngestPull' on 'Sales'."
    )
    for day in (11, 10):
        when, denied = Moment(day, "02:10"), text.format(source % day)
        line.command(when, cast.loader, "Sales", denied, "DataIngestPull", reason=reason)


def _add_update_policy(line: Timeline) -> None:
    """Add runs of the update policy that ran as `mi-export` until it was deleted."""
    for day in _UPDATED:
        line.update(Moment(day, "03:00"), "Telemetry", "Heartbeats", "Events", rows=900 + day)


def _add_weekly_copy(line: Timeline, cast: Cast) -> None:
    text = (
        ".set-or-append Customers <| datatable(CustomerId:long, Name:string, Active:bool) "
        "[3, 'Litware', false]"
    )
    for day in (23, 16, 9, 2):
        when = Moment(day, "06:00")
        line.command(when, cast.admin, "Sales", text, "TableSetOrAppend")
        line.ingestion(when, "Sales", "Customers", 1, cast.admin, from_query=True)


def _add_lab(line: Timeline, cast: Cast) -> None:
    """Add experiments without any identity, where the system identity may do all."""
    text = "Experiments | evaluate python(typeof(*, Score:real), 'result = df')"
    for day in (22, 15, 5):
        line.query(Moment(day, "13:05"), cast.admin, "Tom's Lab", text, rows=2)


def _add_streams(line: Timeline, cast: Cast) -> None:
    place = ("Telemetry", "Heartbeats")
    for day in range(13, 0, -1):
        line.stream(Moment(day, "10:00"), cast.gateway, place, rows=60)
    code, details = "BadRequest_InvalidOrEmptyTableName", "The table name is empty."
    line.stream(Moment(3, "10:01"), cast.gateway, place, rows=1, failure=(code, details))


def _add_denials(line: Timeline, cast: Cast) -> None:
    """Add what no policy allows: it shows which usages were requested."""
    export = cast.object_id("mi-export")
    reason = cast.denied("mi-export", "ExternalTable", "Telemetry")
    for day, clock in ((13, "09:40"), (13, "09:41"), (6, "09:15"), (3, "15:20")):
        text = "external_table('OrdersDelta') | take 100"
        _fail(line, Moment(day, clock), cast.reader, "Telemetry", text, reason)
    reason = cast.denied("mi-export", "ExternalDataRequest", "Sales")
    source = f"{LAKE}/landing/orders.csv;managed_identity={export}"
    for day, literal in ((17, f'"{source}"'), (8, f"h@'{source}'")):
        text = f"externaldata(OrderId:long, Region:string) [{literal}] | count"
        _fail(line, Moment(day, "11:35"), cast.admin, "Sales", text, reason)
    sql = "'select * from dbo.Stock'"
    text = f"evaluate sql_request('{_ERP}User Id={export}', {sql})"
    reason = cast.denied("mi-export", "SqlRequest", "Sales")
    _fail(line, Moment(18, "14:50"), cast.admin, "Sales", text, reason)
    text = f'.export to csv ("{LAKE}/exports;managed_identity={export}") <| Orders'
    reason = cast.denied("mi-export", "ExportRequest", "Sales")
    line.command(Moment(11, "17:10"), cast.admin, "Sales", text, "DataExportToFile", reason=reason)


def _add_busy_days(line: Timeline, cast: Cast) -> None:
    """Add queries that the service had no time for, and one that somebody gave up."""
    for clock in ("11:00", "11:01"):
        text = "Orders | join kind=inner Customers on $left.OrderId == $right.CustomerId"
        state, reason = RequestState.THROTTLED, throttled().message
        line.query(Moment(7, clock), cast.reader, "Sales", text, state=state, reason=reason)
    text = "Events | join kind=fullouter Heartbeats on Timestamp"
    state, reason = RequestState.CANCELLED, "The query was cancelled."
    line.query(Moment(5, "15:55"), cast.reader, "Telemetry", text, state=state, reason=reason)


def _fail(
    line: Timeline, when: Moment, client: Client, database: str, text: str, reason: str
) -> None:
    line.query(when, client, database, text, state=RequestState.FAILED, reason=reason)


def _add_ingestion_failures(line: Timeline, cast: Cast) -> None:
    """Add what the service could not ingest from its queues and connections."""
    sender, shape = cast.fqn("mi-ingest"), "Format=csv"
    spoiled = Attempt("Telemetry", "Events", _HUB, sender, "Format=json")
    line.failure(Moment(10, "01:00"), spoiled, "Stream_WrongNumberOfFields", "A record is short.")
    queued = Attempt(
        "Telemetry", "Events", f"{LAKE}/landing/events.csv", cast.loader.principal.fqn, shape
    )
    denial = cast.denied("mi-ingest", "NativeIngestion", "Telemetry")
    details = f"ManagedIdentityNotAllowedByPolicyException: {denial}"
    for day in (9, 6):
        line.failure(Moment(day, "05:10"), queued, "Forbidden", details)
