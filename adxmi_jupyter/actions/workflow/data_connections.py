"""Data connections of databases: made and removed by Azure, which takes a while.

Source: REST reference of Microsoft.Kusto data connections; *Managed identities overview* (Azure
Data Explorer docs): identity and event hub belong to one tenant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.workflow.current_state import digest
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.operations import ClusterChangeRequest
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import (
    CrossTenant,
)
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.azure_shapes import CLUSTER, FOUND_TENANT
from adxmi_jupyter.model.declaration.products import DataConnection
from adxmi_jupyter.model.declaration.registry import connection_noun
from adxmi_jupyter.service import data_connections as service
from adxmi_jupyter.service.data_connections import DataConnectionReference
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connection import Connection

DATA_CONNECTION = "data connection"

_READ_ONLY = frozenset({"provisioningState", "managedIdentityObjectId"})
_RESOURCE = re.compile(r"(?:/[^/]+){8}")


def put(
    connection: Connection,
    database: str,
    product: DataConnection,
    *,
    noun: str,
    waits: bool = True,
    tell: Tell | None = None,
    former: Found = None,
) -> tuple[Note, ...]:
    """Make a data connection, and wait for it unless told otherwise.

    `noun` is the one of lines that speak of it, `former` the connection that is replaced. `tell`
    hears how far Azure is. Returns what there is to say.

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
    AdxmiError
        As `writing.carry_out`.

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
    sending = ClusterChangeRequest(
        connection, lambda: service.begin_put(manager, place, body), tell
    )
    command = f"PUT {place.path}"
    write = _write(connection, place, "create", command, sending, waits=waits, former=former)
    return protocol.carry_out(connection, write).notes


def delete(
    connection: Connection,
    database: str,
    name: str,
    *,
    noun: str,
    waits: bool = True,
    tell: Tell | None = None,
    former: Found = None,
) -> tuple[Note, ...]:
    """Remove a data connection, and wait for it unless told otherwise; returns and raises as `put`.

    Nothing is said of tenants.
    """
    manager = connection.resource_manager
    place = _place(identities.cluster_id(connection), database, name, "removing", noun)
    sending = ClusterChangeRequest(connection, lambda: service.begin_delete(manager, place), tell)
    command = f"DELETE {place.path}"
    write = _write(connection, place, "drop", command, sending, waits=waits, former=former)
    return protocol.carry_out(connection, write).notes


def _place(
    cluster_id: str, database: str, name: str, doing: str, noun: str
) -> DataConnectionReference:
    show = Command.of(noun, "list", "--database", database)
    return DataConnectionReference(
        cluster_id, database, name, f"{doing} the data connection {name}", show
    )


Found = dict[str, Any] | None
"""A data connection as Azure shows it, or that there is none."""


def _write(
    connection: Connection,
    place: DataConnectionReference,
    verb: str,
    command: str,
    sending: ClusterChangeRequest,
    *,
    waits: bool,
    former: Found,
) -> Write[Found]:
    manager, is_wanted = connection.resource_manager, verb == "create"
    return Write(
        kind=DATA_CONNECTION,
        database=place.database,
        target=place.name,
        verb=verb,
        command=command,
        title=place.what,
        subject="the data connection",
        show_command=place.show_command,
        before=history_value(former),
        wanted=[place.name.lower()] if is_wanted else [],
        restoring=former and _lasting(former),
        send=lambda: sending.carry_out(waits=waits),
        read=lambda: service.found(manager, place),
        compare=lambda now: compare(now, is_wanted=is_wanted),
        history_value=history_value,
        is_proved=lambda: sending.is_proved,
    )


def history_value(now: Found) -> list[str]:
    """Return what tells a data connection from another one, for the history."""
    return [] if now is None else [digest((_lasting(now),))]


def _lasting(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a data connection again: its kind, and the properties that can be set."""
    properties: Mapping[str, Any] = resource.get("properties") or {}
    return {
        "kind": str(resource.get("kind") or ""),
        "properties": {name: one for name, one in properties.items() if name not in _READ_ONLY},
    }


def put_again(
    connection: Connection, database: str, name: str, former: Mapping[str, Any]
) -> tuple[Note, ...]:
    """Make a data connection again, as the history noted it; returns and raises as `put`."""
    kind = str(former["kind"])
    product = DataConnection(name, kind, former["properties"])
    return put(connection, database, product, noun=connection_noun(kind))


def found(connection: Connection, database: str, name: str) -> Found:
    """Read a data connection; None if there is none. Raises as `ResourceManager.get`."""
    place = _place(identities.cluster_id(connection), database, name, "", "")
    return service.found(connection.resource_manager, place)


def compare(now: Found, *, is_wanted: bool) -> Comparison:
    """Compare a data connection with what was to be: Azure takes a while for either."""
    state = str(((now or {}).get("properties") or {}).get("provisioningState") or "succeeded")
    if state.lower() != "succeeded":
        return Comparison.UNDER_WAY
    return Comparison.DONE if (now is not None) == is_wanted else Comparison.AS_BEFORE


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
