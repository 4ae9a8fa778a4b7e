"""What all data connections share: resource IDs, formats, and the requirements.

Source: REST reference of Microsoft.Kusto data connections; *Create an Event Hubs data connection*,
*Create an Event Grid data connection*, *Ingest data from Azure Cosmos DB* (Azure Data Explorer
docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from adxmi_jupyter.model.azure_role import (
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    STORAGE_ACCOUNT,
    Target,
)
from adxmi_jupyter.model.declaration.fields import FieldKind, field, typed
from adxmi_jupyter.model.declaration.listed import Listed, Source
from adxmi_jupyter.model.declaration.requirements import TableReady, acting_as
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import Row, Who
    from adxmi_jupyter.model.identity import ManagedIdentity

Needs = Callable[["ManagedIdentity", "Row"], "tuple[Requirement, ...]"]
"""Returns what the identity of a connection needs, by the connection's properties."""

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-f-]{36})/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<provider>[^/]+)/(?P<type>[^/]+)/(?P<name>[^/]+)(?P<rest>(?:/[^/]+/[^/]+)*)/?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9.-]{1,40}")

IOT_HUB = Unsupported(
    "an IoT Hub data connection",
    "it authenticates with a shared access policy of the IoT hub",
    "route the messages of the IoT hub to an event hub, and connect that",
    ("iot-hub", "iothub"),
)
OTHER_TENANT = Unsupported(
    "an event hub of another tenant",
    "an identity accesses resources of its own tenant only",
    "create a data connection with a key in the Azure portal, or use an event hub in the tenant of "
    "the identity",
    ("cross-tenant", "cross-tenant-event-hub"),
)


class Routing(StrEnum):
    """Whether events may name another database than the connection's."""

    SINGLE = "Single"
    MULTI = "Multi"


class EventFormat(StrEnum):
    """Formats of events."""

    MULTIJSON = "MULTIJSON"
    JSON = "JSON"
    SINGLEJSON = "SINGLEJSON"
    CSV = "CSV"
    TSV = "TSV"
    SCSV = "SCSV"
    SOHSV = "SOHSV"
    PSV = "PSV"
    TXT = "TXT"
    TSVE = "TSVE"
    RAW = "RAW"
    AVRO = "AVRO"
    APACHEAVRO = "APACHEAVRO"
    PARQUET = "PARQUET"
    ORC = "ORC"
    W3CLOGFILE = "W3CLOGFILE"
    AZMONSTREAM = "AZMONSTREAM"


def connection_name(text: str) -> str:
    """Check the name of a data connection; raises ValueError for one that Azure would refuse."""
    if _NAME.fullmatch(text) is None:
        raise ValueError(
            "the name of a data connection has at most 40 letters, digits, dashes and dots"
        )
    return text


def resource_id(text: str, resource_type: str, *, inside: str = "") -> str:
    """Check a resource ID of a type, such as ``Microsoft.EventHub/namespaces``.

    `inside` is what must follow, such as ``eventhubs`` for one hub of a namespace.

    Raises
    ------
    ValueError
        It is no resource ID, or one of something else. The text is not repeated: people also paste
        connection strings, with their keys.

    """
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise ValueError("a resource ID begins with /subscriptions/")
    named = f"{found['provider']}/{found['type']}"
    if named.lower() != resource_type.lower():
        raise ValueError(f"it is the ID of a {named}, not of a {resource_type}")
    parts = [part.lower() for part in found["rest"].split("/")[1::2]]
    if parts != ([inside.lower()] if inside else []):
        ends = f"go on with /{inside}/NAME" if inside else "end after the name"
        raise ValueError(f"the resource ID must {ends}")
    return text.strip().rstrip("/")


def hub_id(text: str) -> str:
    """Check the resource ID of one event hub.

    Raises
    ------
    IdentityNotSupported
        It is an IoT hub.
    ValueError
        It is no resource ID, or one of something else.

    """
    if "/providers/microsoft.devices/iothubs/" in text.lower():
        raise IOT_HUB.refusal()
    return resource_id(text, EVENT_HUBS_NAMESPACE, inside="eventhubs")


ConnectionName = Annotated[str, FieldKind.NAME, typed(connection_name)]
HubId = Annotated[str, FieldKind.RESOURCE, Listed(Source.EVENT_HUBS), typed(hub_id)]
StorageAccountId = Annotated[
    str,
    FieldKind.RESOURCE,
    Listed(Source.STORAGE_ACCOUNTS),
    typed(lambda text: resource_id(text, STORAGE_ACCOUNT)),
]
CosmosAccountId = Annotated[
    str,
    FieldKind.RESOURCE,
    Listed(Source.COSMOS_ACCOUNT_IDS),
    typed(lambda text: resource_id(text, COSMOS_ACCOUNT)),
]


def consumer_group_field() -> Any:
    """Declare the consumer group of a connection that receives from an event hub."""
    return field(
        "Consumer group",
        "Consumer group. Each data connection requires its own.",
        "$Default",
        default_text="$Default",
        example="adx",
        common=True,
    )


def table_field(data: str) -> Any:
    """Declare the target table of data, such as ``events``, of which each may name its own."""
    return field(
        "Table",
        f"Target table of {data} that don't name one.",
        None,
        example="Orders",
        common=True,
    )


def mapping_field(example: str) -> Any:
    """Declare the mapping by which data come into the table."""
    return field("Mapping", "Name of an ingestion mapping of the table.", "", example=example)


def format_field(data: str, example: str) -> Any:
    """Declare the format of data, such as ``events``, of which each may name its own."""
    return field(
        "Format",
        f"Data format of {data} that don't name one.",
        None,
        example=example,
        common=True,
    )


def routing_field(data: str) -> Any:
    """Declare whether data, such as ``events``, may go into other databases."""
    return field(
        "Routing", f"Data routing. Multi: {data} may name another database.", Routing.SINGLE
    )


def hub_target(some_id: str) -> Target:
    """Return an event hub as what grants roles: its namespace, and inside it the hub."""
    namespace, *hub = re.split(r"/eventhubs/", some_id, maxsplit=1, flags=re.IGNORECASE)
    inside = f"eventhubs/{hub[0]}" if hub else ""
    return Target(EVENT_HUBS_NAMESPACE, last_name(namespace), namespace, inside)


def account_target(resource_type: str, some_id: str) -> Target:
    """Return an account as what grants roles."""
    return Target(resource_type, last_name(some_id), some_id)


def kept(properties: Row, who: Who, needs: Needs) -> tuple[Requirement, ...]:
    """Return the requirements of a connection by its properties; none for one that uses a key."""
    word = text_cell(properties, "managedIdentityResourceId")
    if not word:
        return ()
    identity = who(word)
    place = into(text_cell(properties, "tableName"), text_cell(properties, "mappingRuleName"))
    return acting_as(identity, Usage.DATA_CONNECTION, *needs(identity, properties), *place)


def into(table: str | None, mapping: str = "") -> tuple[Requirement, ...]:
    """Return what must be where the data go; nothing where each event names its table itself."""
    return (TableReady(table, mapping),) if table else ()


def source_id(properties: Row, name: str) -> str:
    """Return the resource ID of a source; the kinds for identities only call it otherwise."""
    return text_cell(properties, name) or text_cell(properties, f"{name}ForManagedIdentity")


def last_name(some_id: str) -> str:
    """Return the last name in a resource ID."""
    return some_id.rsplit("/", 1)[-1]


def without_nothing(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties without those left out."""
    return {name: value for name, value in properties.items() if value not in (None, "", (), [])}
