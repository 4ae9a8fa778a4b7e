"""Commands that describe the service: version and cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.results import result

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session

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
