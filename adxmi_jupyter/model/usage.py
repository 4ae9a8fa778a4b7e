"""The usages of the managed identity policy.

Source: *Managed identity policy*, *Managed identities overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Self

from adxmi_jupyter.errors import UnknownUsage
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Retry, Several


class Usage(StrEnum):
    """What a policy can allow an identity to be used for; ``permits`` says it in words."""

    permits: str

    def __new__(cls, value: str, permits: str = "") -> Self:
        """Make a member from its name in the service and the workflows that need it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.permits = permits
        return member

    ALL = "All", "all current and future usages"
    AUTOMATED_FLOWS = "AutomatedFlows", "continuous export, update policies, query acceleration"
    AZURE_AI = "AzureAI", "the ai_embeddings and ai_chat_completion plugins"
    DATA_CONNECTION = "DataConnection", "Event Hubs, Event Grid and Cosmos DB data connections"
    EXPORT_REQUEST = "ExportRequest", "export to storage"
    EXTERNAL_DATA_REQUEST = "ExternalDataRequest", "externaldata and infer_storage_schema"
    EXTERNAL_TABLE = "ExternalTable", "external tables"
    NATIVE_INGESTION = "NativeIngestion", "SDK ingestion from storage"
    SANDBOX_ARTIFACTS = "SandboxArtifacts", "external artifacts of the Python plugin"
    SQL_REQUEST = "SqlRequest", "the sql_request and cosmosdb_sql_request plugins"


_CANONICAL = {usage.value.lower(): usage.value for usage in Usage}
_ORDER = {usage.value: place for place, usage in enumerate(Usage)}


def canonical(name: str) -> str:
    """Return the service's spelling of a usage; a name this release does not know stays as it is.

    >>> canonical(" externaltable ")
    'ExternalTable'
    """
    trimmed = name.strip()
    return _CANONICAL.get(trimmed.lower(), trimmed)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return usages once each in canonical order, unknown ones last by name.

    Order and letter case mean nothing to the service, so equal sets must look equal.
    """
    unique = {name.lower(): name for name in map(canonical, names) if name}
    return tuple(sorted(unique.values(), key=lambda name: (_ORDER.get(name, len(_ORDER)), name)))


def is_known(name: str) -> bool:
    """Tell whether this release knows the usage."""
    return name in _ORDER


def permits(name: str) -> str:
    """Return what a usage permits, in words."""
    return Usage(name).permits if is_known(name) else "a usage newer than this release"


@lru_cache(maxsize=1024)
def split(text: str) -> tuple[str, ...]:
    """Split the service's comma-separated list, any spacing and letter case, into canonical order.

    >>> split("nativeingestion ,AutomatedFlows,")
    ('AutomatedFlows', 'NativeIngestion')
    """
    return in_order(text.split(","))


_LIKE = 0.65
"""Below it two names have little in common but a prefix, such as mi-stranger and mi-ingest."""


_LONGEST_NAME = 100
_MOST_NAMES = 2000
"""Comparing takes time: the product of both lengths for each name there is."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like a mistyped one, or an empty string.

    What is longer than any name is like none, and of thousands of names only those of about the
    same length are looked at.
    """
    if len(name) > _LONGEST_NAME:
        return ""
    alike = (one for one in known if len(one) * _LIKE <= len(name) * (2 - _LIKE))
    by_lower = {candidate.lower(): candidate for candidate in islice(alike, _MOST_NAMES)}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=_LIKE)
    return by_lower[found[0]] if found else ""


def checked(names: Iterable[str], *, allow_unknown: bool = False) -> tuple[str, ...]:
    """Return usages a user asked for in canonical order.

    Raises
    ------
    UnknownUsage
        A usage is unknown and `allow_unknown` is false; the closest match is named.

    """
    usages = in_order(names)
    for name in usages:
        if not is_known(name) and not allow_unknown:
            raise _unknown(name)
    return usages


def _unknown(name: str) -> UnknownUsage:
    match = closest(name, _ORDER)
    what = f"there is no usage {name!r}"
    why = Explain.of(
        "the usages are ",
        Several.of(_ORDER),
        "; a newer one needs ",
        Option("--allow-unknown-usage"),
    )
    if match:
        return UnknownUsage(what, why=why, fix=ChangeOption("--usage", match))
    return UnknownUsage(what, why=why, fix=Retry.having("--allow-unknown-usage"))
