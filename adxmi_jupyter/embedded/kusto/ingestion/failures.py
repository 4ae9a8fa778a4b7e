"""`.show ingestion failures` (page: `.show ingestion failures` command)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import unauthorized_operation
from adxmi_jupyter.embedded.kusto.results import result

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import ShowIngestionFailures
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.ingestion import IngestionFailure


def show_failures(command: ShowIngestionFailures, session: Session) -> Result:
    """Return the failures in the databases that the caller monitors, oldest first."""
    databases = session.world.cluster.databases.values()
    seen = {d.name for d in databases if session.permits(Permission.DATABASE_MONITOR, d)}
    if not seen:
        operation = "IngestionFailuresShowCommand"
        raise unauthorized_operation(session.caller.fqn, operation, "any database")
    wanted = command.operation_id
    is_admin = seen == {d.name for d in databases}
    return result(
        "OperationId:guid, Database:string, Table:string, FailedOn:datetime, "
        "IngestionSourcePath:string, Details:string, FailureKind:string, RootActivityId:guid, "
        "OperationKind:string, OriginatesFromUpdatePolicy:bool, ErrorCode:string, "
        "Principal:string, ShouldRetry:bool, User:string, IngestionProperties:string, "
        "NumberOfSources:int",
        [
            _row(each)
            for each in session.world.ingestion.failures
            if each.attempt.database in seen or is_admin
            if wanted is None or each.operation_id == wanted.casefold()
        ],
    )


def _row(failure: IngestionFailure) -> list[Any]:
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
        "",
        attempt.properties,
        failure.number_of_sources,
    ]
