"""Facts of many databases that one command answers, told as if each database had been asked.

What such a command does not tell, or not to this caller, is left to be asked of each database: the
answer there says what is so, or which permission is missing.

Source: *.show databases entities command*, *.show databases command*, *Security roles overview*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.errors import AdxmiError, UnreadableAnswer
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import EntityKind, KustoListing
from adxmi_jupyter.model.kql_reading import literals_in
from adxmi_jupyter.model.kusto_shapes import (
    DATABASES_POLICIES,
    ENTITIES,
    EXTERNAL_TABLES,
    OWN_ROLES,
)
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role, parse_authorized, parse_own_role
from adxmi_jupyter.model.shape import json_cell, text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts, Rows
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

_NAMED = 50
"""Of more databases all are asked for: a command with all their names would be long."""

_MASK = "***"
"""What stands in a literal that is not shown has asterisks only, whatever their number."""


def entities(databases: Sequence[str]) -> Fact:
    """Ask for tables, external tables and functions of databases, in one request: rows.

    Of databases that the caller may not read there are no rows.
    """
    command = kql.show_entities(_named(databases))
    return Fact(("entities", command), partial(_entities, command))


def _entities_in_clear(databases: Sequence[str]) -> Fact:
    """Ask for functions of databases with their obfuscated literals, which admins see."""
    named, kind = _named(databases), EntityKind.FUNCTION
    command = kql.show_entities(named, kind=kind, shows_obfuscated=True)
    return Fact(("entities", command), partial(_entities, command))


def _entities(command: str, connection: Connection) -> Rows:
    return connection.kusto.command(command, database=connection.database).rows(ENTITIES)


def _named(databases: Sequence[str]) -> Sequence[str]:
    return databases if len(databases) <= _NAMED else ()


def tell_entities(facts: Facts, databases: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Tell what `entities` answered of each database; return the names of external tables.

    Whoever may read a database's policy may read its entities, too: where there was no answer about
    the policy, that there are no entities means nothing.
    """
    found = _by_database(facts, entities(databases))
    if found is None:
        return {}
    readable = [one for one in databases if facts.knows(cluster_facts.policy(Scope(one)))]
    listings = _listings()
    masked: list[str] = []
    for database in dict.fromkeys(readable):
        rows = found[database.casefold()]
        _tell_tables(facts, database, rows, listings)
        if _is_masked(rows):
            masked.append(database)
        else:
            _tell_functions(facts, database, rows)
    _tell_masked(facts, masked)
    return {
        one: [
            text_cell(row, "EntityName")
            for row in _of_kind(found[one.casefold()], EntityKind.EXTERNAL_TABLE)
        ]
        for one in readable
    }


def _by_database(facts: Facts, fact: Fact) -> Mapping[str, list[Mapping[str, Any]]] | None:
    """Return rows by their database, in lower case; None where there was no answer."""
    try:
        rows: Rows = facts.answer(fact)
    except AdxmiError:
        return None
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[text_cell(row, "DatabaseName").casefold()].append(row)
    return found


def _of_kind(rows: Rows, kind: EntityKind) -> Rows:
    return [row for row in rows if text_cell(row, "EntityType") == kind]


def _tell_tables(facts: Facts, database: str, rows: Rows, listings: Sequence[KustoListing]) -> None:
    tables = _of_kind(rows, EntityKind.TABLE)
    names = [text_cell(row, "EntityName") for row in tables]
    facts.tell(cluster_facts.tables(database), [{"TableName": name} for name in names])
    for row, name in zip(tables, names, strict=True):
        if schema := text_cell(row, "CslOutputSchema"):
            facts.tell(cluster_facts.columns(database, name), [{"Schema": schema}])
    for listing in listings:
        if listing.belongs_to is not None and not _of_kind(rows, listing.belongs_to):
            facts.tell(cluster_facts.rows(listing.command, database, listing.shape), [])


def _is_masked(rows: Rows) -> bool:
    """Tell whether a function has literals that are not shown, in which an identity may be."""
    bodies = (text_cell(row, "Content") for row in _of_kind(rows, EntityKind.FUNCTION))
    return any(
        _MASK in literal for body in bodies if _MASK in body for literal in literals_in(body)
    )


def _tell_functions(facts: Facts, database: str, rows: Rows) -> None:
    told = [
        {"Name": text_cell(row, "EntityName"), "Body": text_cell(row, "Content")}
        for row in _of_kind(rows, EntityKind.FUNCTION)
    ]
    facts.tell(cluster_facts.functions(database), told)


def _tell_masked(facts: Facts, databases: Sequence[str]) -> None:
    """Tell functions with obfuscated literals; those of which they are not shown are left."""
    if not databases:
        return
    fact = _entities_in_clear(databases)
    facts.gather([fact])
    found = _by_database(facts, fact) or {}
    for database in databases:
        rows = found.get(database.casefold(), ())
        if rows and not _is_masked(rows):
            _tell_functions(facts, database, rows)


def that_depend_on_tables(databases: Iterable[str]) -> Iterator[Fact]:
    """Yield lists that may have no rows, by which types of external tables there are; and those."""
    listings = [one for one in _listings() if one.never_of]
    for database in databases:
        yield cluster_facts.external_tables(database)
        for one in listings:
            yield cluster_facts.rows(one.command, database, one.shape)


def tell_types(facts: Facts, databases: Iterable[str]) -> None:
    """Tell lists that have no rows for want of external tables of their types."""
    listings = [one for one in _listings() if one.never_of]
    for database in databases:
        tables = cluster_facts.rows(kql.SHOW_EXTERNAL_TABLES, database, EXTERNAL_TABLES)
        if not facts.knows(tables):
            continue
        types = {text_cell(row, "TableType").lower() for row in facts.answer(tables)}
        for one in listings:
            if types <= set(one.never_of):
                facts.tell(cluster_facts.rows(one.command, database, one.shape), [])


def _listings() -> list[KustoListing]:
    every = (one.listing for one in declarations())
    return [one for one in every if isinstance(one, KustoListing)]


def gather_roles(facts: Facts, databases: Iterable[str]) -> None:
    """Tell who holds which role on many databases, by one answer, to whoever may see it whole.

    Other callers than an admin of all databases may be shown a part of it.
    """
    wanted = [one for one in dict.fromkeys(databases) if not facts.has(cluster_facts.roles(one))]
    if len(wanted) <= 1:
        return
    policies = _policies(wanted)
    # One also lists roles on the whole cluster: one that was asked for less than others.
    chosen = min(reversed(wanted), key=lambda one: facts.has(cluster_facts.csl_script(one)))
    first = cluster_facts.roles(chosen)
    facts.gather((policies, own_roles(), first))
    found = _by_database(facts, policies)
    if found is None or not facts.knows(first) or not _is_admin(facts):
        return
    listed: tuple[RoleAssignment, ...] = facts.answer(first)
    of_all = tuple(one for one in listed if not one.database)
    for database in wanted:
        held = _held(found[database.casefold()], database)
        if held is not None:
            facts.tell(cluster_facts.roles(database), (*of_all, *held))


def _held(rows: Rows, database: str) -> tuple[RoleAssignment, ...] | None:
    """Return the roles on a database itself; None where the answer does not tell them."""
    try:
        return (
            tuple(
                parse_authorized(item, database)
                for row in rows[:1]
                for item in json_cell(row, "AuthorizedPrincipals") or ()
            )
            if rows
            else None
        )
    except UnreadableAnswer:
        return None


def _policies(databases: Sequence[str]) -> Fact:
    command = kql.show_databases_policies(_named(databases))

    def ask(connection: Connection) -> Rows:
        answer = connection.kusto.command(command, database=connection.database)
        return answer.rows(DATABASES_POLICIES)

    return Fact(("rows", command), ask)


def own_roles() -> Fact:
    """Ask which roles the caller holds: `RoleAssignment` values."""

    def ask(connection: Connection) -> tuple[RoleAssignment, ...]:
        command = kql.show_roles(CLUSTER)
        answer = connection.kusto.command(command, database=connection.database)
        return tuple(map(parse_own_role, answer.rows(OWN_ROLES)))

    return Fact(("own roles",), ask)


def _is_admin(facts: Facts) -> bool:
    try:
        own: tuple[RoleAssignment, ...] = facts.answer(own_roles())
    except AdxmiError:
        return False
    return any(one.role == Role.ADMINS.on_cluster for one in own)
