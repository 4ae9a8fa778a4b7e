"""`.show ingestion failures` (page: `.show ingestion failures` command)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.logs.visibility import seen_by
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.data_log import kept
from adxmi_jupyter.embedded.state.security import PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import ShowIngestionFailures
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.ingestion import IngestionFailure
    from adxmi_jupyter.embedded.state.world import World

_KEPT = timedelta(days=14)


def show_failures(command: ShowIngestionFailures, session: Session) -> Result:
    """Return the failures of 14 days that the caller may see, oldest first."""
    session.require_any_role("IngestionFailuresShowCommand")
    world, sees, wanted = session.world, seen_by(session), command.operation_id
    world.cluster.logs.remember(world)
    recent = kept(world.ingestion.failures, world.clock(), _KEPT, lambda each: each.failed_ns)
    return result(
        "OperationId:guid, Database:string, Table:string, FailedOn:datetime, "
        "IngestionSourcePath:string, Details:string, FailureKind:string, RootActivityId:guid, "
        "OperationKind:string, OriginatesFromUpdatePolicy:bool, ErrorCode:string, "
        "Principal:string, ShouldRetry:bool, User:string, IngestionProperties:string, "
        "NumberOfSources:int",
        [
            _row(each, world)
            for each in recent
            if sees(each.attempt.database, each.attempt.principal)
            if wanted is None or each.operation_id == wanted.casefold()
        ],
    )


def _row(failure: IngestionFailure, world: World) -> list[Any]:
    attempt = failure.attempt
    return [
        failure.operation_id,
        attempt.database,
        attempt.table,
        failure.failed_on,
        attempt.source,
        failure.details,
        "Permanent",
        failure.activity_id,
        "DataIngestPull",
        failure.originates_from_update_policy,
        failure.code,
        attempt.principal,
        False,
        _user(attempt.principal, world),
        attempt.properties,
        failure.number_of_sources,
    ]


def _user(principal: str, world: World) -> str:
    """Return what the column User shows for a fully qualified name; empty for an unknown user."""
    known = (each.shown_name for each in world.principals if each.fqn == principal)
    kind, _, identifier = principal.partition(";")[0].partition("=")
    is_application = kind == PrincipalKind.APPLICATION
    return next(known, f"AAD app id={identifier}" if is_application else "")
