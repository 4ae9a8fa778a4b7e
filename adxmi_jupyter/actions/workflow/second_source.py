"""Read in the csl script what lists leave open: identities of exports, masked connection strings.

The script is asked for where a list leaves something open, once for each database. What neither
tells is said to be untold, with the permission that shows it: it is never taken for nothing.

Source: *.show database schema as csl script* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, NotAuthorized
from adxmi_jupyter.model.connection_string import scrubbed
from adxmi_jupyter.model.csl_script import CslScript, read_csl_script
from adxmi_jupyter.model.declaration.stored import KustoListing, Source, Untold
from adxmi_jupyter.model.kql import show_csl_script
from adxmi_jupyter.model.kusto_shapes import CSL_SCRIPT
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.stored import Listing, SecondSource, StoredWorkflow
    from adxmi_jupyter.service.connection import Connection

_MASK = "***"

Script = Callable[[], CslScript]
"""Returns the script of a database; raises as the request does."""


def read_script(connection: Connection, database: str) -> CslScript:
    """Read the csl script of a database; raises as `Kusto.command` does."""
    answer = connection.kusto.command(show_csl_script(database), database=database)
    return read_csl_script(
        text_cell(row, "DatabaseSchemaScript") for row in answer.rows(CSL_SCRIPT)
    )


def second_of(listing: Listing) -> SecondSource | None:
    """Return how what a list leaves open is read elsewhere, if it is."""
    return listing.second if isinstance(listing, KustoListing) else None


def is_open(listing: Listing, kept: StoredWorkflow) -> bool:
    """Tell whether a list leaves open what authenticates."""
    second = second_of(listing)
    return second is not None and second.is_open(kept.row)


def script_of(connection: Connection, database: str) -> Script:
    """Return what reads the script of a database when it is first needed, and then no more."""

    @cache
    def answer() -> CslScript | AdxmiError:
        if not connection.known.script_shows_identities:
            return read_csl_script(())
        try:
            return read_script(connection, database)
        except AdxmiError as failure:
            return failure

    def script() -> CslScript:
        found = answer()
        if isinstance(found, AdxmiError):
            raise found
        return found

    return script


def whole(
    connection: Connection, listing: Listing, database: str, every: Iterable[StoredWorkflow]
) -> tuple[StoredWorkflow, ...]:
    """Return what a list tells with what it leaves open, as far as anything tells it."""
    script = script_of(connection, database)
    return tuple(completed(listing, database, one, script) for one in every)


def completed(
    listing: Listing, database: str, kept: StoredWorkflow, script: Script
) -> StoredWorkflow:
    """Return one with what the script tells of it, if its list leaves something open.

    Its `existing` says which of the two told, or what it takes where neither did.
    """
    second = second_of(listing)
    if second is None or not isinstance(listing, KustoListing):
        return kept
    if not second.is_open(kept.row):
        return replace(kept, existing=replace(kept.existing, source=Source.LISTING))
    try:
        row = second.completed(kept.row, script())
    except AdxmiError as failure:
        return _left_open(kept, untold(listing.command, database, failure))
    told = listing.read(row) if row is not None else None
    if row is None or told is None:
        return _left_open(kept, untold(listing.command, database))
    existing = replace(
        kept.existing, identities=told.identities, target=told.target, source=Source.CSL_SCRIPT
    )
    return replace(kept, row=row, existing=existing)


def restoring(connection: Connection, listing: Listing, database: str, kept: StoredWorkflow) -> str:
    """Return the statement that makes one again; empty where not all of it is told."""
    if not isinstance(listing, KustoListing) or listing.restore is None:
        return ""
    try:
        statement = listing.restore(kept.row, script_of(connection, database))
    except AdxmiError:  # it can be written all the same, and not be undone
        return ""
    is_whole = _MASK not in statement and scrubbed(statement) == statement
    return statement if is_whole else ""


def _left_open(kept: StoredWorkflow, why: Untold) -> StoredWorkflow:
    return replace(kept, existing=replace(kept.existing, untold=why))


def untold(command: str, database: str, failure: AdxmiError | None = None) -> Untold:
    """Return why neither the list of a command nor the script tells, and what it takes.

    An administrator may read the script, whatever else it takes.
    """
    reason = ""
    if failure is not None and not isinstance(failure, NotAuthorized):
        reason = f"{failure.what} ({failure.why})"
    return Untold(
        command,
        show_csl_script(database),
        f"Database Admin of {database}",
        is_denied=isinstance(failure, NotAuthorized),
        failure=reason,
    )


def why(found: Untold) -> str:
    """Return what is told of what is unknown."""
    if found.failure:
        return f"{found.listing} doesn't show it, and {found.script} failed: {found.failure}"
    if found.is_denied:
        return (
            f"{found.listing} doesn't show it, and you aren't allowed to run {found.script}: "
            f"requires {found.requires}"
        )
    return (
        f"neither {found.listing} nor {found.script} shows it: requires {found.requires}, "
        "and the script with (ShowObfuscatedStrings=true)"
    )
