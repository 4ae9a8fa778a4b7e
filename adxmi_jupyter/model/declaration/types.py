"""The types of fields: how a text becomes a value, and what front ends may make of it.

A declaration annotates its fields with these; plain ``bool``, ``int`` and ``StrEnum`` do as well.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, InstanceOf
from pydantic_core.core_schema import any_schema

from adxmi_jupyter.model.columns import Column, parse_columns
from adxmi_jupyter.model.connection_string import AiModel, StorageLocation
from adxmi_jupyter.model.declaration.fields import FieldKind, typed
from adxmi_jupyter.model.declaration.listed import Listed, Source
from adxmi_jupyter.model.declaration.locations import (
    cosmos_account,
    identity_location,
    identity_locations,
    identity_locations_without_gen1,
    parse_artifacts,
    parse_model,
    server_address,
)
from adxmi_jupyter.model.declaration.plugins import json_list, json_object
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.moment import Period, parse_moment, parse_periods
from adxmi_jupyter.model.partition import Partition, parse_partitions
from adxmi_jupyter.model.path_format import PathPart, parse_path_format
from adxmi_jupyter.model.timespan import parse_timespan

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


class _AsItIs:
    """Marks a type whose values pass as they are; what reads texts has checked them."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        return any_schema()


def _entity_name(text: str) -> str:
    # The length and the characters are the service's to judge, in part per kind of entity.
    if not text or text != text.strip():
        raise ValueError("a name can't be empty, or begin or end with a space")
    return text


def _one_line(text: str) -> str:
    if not text.strip() or any(unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise ValueError("it is blank, or contains a line break or an invisible character")
    return text


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


_Place = Annotated[StorageLocation, _AsItIs()]

Text = Annotated[str, FieldKind.TEXT]
Body = Annotated[str, FieldKind.BODY]
Name = Annotated[str, FieldKind.NAME, AfterValidator(_entity_name)]
TableName = Annotated[str, FieldKind.TABLE, AfterValidator(_entity_name)]
ExternalTableName = Annotated[str, FieldKind.EXTERNAL_TABLE, AfterValidator(_entity_name)]
Names = Annotated[tuple[str, ...], FieldKind.NAMES, BeforeValidator(_listed)]
Identity = Annotated[InstanceOf[ManagedIdentity], FieldKind.IDENTITY]

Columns = Annotated[tuple[InstanceOf[Column], ...], FieldKind.COLUMNS, typed(parse_columns)]
Partitions = Annotated[
    tuple[InstanceOf[Partition], ...], FieldKind.PARTITIONS, typed(parse_partitions)
]
PathFormat = Annotated[tuple[InstanceOf[PathPart], ...], FieldKind.PATH, typed(parse_path_format)]

Timespan = Annotated[timedelta, FieldKind.TIMESPAN, typed(parse_timespan)]
Moment = Annotated[datetime, FieldKind.MOMENT, typed(parse_moment)]
Periods = Annotated[tuple[InstanceOf[Period], ...], FieldKind.PERIODS, typed(parse_periods)]

_IN_STORAGE = Listed(Source.LOCATIONS, ("identity",))
Location = Annotated[_Place, FieldKind.LOCATION, _IN_STORAGE, typed(identity_location)]
Locations = Annotated[
    tuple[_Place, ...], FieldKind.LOCATION, _IN_STORAGE, typed(identity_locations)
]
LocationsWithoutGen1 = Annotated[
    tuple[_Place, ...], FieldKind.LOCATION, _IN_STORAGE, typed(identity_locations_without_gen1)
]
Artifacts = Annotated[tuple[tuple[str, _Place], ...], FieldKind.ARTIFACTS, typed(parse_artifacts)]
SqlServerHost = Annotated[str, FieldKind.SERVER, Listed(Source.SQL_SERVERS), typed(server_address)]
CosmosAccount = Annotated[
    str, FieldKind.ACCOUNT, Listed(Source.COSMOS_ACCOUNTS), typed(cosmos_account)
]
_CATALOGS = Listed(Source.CATALOGS, ("server", "account"))
Catalog = Annotated[str, FieldKind.LINE, _CATALOGS, AfterValidator(_one_line)]
"""The name of a database that stands in a connection string."""
_CONTAINERS = Listed(Source.COSMOS_CONTAINERS, ("account", "catalog"))
Collection = Annotated[str, FieldKind.LINE, _CONTAINERS, AfterValidator(_one_line)]
"""The name of a Cosmos DB container that stands in a connection string."""
ModelEndpoint = Annotated[
    InstanceOf[AiModel], FieldKind.MODEL, Listed(Source.MODELS), typed(parse_model)
]

ConsumerGroup = Annotated[str, FieldKind.TEXT, Listed(Source.CONSUMER_GROUPS, ("event_hub",))]
MappingName = Annotated[str, FieldKind.TEXT, Listed(Source.MAPPINGS, ("table",))]
CosmosDatabase = Annotated[str, FieldKind.TEXT, Listed(Source.CATALOGS, ("account",))]
CosmosContainer = Annotated[str, FieldKind.TEXT, _CONTAINERS]

JsonObject = Annotated[dict[str, Any] | None, FieldKind.JSON, typed(json_object)]
JsonList = Annotated[list[dict[str, Any]] | None, FieldKind.JSON_LIST, typed(json_list)]
