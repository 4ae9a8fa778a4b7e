"""Kinds of data connections and their properties (page: Data Connections - Create Or Update)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.arm.request import member

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY = "managedIdentityResourceId"
OBJECT_ID = "managedIdentityObjectId"
STATE = "provisioningState"
START = "retrievalStartDate"
_READ_ONLY = frozenset({OBJECT_ID, STATE})
NAME = re.compile(r"[A-Za-z0-9.-]{1,40}")
_FORMATS = (
    "MULTIJSON JSON CSV TSV SCSV SOHSV PSV TXT RAW SINGLEJSON AVRO TSVE PARQUET ORC APACHEAVRO "
    "W3CLOGFILE AZMONSTREAM"
)
_WORDS = {
    "dataFormat": tuple(_FORMATS.split()),
    "compression": ("None", "GZip"),
    "databaseRouting": ("Single", "Multi"),
    "blobStorageEventType": (
        "Microsoft.Storage.BlobCreated",
        "Microsoft.Storage.BlobRenamed",
    ),
}
# What stands for a property that was not given; texts are empty at first and null after an update.
_DEFAULTS: Mapping[str, Any] = {
    "tableName": "",
    "mappingRuleName": "",
    "dataFormat": "",
    "eventSystemProperties": [],
    "compression": "None",
    "databaseRouting": "Single",
    "ignoreFirstRecord": False,
    "blobStorageEventType": "Microsoft.Storage.BlobCreated",
}


@dataclass(frozen=True)
class ConnectionKind:
    """A kind; `properties` are in the order of answers.

    `source` names those that say where data comes from, for hubs the hub and its consumer group;
    `storage` the one with a storage account. `operation` is the kind of operation that makes
    one, empty where answers do not tell it.
    """

    name: str
    properties: tuple[str, ...]
    required: tuple[str, ...]
    source: tuple[str, ...]
    storage: str = ""
    operation: str = ""

    @property
    def first_operation(self) -> str:
        """What the first version of the API calls that operation."""
        return f"DmService{self.family}ObtainerAdd"

    @property
    def family(self) -> str:
        """The kind without what it says of its identity, such as `EventHub`."""
        return self.name.removesuffix("WithManagedIdentity")

    @property
    def has_hub(self) -> bool:
        """Whether it reads from a hub."""
        return _GROUP in self.source

    def source_of(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        """Return where a connection of this kind reads from."""
        return tuple(properties[name] for name in self.source)

    def read(self, given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """Return all properties of a connection; an ArmError (400) for what cannot stand there."""
        unknown = sorted(set(given) - set(self.properties) - _READ_ONLY)
        if unknown:
            raise _invalid(f"A connection of kind {self.name} has no property '{unknown[0]}'.")
        missing = [each for each in self.required if not given.get(each)]
        if missing:
            raise _invalid(f"A connection of kind {self.name} needs '{missing[0]}'.")
        return {name: _value(name, given.get(name), is_new=is_new) for name in self.properties}


_GROUP = "consumerGroup"
_HUB = "eventHubResourceId"
_HUB_AS_IDENTITY = "eventHubResourceIdForManagedIdentity"
_STORAGE = "storageAccountResourceId"
_STORAGE_AS_IDENTITY = "storageAccountResourceIdForManagedIdentity"
_TARGET = ("tableName", "mappingRuleName", "dataFormat")


def _event_hub(name: str, hub: str, *required: str) -> ConnectionKind:
    return ConnectionKind(
        name,
        (
            *(hub, _GROUP, *_TARGET, "eventSystemProperties", "compression"),
            *(IDENTITY, "databaseRouting", START),
        ),
        (hub, _GROUP, *required),
        (hub, _GROUP),
    )


def _event_grid(name: str, hub: str, storage: str, *required: str) -> ConnectionKind:
    return ConnectionKind(
        name,
        (
            *(storage, "eventGridResourceId", hub, _GROUP, *_TARGET),
            *("ignoreFirstRecord", "blobStorageEventType", IDENTITY, "databaseRouting"),
        ),
        (storage, hub, _GROUP, *required),
        (hub, _GROUP),
        storage,
    )


_COSMOS = ("cosmosDbAccountResourceId", "cosmosDbDatabase", "cosmosDbContainer")
_IOT = ("iotHubResourceId", "sharedAccessPolicyName", _GROUP)
KINDS = (
    _event_hub("EventHub", _HUB),
    _event_hub("EventHubWithManagedIdentity", _HUB_AS_IDENTITY, IDENTITY),
    _event_grid("EventGrid", _HUB, _STORAGE),
    _event_grid("EventGridWithManagedIdentity", _HUB_AS_IDENTITY, _STORAGE_AS_IDENTITY, IDENTITY),
    ConnectionKind(
        "CosmosDb",
        (*_COSMOS, "tableName", "mappingRuleName", IDENTITY, START),
        (*_COSMOS, "tableName", IDENTITY),
        _COSMOS,
        operation="DmServiceCosmosDbDataConnectionAddOrUpdateCommand",
    ),
    ConnectionKind(
        "IotHub",
        (
            *(*_IOT, *_TARGET, "eventSystemProperties"),
            *("databaseRouting", START),
        ),
        _IOT,
        ("iotHubResourceId", _GROUP),
    ),
)


def find_kind(word: object) -> ConnectionKind:
    """Return the kind of that name, ignoring case; an ArmError (400) when there is none."""
    folded = word.casefold() if isinstance(word, str) else ""
    for kind in KINDS:
        if kind.name.casefold() == folded:
            return kind
    known = ", ".join(kind.name for kind in KINDS)
    raise _invalid(f"A data connection needs a kind: {known}.")


def kind_of(name: str) -> ConnectionKind:
    """Return the kind of an existing connection."""
    return next(kind for kind in KINDS if kind.name == name)


def read_connection(
    body: Mapping[str, Any], *, is_new: bool
) -> tuple[ConnectionKind, dict[str, Any]]:
    """Return kind and properties of a connection's body; an ArmError (400) when it is no body."""
    kind = find_kind(body.get("kind"))
    return kind, kind.read(member(body.get("properties")), is_new=is_new)


def check_name(name: str) -> None:
    """Raise an ArmError (400) unless this can be the name of a data connection."""
    if not NAME.fullmatch(name):
        raise _invalid(
            f"'{name}' is no name for a data connection: letters, digits, dashes and dots, "
            "40 characters at most."
        )


def start_of(properties: Mapping[str, Any]) -> datetime | None:
    """Return from when on a connection reads what was there before it; None for nothing."""
    text = properties.get(START)
    return datetime.fromisoformat(text) if text else None


def _value(name: str, given: object, *, is_new: bool) -> Any:
    default = _DEFAULTS.get(name)
    if given is None or given == "":
        return None if isinstance(default, str) and not default and not is_new else default
    if name in _WORDS:
        return _word(name, given)
    if name == "ignoreFirstRecord":
        return _checked(name, given, isinstance(given, bool))
    if name == "eventSystemProperties":
        is_texts = isinstance(given, list) and all(isinstance(each, str) for each in given)
        return _checked(name, given, is_texts)
    if name == START:
        return _checked(name, given, _is_time(given))
    return _checked(name, given, isinstance(given, str))


def _word(name: str, given: object) -> str:
    for word in _WORDS[name]:
        if isinstance(given, str) and word.casefold() == given.casefold():
            return word
    raise _invalid(f"'{given}' is no value for '{name}': {', '.join(_WORDS[name])}.")


def _checked(name: str, given: object, is_right: bool) -> object:
    if not is_right:
        raise _invalid(f"'{given}' is no value for '{name}'.")
    return given


def _is_time(given: object) -> bool:
    try:
        return isinstance(given, str) and datetime.fromisoformat(given).tzinfo is not None
    except ValueError:
        return False


def _invalid(message: str) -> Exception:
    return bad_request(f"[BadRequest] {message}")
