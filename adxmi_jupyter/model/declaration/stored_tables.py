"""External tables as the service shows them: what they are, what they need, how they are dropped.

Source: *.show external tables*, *Authenticate external tables with managed identities* (Azure Data
Explorer docs).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import hides_identity, is_illegible
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.requirements import acting_as, for_followers
from adxmi_jupyter.model.declaration.stored import (
    Existing,
    SecondSource,
    address,
    connection_strings_in,
    identities_named_in,
    with_column,
)
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import Row, Who
    from adxmi_jupyter.model.identity import ManagedIdentity


_MAKING = re.compile(r"^\s*\.create\s+external", re.IGNORECASE)  # one that is there is replaced


class TableKind(StrEnum):
    """Kind of the data source."""

    STORAGE = "storage"
    DELTA = "delta"
    SQL = "sql"
    COSMOS = "cosmos"


def existing(row: Row) -> Existing:
    """Return the table of a row, and the identities its connection strings name."""
    strings = connection_strings_in(row)
    return Existing(
        text_cell(row, "TableName", "EntityName"),
        text_cell(row, "TableType"),
        identities_named_in("\n".join(strings)),
        next(filter(None, map(address, strings)), ""),
    )


def _is_open(row: Row) -> bool:
    strings = connection_strings_in(row)
    return not strings or any(map(hides_identity, strings))


def strings_in(script: CslScript, name: str) -> tuple[str, ...]:
    """Return the connection strings of a table in a csl script; none where it shows too little."""
    strings = script.connection_strings.get(name, ())
    return () if any(map(is_illegible, strings)) else strings


def _completed(row: Row, script: CslScript) -> Row | None:
    strings = strings_in(script, text_cell(row, "TableName", "EntityName"))
    return with_column(row, "ConnectionStrings", list(strings)) if strings else None


SECOND_SOURCE = SecondSource(_is_open, _completed)
"""What stands behind the asterisks of a list; a secret is one in the script as well."""


def _reaching(identity: ManagedIdentity, place: object) -> tuple[Requirement, ...]:
    return acting_as(identity, Usage.EXTERNAL_TABLE, *targets.beyond(identity, place, write=False))


def chain(row: Row, who: Who) -> tuple[Requirement, ...]:
    """Return the requirements of the table of a row; those of followers come last."""
    strings = connection_strings_in(row)
    requirements = [
        requirement for text in strings for requirement in targets.kept(text, who, _reaching)
    ]
    return (*dict.fromkeys(requirements), *for_followers(requirements))


def restore(row: Row, script: Callable[[], CslScript]) -> str:
    """Return the statement that makes the table of a row again, as the csl script has it."""
    name, told = text_cell(row, "TableName", "EntityName"), script()
    statement = told.table_statements.get(name, "") if strings_in(told, name) else ""
    return _MAKING.sub(".create-or-alter external", statement)


def drop(name: str) -> str:
    """Return the command that drops a table."""
    return f".drop external table {kql.quote_name(name)}"
