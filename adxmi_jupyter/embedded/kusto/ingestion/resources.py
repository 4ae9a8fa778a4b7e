"""What clients of queued ingestion ask for first: queues, container, identity token.

Page: Ingestion without the Kusto.Ingest library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import KustoError, unauthorized_operation
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.queues import RESOURCES, path_of, signature_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Cluster


def get_resources(session: Session) -> Result:
    """Return the addresses of queues, container and status table, signed."""
    require_ingest_anywhere(session)
    secret = session.world.ingestion.secret
    return result(
        "ResourceTypeName:string, StorageRoot:string",
        [
            [kind, f"{session.base_uri}{path_of(name)}?{signature_of(name, secret)}"]
            for kind, name in RESOURCES.items()
        ],
    )


def get_identity_token(session: Session) -> Result:
    """Return a token that vouches for the caller in messages."""
    require_ingest_anywhere(session)
    token = stable_id("identity token", session.caller.fqn)
    session.world.ingestion.tokens[token] = session.caller
    return result("AuthorizationContext:string", [[token]])


def require_ingest_anywhere(session: Session) -> None:
    """Raise a KustoError (403) unless the caller may ingest into some database."""
    databases = session.world.cluster.databases.values()
    if not any(session.permits(Permission.DATABASE_INGEST, each) for each in databases):
        raise unauthorized_operation(session.caller.fqn, "Ingest", "any database")


def wrong_endpoint(cluster: Cluster) -> KustoError:
    """Return the error of a command that belongs to the ingestion endpoint."""
    address = cluster.public_uri.replace("https://", "https://ingest-")
    return KustoError(
        400,
        "BadRequest",
        "Request is invalid and cannot be executed.",
        "Kusto.Common.Svc.Exceptions.AdminCommandWrongEndpointException",
        f"This service endpoint cannot run the command. The right one is most likely '{address}/'.",
        permanent=False,
    )
