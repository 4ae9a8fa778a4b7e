"""Event Grid data connection: each new blob of a storage account is ingested, as an identity.

Event Grid tells of the blob through an event hub; the cluster receives that notice and reads the
blob, both as the identity.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.model.azure_role import READS_BLOBS, RECEIVES_EVENTS, STORAGE_ACCOUNT
from adxmi_jupyter.model.declaration.data_connection import (
    OTHER_TENANT,
    ConnectionName,
    EventFormat,
    HubId,
    Routing,
    StorageAccountId,
    account_target,
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
    TableName,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

_GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
_STORAGE_ID = f"{_GROUP}/Microsoft.Storage/storageAccounts/contosolake"
_HUB_ID = f"{_GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs"


class BlobEvent(StrEnum):
    """Which events of the storage account count."""

    CREATED = "Microsoft.Storage.BlobCreated"
    RENAMED = "Microsoft.Storage.BlobRenamed"


def _reaching(identity: ManagedIdentity, storage: str, event_hub: str) -> tuple[Requirement, ...]:
    return (
        *holding(identity, READS_BLOBS, account_target(STORAGE_ACCOUNT, storage), is_trusted=False),
        *holding(identity, RECEIVES_EVENTS, hub_target(event_hub)),
    )


def _chain(properties: Row, who: Who) -> tuple[Requirement, ...]:
    def needs(identity: ManagedIdentity, properties: Row) -> tuple[Requirement, ...]:
        storage = source_id(properties, "storageAccountResourceId")
        return _reaching(identity, storage, source_id(properties, "eventHubResourceId"))

    return kept(properties, who, needs)


class EventGrid(Workflow):
    """Event Grid data connections that use a managed identity."""

    about: ClassVar = About(
        title="Event Grid data connection",
        does="create",
        action="Create an Event Grid data connection that uses a managed identity",
        caller=Permission(
            azure="Contributor on the cluster and EventGrid Contributor on the subscription"
        ),
        pages=("Create an Event Grid data connection", "Event Grid data connection"),
        sample=Sample(
            {
                "name": "blobs-from-lake",
                "storage_account": _STORAGE_ID,
                "event_hub": _HUB_ID,
                "identity": "mi-ingest",
                "table": "Orders",
                "data_format": "CSV",
            },
        ),
        resolves_in_azure=True,
        named_by="name",
        without_identity=(OTHER_TENANT,),
    )
    listing: ClassVar = DataConnectionListing(
        ("EventGrid", "EventGridWithManagedIdentity"),
        _chain,
        "no managed identity: keys of the storage account and of the event hub",
    )

    name: ConnectionName = field("Name", "Name of the data connection.", example="new-blobs")
    storage_account: StorageAccountId = field(
        "Storage account", "Resource ID of the storage account.", example=_STORAGE_ID
    )
    event_hub: HubId = field(
        "Event hub",
        "Resource ID of the event hub that Event Grid writes to, in the tenant of the identity.",
        example=_HUB_ID,
    )
    consumer_group: ConsumerGroup = consumer_group_field()
    identity: Identity = field(
        "Identity", identity_help("receives the events and reads the blobs"), example="mi-ingest"
    )
    table: TableName | None = table_field("blobs")
    mapping: MappingName = mapping_field("OrdersCsv")
    data_format: EventFormat | None = format_field("blobs", "CSV")
    blob_event: BlobEvent = field(
        "Event", "Type of the storage events to process.", BlobEvent.CREATED
    )
    ignore_first_record: bool = field(
        "Ignore first record",
        "Skip the first record of text files, which holds column names.",
        default=False,
    )
    database_routing: Routing = routing_field("blobs")

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: DataConnection, blobs, notices, a group and a table."""
        return acting_as(
            self.identity,
            Usage.DATA_CONNECTION,
            *_reaching(self.identity, self.storage_account, self.event_hub),
            ConsumerGroupFree(self.event_hub, self.consumer_group, self.name),
            *into(self.table, self.mapping),
        )

    def product(self) -> DataConnection:
        """Return the resource."""
        properties = {
            "storageAccountResourceId": self.storage_account,
            "eventHubResourceId": self.event_hub,
            "consumerGroup": self.consumer_group,
            "managedIdentityResourceId": self.identity.resource_id,
            "tableName": self.table,
            "mappingRuleName": self.mapping,
            "dataFormat": self.data_format,
            "blobStorageEventType": self.blob_event,
            "ignoreFirstRecord": self.ignore_first_record or None,
            "databaseRouting": self.database_routing,
        }
        return DataConnection(self.name, "EventGrid", without_nothing(properties))
