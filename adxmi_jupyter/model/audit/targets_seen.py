"""What rows of logs outside of the cluster mean: writes, and the kind of target signed in to."""

from __future__ import annotations

from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    SQL_SERVER,
    STORAGE_ACCOUNT,
)

_WRITES = ("put", "append", "create", "delete", "rename", "flush", "setblob")
_BY_RESOURCE = (
    ("storage", STORAGE_ACCOUNT),
    ("event hub", EVENT_HUBS_NAMESPACE),
    ("eventhub", EVENT_HUBS_NAMESPACE),
    ("sql", SQL_SERVER),
    ("cosmos", COSMOS_ACCOUNT),
    ("cognitive", COGNITIVE_ACCOUNT),
    ("openai", COGNITIVE_ACCOUNT),
)


def writes(operation: str) -> bool:
    """Tell whether an operation of a storage account writes."""
    return operation.lower().startswith(_WRITES)


def signed_in_to(resource: str) -> str:
    """Return the type of the resource that a token is for; its name where it is another one."""
    return next((kind for word, kind in _BY_RESOURCE if word in resource.lower()), resource)
