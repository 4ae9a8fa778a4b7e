"""Data connections of databases: made and removed by Azure, which takes a while.

Source: REST reference of Microsoft.Kusto data connections; *Managed identities overview* (Azure
Data Explorer docs): identity and event hub belong to one tenant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions import identities
from adxmi_jupyter.actions.operations import Request, Sending
from adxmi_jupyter.errors import (
    AdxmiError,
    CrossTenant,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.azure_shapes import CLUSTER, FOUND_TENANT
from adxmi_jupyter.model.word import line
from adxmi_jupyter.service import data_connections as service
from adxmi_jupyter.service.data_connections import Place
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.operations import Tell
    from adxmi_jupyter.errors import AnswerLost
    from adxmi_jupyter.model.declaration.products import DataConnection
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_manager import Operation

_RESOURCE = re.compile(r"(?:/[^/]+){8}")


def put(
    connection: Connection,
    database: str,
    product: DataConnection,
    *,
    noun: str,
    waits: bool = True,
    tell: Tell | None = None,
) -> bool:
    """Make a data connection, and wait for it unless told otherwise.

    `noun` is the one of lines that speak of it. `tell` hears how far Azure is. Returns whether
    Azure answered; False says that the answer was lost, and it is there.

    Raises
    ------
    CrossTenant
        The event hub or account is in another tenant than the cluster. Nothing was sent.
    ClusterBusy
        Another change of the cluster did not end in five minutes.
    OperationFailed
        Azure began it and gave it up; its words are kept.
    OperationContinues
        Waiting was interrupted.
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.
    WriteNotApplied, WriteOutcomeUnknown
        The answer was lost, and it did not happen, or nobody knows.

    """
    cluster_id = identities.cluster_id(connection)
    _refuse_other_tenants(connection, cluster_id, product)
    manager = connection.resource_manager
    body = {
        "location": manager.get(cluster_id, KUSTO_VERSION, CLUSTER).get("location"),
        "kind": product.kind,
        "properties": dict(product.properties),
    }
    place = _place(cluster_id, database, product.name, "creating", noun)
    request = _request(connection, place, lambda: service.begin_put(manager, place, body), _is_made)
    return Sending(connection, request, tell).carry_out(waits=waits)


def delete(
    connection: Connection,
    database: str,
    name: str,
    *,
    noun: str,
    waits: bool = True,
    tell: Tell | None = None,
) -> bool:
    """Remove a data connection, and wait for it unless told otherwise; returns and raises as `put`.

    Nothing is said of tenants.
    """
    manager = connection.resource_manager
    place = _place(identities.cluster_id(connection), database, name, "removing", noun)
    request = _request(connection, place, lambda: service.begin_delete(manager, place), _is_removed)
    return Sending(connection, request, tell).carry_out(waits=waits)


def _place(cluster_id: str, database: str, name: str, doing: str, noun: str) -> Place:
    look = line(noun, "list", "--database", database)
    return Place(cluster_id, database, name, f"{doing} the data connection {name}", look)


Found = dict[str, Any] | None
"""A data connection as Azure shows it, or that there is none."""


def _request(
    connection: Connection,
    place: Place,
    begin: Callable[[], Operation],
    took_effect: Callable[[Found], bool | None],
) -> Request:
    def unknown(why: str) -> WriteOutcomeUnknown:
        return WriteOutcomeUnknown(
            f"{place.what}: whether it took effect is unknown", why=why, fix=place.look
        )

    def find_out(lost: AnswerLost) -> None:
        try:
            now = service.found(connection.resource_manager, place)
        except AdxmiError as failure:
            why = f"{lost.what}, and it could not be read again: {failure.why}"
            raise unknown(why) from failure
        verdict = took_effect(now)
        if verdict is None:
            raise unknown(f"{lost.what}; asked again, Azure says: {_state(now)}") from lost
        if not verdict:
            raise WriteNotApplied(
                f"{place.what} did not happen",
                why=f"{lost.what} ({lost.why}); Azure was asked again and has no such connection",
                fix="repeat the line",
            ) from lost

    return Request(begin, find_out, unknown)


def _state(found: Found) -> str:
    return str(((found or {}).get("properties") or {}).get("provisioningState") or "it is there")


def _is_made(now: Found) -> bool | None:
    """Tell whether one that was not there is; None while Azure is still at it."""
    if now is None:
        return False
    return True if _state(now).lower() == "succeeded" else None


def _is_removed(now: Found) -> bool | None:
    """Tell whether one that was there is gone; while it is there, nobody knows for how long."""
    return True if now is None else None


def _refuse_other_tenants(connection: Connection, cluster_id: str, product: DataConnection) -> None:
    """Refuse what an identity cannot reach: it lives in one tenant, and so must its targets.

    What the caller cannot see is not refused: the service will tell.
    """
    wanted = [cluster_id.lower()]
    for value in product.properties.values():
        found = _RESOURCE.match(value) if isinstance(value, str) else None
        if found is not None:
            wanted.append(found.group().lower())
    listed = ", ".join(map(kql.string_literal, dict.fromkeys(wanted)))
    rows = connection.resource_manager.graph(
        f"resources | where tolower(id) in ({listed}) | project id, tenantId | order by id asc",
        FOUND_TENANT,
    )
    tenants = {str(row["id"]).lower(): str(row["tenantId"]).lower() for row in rows}
    own = tenants.get(cluster_id.lower(), "")
    foreign = next((r for r, tenant in tenants.items() if own and tenant != own), None)
    if foreign is not None:
        raise CrossTenant(
            f"{foreign.rsplit('/', 1)[-1]} is in another tenant than the cluster",
            why=f"an identity of this cluster reaches resources of its own tenant {own} only",
            fix="a data connection with keys, made in the Azure portal, can cross tenants",
        )
