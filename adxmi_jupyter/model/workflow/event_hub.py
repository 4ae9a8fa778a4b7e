"""Event Hubs data connection: events of a hub flow into a table, received as an identity.

It is a resource of Azure, made by Azure Resource Manager; identity and hub belong to one tenant.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.model.azure_role import RECEIVES_EVENTS
from adxmi_jupyter.model.declaration.data_connection import (
    IOT_HUB,
    OTHER_TENANT,
    ConnectionName,
    EventFormat,
    HubId,
    Routing,
    consumer_group_field,
    format_field,
    hub_target,
    into,
    kept,
    mapping_field,
    routing_field,
    source_id,
    table_field,
    without_nothing,
)
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.products import DataConnection
from adxmi_jupyter.model.declaration.requirements import (
    ConsumerGroupFree,
    Requirement,
    acting_as,
    holding,
)
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, Row, Who
from adxmi_jupyter.model.declaration.types import (
    ConsumerGroup,
    Identity,
    MappingName,
    Moment,
    Names,
    TableName,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.moment import moment_text
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

HUB_ID = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
)


class Compression(StrEnum):
    """How events are compressed."""

    NONE = "None"
    GZIP = "GZip"


def _receiving(identity: ManagedIdentity, event_hub: str) -> tuple[Requirement, ...]:
    return holding(identity, RECEIVES_EVENTS, hub_target(event_hub))


def _chain(properties: Row, who: Who) -> tuple[Requirement, ...]:
    def needs(identity: ManagedIdentity, properties: Row) -> tuple[Requirement, ...]:
        return _receiving(identity, source_id(properties, "eventHubResourceId"))

    return kept(properties, who, needs)


class EventHub(Workflow):
    """Event Hubs data connections that use a managed identity."""

    about: ClassVar = About(
        title="Event Hubs data connection",
        does="create",
        action="Create an Event Hubs data connection that uses a managed identity",
        caller=Permission(azure="Contributor on the cluster"),
        pages=(
            "Create an Event Hubs data connection",
            "Azure Event Hubs data connection",
        ),
        sample=Sample(
            {
                "name": "orders-from-hub",
                "event_hub": HUB_ID,
                "consumer_group": "analytics",
                "identity": "mi-ingest",
                "table": "Orders",
                "data_format": "MULTIJSON",
            },
            name="sales-orders",
        ),
        resolves_in_azure=True,
        named_by="name",
        without_identity=(IOT_HUB, OTHER_TENANT),
    )
    listing: ClassVar = DataConnectionListing(
        ("EventHub", "EventHubWithManagedIdentity"),
        _chain,
        "no managed identity: a key of the event hub",
    )

    name: ConnectionName = field("Name", "Name of the data connection.", example="sales-orders")
    event_hub: HubId = field(
        "Event hub", "Resource ID of the event hub, in the tenant of the identity.", example=HUB_ID
    )
    consumer_group: ConsumerGroup = consumer_group_field()
    identity: Identity = field(
        "Identity", identity_help("receives the events"), example="mi-ingest"
    )
    table: TableName | None = table_field("events")
    mapping: MappingName = mapping_field("OrdersJson")
    data_format: EventFormat | None = format_field("events", "MULTIJSON")
    compression: Compression = field("Compression", "Compression of the events.", Compression.NONE)
    event_system_properties: Names = field(
        "System properties",
        "System properties of the events to ingest.",
        (),
        example="x-opt-enqueued-time",
    )
    database_routing: Routing = routing_field("events")
    retrieval_start_date: Moment | None = field(
        "Retrieve from",
        "Start time of the events to ingest, within the retention of the event hub.",
        None,
        default_text="the time of creation",
        example="2026-01-01T00:00:00Z",
    )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: DataConnection, receiving events, a group and a table."""
        return acting_as(
            self.identity,
            Usage.DATA_CONNECTION,
            *_receiving(self.identity, self.event_hub),
            ConsumerGroupFree(self.event_hub, self.consumer_group, self.name),
            *into(self.table, self.mapping),
        )

    def product(self) -> DataConnection:
        """Return the resource."""
        properties = {
            "eventHubResourceId": self.event_hub,
            "consumerGroup": self.consumer_group,
            "managedIdentityResourceId": self.identity.resource_id,
            "tableName": self.table,
            "mappingRuleName": self.mapping,
            "dataFormat": self.data_format,
            "compression": self.compression,
            "eventSystemProperties": list(self.event_system_properties),
            "databaseRouting": self.database_routing,
            "retrievalStartDate": self.retrieval_start_date
            and moment_text(self.retrieval_start_date),
        }
        return DataConnection(self.name, "EventHub", without_nothing(properties))
