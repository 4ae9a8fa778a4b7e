"""What the log of commands has of the runs of continuous exports: see `ExportPrincipal`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.columns import quoted_name
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.behaviours import ExportPrincipal
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.request_log import (
    LoggedRequest,
    RequestEnd,
    RequestHead,
    RequestState,
)
from adxmi_jupyter.embedded.state.security import ADMIN_TOKEN
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ContinuousExport
    from adxmi_jupyter.embedded.state.world import World

_APPLICATION = "Kusto.ContinuousExport"
_COMMAND_TYPE = "DataExportToExternalTable"
_SYSTEM = "system"


def note_run(world: World, database: Database, export: ContinuousExport, failure: str = "") -> None:
    """Put a run of an export with an identity into the log, as the principal that it runs as."""
    principal = _principal(world, export)
    if not principal:
        return
    mark = world.mint("export run")
    head = RequestHead(
        f"{_APPLICATION};{mark}",
        mark,
        f".export to table {quoted_name(export.external_table)} <| {masked_literals(export.query)}",
        database.name,
        principal,
        "",
        "",
        _APPLICATION,
        is_query=False,
        started_ns=world.clock(),
    )
    state = RequestState.FAILED if failure else RequestState.COMPLETED
    end = RequestEnd(state, failure, _COMMAND_TYPE, timedelta(seconds=1))
    world.cluster.logs.requests.add(LoggedRequest(head, end))


def _principal(world: World, export: ContinuousExport) -> str:
    """Return as whom it is logged; empty where it is not."""
    match world.behaviours.export_principal:
        case ExportPrincipal.IDENTITY:
            return _identity(world, export)
        case ExportPrincipal.CREATOR if export.managed_identity:
            admin = world.principal(ADMIN_TOKEN)
            return export.made_by or (admin.fqn if admin else "")
        case ExportPrincipal.SERVICE if export.managed_identity:
            return f"aadapp={stable_id('client', 'continuous export')};{world.tenant_id}"
        case _:
            return ""


def _identity(world: World, export: ContinuousExport) -> str:
    cluster, kept = world.cluster, export.managed_identity
    own = cluster.system_identity
    found = own if kept.casefold() == _SYSTEM else cluster.assigned(kept)
    return as_principal(found).fqn if found else ""
