"""Ingestion properties of commands (page: Data ingestion properties)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import KustoError

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import Properties

_TRUTHS = frozenset(
    {
        *("ignorefirstrecord", "treatgzasuncompressed", "enabletracking", "persistdetails"),
        *("extend_schema", "recreate_schema", "distributed", "policy_ingestiontime"),
    }
)
_KNOWN = {
    name.casefold()
    for name in (
        *("format", "ingestionMapping", "ingestionMappingReference", "creationTime", "tags"),
        *("ingestIfNotExists", "ignoreFirstRecord", "validationPolicy", "zipPattern"),
        *("TreatGzAsUncompressed", "extend_schema", "recreate_schema", "folder", "docstring"),
        *("policy_ingestionTime", "distributed", "persistDetails", "small_dimension_table"),
    )
}


def checked_properties(given: Properties, *also: str) -> dict[str, str]:
    """Return properties by their names in lower case; a KustoError (400) for one that is none.

    `also` are names that this command takes beside the ingestion properties.
    """
    known = _KNOWN | {name.casefold() for name in also}
    found: dict[str, str] = {}
    for name, value in given:
        folded = name.casefold()
        if folded not in known:
            raise malformed_property(f"'{name}' is no ingestion property.")
        if folded in found:
            raise malformed_property(f"'{name}' is given twice.")
        if folded in _TRUTHS:
            truth(name, value)
        found[folded] = value
    return found


def truth(name: str, value: str) -> bool:
    """Return whether a text says true; a KustoError (400) when it says neither."""
    if value.casefold() not in {"true", "false"}:
        raise malformed_property(f"'{value}' is no value for '{name}': true or false.")
    return value.casefold() == "true"


def malformed_property(detail: str) -> KustoError:
    """Return the error of a property that cannot stand there."""
    return KustoError(
        400,
        "BadRequest_MalformedIngestionProperty",
        "Request is invalid and cannot be executed.",
        "Kusto.Data.Exceptions.MalformedIngestionPropertyException",
        detail,
    )
