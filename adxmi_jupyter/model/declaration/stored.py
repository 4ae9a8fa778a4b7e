"""How a workflow is kept by the service, and so how the ones there are can be listed and dropped.

Source: *.show functions*, *Managed identities overview*, *.show database schema as csl script*
(Azure Data Explorer docs); REST reference of Microsoft.Kusto data connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string import hides_identity, parse
from adxmi_jupyter.model.declaration.requirements import NotVerifiable, named_by
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql_reading import arguments_of, literals_in
from adxmi_jupyter.model.shape import json_cell, text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string import Method
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.model.usage import Usage

Row = Mapping[str, Any]
Who = Callable[[str], "ManagedIdentity"]
"""Finds the identity that is kept by its object ID, client ID or resource ID, or as ``system``."""
RequirementsOf = Callable[[Row, Who], "tuple[Requirement, ...]"]
"""Returns the links of one that exists; what names no identity has none."""
RequirementsAt = Callable[["ManagedIdentity", object], "tuple[Requirement, ...]"]
"""Returns what the identity needs to reach what a connection string leads to."""

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_QUOTES = r"[\\\"']*"
# In a connection string, among properties, and as a key of JSON that may be quoted itself.
_NAMED = re.compile(
    rf"managed_?identity{_QUOTES}\s*[=:]\s*{_QUOTES}(?P<word>{_GUID}|system)(?![\w-])",
    re.IGNORECASE,
)
_ADO = re.compile(
    rf"Authentication\s*=\s*{_QUOTES}Active\s+Directory\s+Managed\s+Identity", re.IGNORECASE
)
# The documentation has a sample with a number in place of the object ID.
_ADO_USER = re.compile(rf"User\s?Id\s*=\s*{_QUOTES}(?P<word>[\w-]+)", re.IGNORECASE)
_ENDS_A_STRING = re.compile(r"[\r\n')]|\"\s*[,\]]")


class Source(StrEnum):
    """Which of two places told what a workflow authenticates with: its list, or the csl script.

    Lists of continuous exports may leave their identities out, and those of external tables mask
    connection strings. The csl script of the database has both.
    """

    LISTING = "listing"
    CSL_SCRIPT = "csl script"


@dataclass(frozen=True)
class Untold:
    """Neither place tells: the commands of both, and the permission that shows it.

    The script was denied to the caller, could not be read by another `failure`, or leaves it open.
    """

    listing: str
    script: str
    requires: str
    is_denied: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Existing:
    """One that exists: which identities it names (object IDs or ``system``), and what it reaches.

    `state` is the service's own word where it has one, such as a disabled export; `trouble` says
    what keeps it from working, apart from its requirements. `source` told the identities, where
    there are two places; `untold` says why neither did. `last_run` and `interval` are those of
    something that runs by itself, as the service writes them.
    """

    name: str
    kind: str
    identities: tuple[str, ...]
    target: str
    state: str = ""
    trouble: str = ""
    source: Source | None = None
    untold: Untold | None = None
    last_run: str = field(default="", compare=False)
    interval: str = field(default="", compare=False)


@dataclass(frozen=True)
class StoredWorkflow:
    """One that exists, and all that the service tells of it but what changes by itself."""

    existing: Existing
    row: Row


Restore = Callable[[Row, "Callable[[], CslScript]"], str]
"""Returns the statement that makes the one of a row again; the csl script is read when asked."""


@dataclass(frozen=True)
class SecondSource:
    """How the csl script completes a row of a list.

    `is_open` tells whether a row leaves open what authenticates, and `completed` returns the row
    with what the script tells of it, None where that leaves it open as well.
    """

    is_open: Callable[[Row], bool]
    completed: Callable[[Row, CslScript], Row | None]


def with_column(row: Row, name: str, value: object) -> Row:
    """Return a row in which a column has another value, however its name is spelt."""
    others = {key: one for key, one in row.items() if key.lower() != name.lower()}
    return {**others, name: value}


class EntityKind(StrEnum):
    """What a database has, in the words of ``.show databases entities``."""

    TABLE = "Table"
    EXTERNAL_TABLE = "ExternalTable"
    FUNCTION = "Function"


@dataclass(frozen=True)
class KustoListing:
    """Kept in a database: a command lists all of them in rows of a shape, each is read by `read`.

    `chain` returns the requirements of a row, and `details` the command that tells of one what the
    list leaves out, if it does. `otherwise` says how one authenticates that names no identity,
    if that is the same for all. `belongs_to` is the kind of entity that each row is about: a
    database without any has no rows; nor has an external table of a type in `never_of`, in lower
    case. `second` reads what a row may leave open in another place. `restore` returns the
    statement that makes the one of a row again; empty where not all of it is told.
    """

    command: str
    shape: Shape
    read: Callable[[Row], Existing | None]
    chain: RequirementsOf
    drop: Callable[[str], str]
    details: Callable[[str], str] | None = None
    otherwise: str = ""
    belongs_to: EntityKind | None = None
    never_of: tuple[str, ...] = ()
    second: SecondSource | None = None
    restore: Restore | None = None


@dataclass(frozen=True)
class DataConnectionListing:
    """Kept by Azure Resource Manager as data connections of these kinds.

    `chain` returns the requirements of one by its properties; `otherwise` says how one
    authenticates that names no identity.
    """

    kinds: tuple[str, ...]
    chain: RequirementsOf
    otherwise: str = ""


@dataclass(frozen=True)
class FunctionListing:
    """A query, so kept at most in stored functions; `words` are the operators that make it one.

    The first is the one to use; the others are spellings that the documentation has besides.
    `chain` returns what each connection string in its text asks for.
    """

    words: tuple[str, ...]
    chain: RequirementsAt

    def is_in(self, body: str) -> bool:
        """Tell whether the text of a function does it."""
        return bool(arguments_of(self.words, body))

    def requirements(self, body: str, who: Who) -> tuple[Requirement, ...]:
        """Return the requirements of a function: of each connection string that names an identity.

        Those that the operators are given count; where they are given variables, all of the text.
        """
        given = connection_strings_within("\n".join(arguments_of(self.words, body)))
        named = [one for one in given or connection_strings_within(body) if one.identity]
        return tuple(
            dict.fromkeys(
                requirement
                for one in named
                for identity in [who(one.identity)]
                for chain in [self.chain(identity, one.place)]
                if chain
                for requirement in (*named_by(identity, one.identity), *chain)
            )
        )

    def others(self, body: str) -> tuple[NotVerifiable, ...]:
        """Return how a function signs in at the places that it names without an identity."""
        given = connection_strings_within("\n".join(arguments_of(self.words, body)))
        found = given or connection_strings_within(body)
        told = (
            NotVerifiable(one.address, f"it authenticates by: {one.method}", one.method)
            for one in found
        )
        return tuple(dict.fromkeys(told))


@dataclass(frozen=True)
class PolicyListing:
    """Not stored: all there is to list is who may do it, by the managed identity policy."""

    usage: Usage


Listing = KustoListing | DataConnectionListing | FunctionListing | PolicyListing


def identities_named_in(text: str) -> tuple[str, ...]:
    """Return the identities that a text names, each once, in lower case.

    Connection strings, properties of commands and JSON name them in different ways.

    >>> identities_named_in("https://a.blob.core.windows.net/c;managed_identity=system")
    ('system',)
    """
    found = [word.lower() for word in _NAMED.findall(text)]
    for part in _ENDS_A_STRING.split(text):
        if _ADO.search(part):
            user = _ADO_USER.search(part)
            found.append(user["word"].lower() if user else SYSTEM)
    return tuple(dict.fromkeys(found))


def connection_strings_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the connection strings in a row about an external table; one of SQL has a place apart.

    Secrets in them are masked by the service, which need not show any. Of the two places the one
    counts that shows more.
    """
    listed = tuple(filter(None, map(str, json_cell(row, "ConnectionStrings") or ())))
    properties = json_cell(row, "Properties")
    one = ""
    if isinstance(properties, Mapping):
        one = text_cell(properties, "TargetEntityConnectionString")
    return (one,) if one and (not listed or any(map(hides_identity, listed))) else listed


@dataclass(frozen=True)
class NamedPlace:
    """Where a connection string leads, and how it signs in there.

    `identity` is the word by which it names an identity; empty where it names none.
    """

    identity: str
    place: object
    address: str
    method: Method


def connection_strings_within(text: str) -> tuple[NamedPlace, ...]:
    """Return where the connection strings in a query lead; literals that are none are left out."""
    found: list[NamedPlace] = []
    for literal in literals_in(text):
        try:
            string = parse(literal)
        except InvalidConnectionString:
            continue
        how = string.authentication
        found.append(NamedPlace(how.identity, string.target, string.address, how.method))
    return tuple(found)


def address(connection_string: str) -> str:
    """Return where a connection string leads, without how to get in; empty if that is unknown."""
    try:
        return parse(connection_string).address
    except InvalidConnectionString:
        return re.split(r"[?;]", connection_string)[0] if "://" in connection_string else ""
