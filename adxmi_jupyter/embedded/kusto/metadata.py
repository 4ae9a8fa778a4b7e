"""Commands that describe the service: version, cluster and databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.results import result

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import ShowDatabases
    from adxmi_jupyter.embedded.state.clusters import Database

_STARTED = "2026-01-01T00:00:00Z"


def show_version(session: Session) -> Result:
    """Return the one row of `.show version`."""
    session.require_any_role("VersionShowCommand")
    kind = "DataManagement" if session.at_ingestion_endpoint else "Engine"
    return result(
        "BuildVersion:string, BuildTime:datetime, ServiceType:string, ProductVersion:string",
        [["1.0.0.0", _STARTED, kind, "EmbeddedAzure_1"]],
    )


def show_cluster(session: Session) -> Result:
    """Return the one node of the cluster; sizes in bytes."""
    session.require_any_role("ClusterShowCommand")
    cluster = session.world.cluster
    return result(
        "NodeId:string, Address:string, Name:string, StartTime:datetime, IsAdmin:bool, "
        "MachineTotalMemory:long, MachineAvailableMemory:long, ProcessorCount:int, "
        "EnvironmentDescription:string",
        [
            [
                "KEngine000000",
                cluster.uri,
                "KEngine000000",
                _STARTED,
                True,
                16 * 1024**3,
                8 * 1024**3,
                2,
                "embedded Azure",
            ]
        ],
    )


def show_databases(command: ShowDatabases, session: Session) -> Result:
    """Return the databases the caller may see, or the context database alone."""
    operation = "DatabasesShowCommand"
    if command.only_context:
        database = session.database(None)
        session.require(Permission.DATABASE_SHOW, operation, database)
        visible = [database]
    else:
        session.require_any_role(operation)
        everything = session.world.cluster.databases.values()
        visible = [d for d in everything if session.permits(Permission.DATABASE_SHOW, d)]
    return result(
        "DatabaseName:string, PersistentStorage:string, Version:string, IsCurrent:bool, "
        "DatabaseAccessMode:string, PrettyName:string, ReservedSlot1:bool, DatabaseId:guid, "
        "InTransitionTo:string",
        [_database_row(database, session) for database in visible],
    )


def _database_row(database: Database, session: Session) -> list[str | bool | None]:
    current = (session.context or "").casefold() == database.name.casefold()
    return [
        database.name,
        "",
        session.world.journal.version(database.name),
        current,
        "ReadWrite",
        "",
        None,
        database.database_id,
        "",
    ]
