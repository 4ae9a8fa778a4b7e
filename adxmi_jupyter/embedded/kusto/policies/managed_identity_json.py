"""Reads the JSON array of a managed identity policy the way the service does: leniently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.lenient_json import load_objects

# Names as printed on the page "Managed Identity policy".
USAGES = (
    "All",
    "AutomatedFlows",
    "AzureAI",
    "DataConnection",
    "ExportRequest",
    "ExternalDataRequest",
    "ExternalTable",
    "NativeIngestion",
    "SandboxArtifacts",
    "SqlRequest",
)
SYSTEM = "system"

_CANONICAL = {usage.casefold(): usage for usage in USAGES}
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class PolicyInput:
    """One object of the array: an object ID or `system`, and canonical usage names."""

    object_id: str
    usages: tuple[str, ...]


def read_policy(text: str) -> list[PolicyInput]:
    """Return the objects of a policy; a KustoError (400) for anything else.

    Accepts single-quoted names and values, property names in any letter case, and ignores
    every property but ObjectId and AllowedUsages.
    """
    objects = load_objects(text, "managed identity policy")
    return [_read_object(index, each) for index, each in enumerate(objects)]


def _read_object(index: int, properties: dict[str, Any]) -> PolicyInput:
    object_id = _text(index, "ObjectId", properties)
    if object_id.casefold() != SYSTEM and not _GUID.fullmatch(object_id):
        raise bad_request(f"'{object_id}' is neither an object ID (a GUID) nor '{SYSTEM}'.")
    return PolicyInput(object_id, _usages(_text(index, "AllowedUsages", properties)))


def _text(index: int, name: str, properties: dict[str, Any]) -> str:
    value = properties.get(name.casefold())
    if not isinstance(value, str):
        raise bad_request(
            f"Item {index} of the managed identity policy needs '{name}' as a string."
        )
    return value.strip()


def _usages(text: str) -> tuple[str, ...]:
    usages = []
    for word in text.split(","):
        usage = _CANONICAL.get(word.strip().casefold())
        if usage is None:
            raise bad_request(
                f"'{word.strip()}' is no usage of a managed identity. Known: {', '.join(USAGES)}."
            )
        usages.append(usage)
    return tuple(dict.fromkeys(usages))
