"""Azure roles that targets grant to identities, and the targets.

Source: *Azure built-in roles* (Azure RBAC docs); *Storage connection strings*, *Event Hubs data
connection*, *Create a Cosmos DB data connection* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from adxmi_jupyter.model.identity import is_guid


class AzureRole(Enum):
    """A built-in role: its name, and the id of its definition."""

    BLOB_READER = "Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    BLOB_CONTRIBUTOR = "Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    BLOB_OWNER = "Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
    HUB_RECEIVER = "Azure Event Hubs Data Receiver", "a638d3c7-ab3a-418d-83e6-5f17a39d4fde"
    HUB_OWNER = "Azure Event Hubs Data Owner", "f526a384-b230-433a-b45c-95f59c4a2dec"
    COSMOS_ACCOUNT_READER = "Cosmos DB Account Reader Role", "fbdf93bf-df7d-467e-a4d2-9458aa1360c8"
    OPENAI_USER = "Cognitive Services OpenAI User", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
    OWNER = "Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    CONTRIBUTOR = "Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"
    READER = "Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"

    @property
    def role_name(self) -> str:
        """The role's name, as the portal shows it."""
        return self.value[0]

    @property
    def definition_id(self) -> str:
        """The GUID of the role's definition, the same in every tenant."""
        return self.value[1]


def name_of(definition_id: str) -> str:
    """Return the name of a role by the GUID of its definition; the GUID where it is another."""
    found = (role for role in AzureRole if role.definition_id == definition_id.lower())
    return next((role.role_name for role in found), definition_id)


def definition_of(role: str) -> str:
    """Return the GUID of a role's definition by the role's name, or as it is; empty for none.

    >>> definition_of("reader")
    'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    """
    if is_guid(role):
        return role.lower()
    found = (one for one in AzureRole if one.role_name.casefold() == role.casefold())
    return next((one.definition_id for one in found), "")


READS_BLOBS = (AzureRole.BLOB_READER, AzureRole.BLOB_CONTRIBUTOR, AzureRole.BLOB_OWNER)
"""Roles that let an identity read blobs; the first is the least."""

WRITES_BLOBS = (AzureRole.BLOB_CONTRIBUTOR, AzureRole.BLOB_OWNER)
"""Roles that let an identity write and delete blobs; the first is the least."""

RECEIVES_EVENTS = (AzureRole.HUB_RECEIVER, AzureRole.HUB_OWNER)
"""Roles that let an identity read an event hub; the first is the least."""

COSMOS_READER_NAME = "Cosmos DB Built-in Data Reader"
COSMOS_READER = "00000000-0000-0000-0000-000000000001"
COSMOS_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"
"""Roles of Cosmos DB's own, by the last part of their definitions' IDs; both let one read."""

READS_COSMOS_ACCOUNT = (AzureRole.COSMOS_ACCOUNT_READER, AzureRole.CONTRIBUTOR, AzureRole.OWNER)
"""Roles that let an identity look at a Cosmos DB account; the first is the least.

It is the account that is managed, not its data, so that those who manage it may do as much.
"""

STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts"
EVENT_HUBS_NAMESPACE = "Microsoft.EventHub/namespaces"
COSMOS_ACCOUNT = "Microsoft.DocumentDB/databaseAccounts"
COGNITIVE_ACCOUNT = "Microsoft.CognitiveServices/accounts"
SQL_SERVER = "Microsoft.Sql/servers"


@dataclass(frozen=True)
class Target:
    """An Azure resource that a workflow reaches.

    `resource_type` and `name` find it; `resource_id` is set where it is known, and `inside` says
    how the path goes on, such as ``blobServices/default/containers/archive``.
    """

    resource_type: str
    name: str
    resource_id: str = ""
    inside: str = ""

    def __str__(self) -> str:
        return "/".join((self.name, *self.inside.split("/")[-1:])) if self.inside else self.name
