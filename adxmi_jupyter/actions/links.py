"""Examine the links of a workflow's chain, those of the external tables it uses included.

Source: *Managed identities overview*, *Use a managed identity to run a continuous export job*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions import link_facts, names, repairs
from adxmi_jupyter.actions.findings import Finding, State
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.link_facts import Facts
from adxmi_jupyter.actions.link_judges import (
    Judge,
    azure_facts_for,
    facts_for,
    finding,
    name_of,
    unknown,
)
from adxmi_jupyter.errors import AdxmiError, DatabaseNotFound
from adxmi_jupyter.model.connection_string import Method, parse
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import Kind
from adxmi_jupyter.model.declaration.formats import ExportFormat
from adxmi_jupyter.model.declaration.links import (
    Allowed,
    Assigned,
    NotVerifiable,
    ReadsThrough,
    WritesThrough,
)
from adxmi_jupyter.model.declaration.registry import maker_of
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.model.word import line

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.link_facts import ShownTable
    from adxmi_jupyter.model.connection_string import ConnectionString
    from adxmi_jupyter.model.declaration.links import Link
    from adxmi_jupyter.service.connection import Connection

__all__ = ["Finding", "State", "examined", "links_frame", "name_of"]

Through = WritesThrough | ReadsThrough
"""Links that lead through an external table, to links of its own."""


def examined(
    connection: Connection,
    links: Sequence[Link],
    database: str,
    *,
    known: Sequence[ManagedIdentity] = (),
    quiet: bool = False,
) -> tuple[Finding, ...]:
    """Examine links, those of the external tables they lead through included, in their order.

    What must be known is asked for at the same time, and each fact once. What the caller may not
    see makes a link ``unknown``, with the reason. Lines call identities by names that tell them
    apart from all `known` ones, by themselves those that can be seen. `quiet` shows no progress.

    Raises
    ------
    DatabaseNotFound
        There is no such database.

    """
    facts = Facts()
    facts.gather(
        connection, [fact for link in links for fact in facts_for(link, database)], quiet=quiet
    )
    _check_database(facts, links, database)
    acting = next((link.identity for link in links if isinstance(link, Assigned)), None)
    every: list[Link | Finding] = []
    for link in links:
        if isinstance(link, WritesThrough | ReadsThrough):
            every += _beyond(connection, link, facts, database, acting)
        else:
            every.append(link)
    own = [link for link in every if not isinstance(link, Finding)]
    wanted = [fact for link in own for fact in facts_for(link, database)]
    facts.gather(connection, wanted, quiet=quiet)
    wanted = [fact for link in own for fact in azure_facts_for(link, facts)]
    facts.gather(connection, wanted, quiet=quiet)
    judge = Judge(facts, database)
    judged = (link if isinstance(link, Finding) else judge.judged(link) for link in every)
    found = tuple(dict.fromkeys(judged))
    if not known and any(one.repair for one in found):
        known = names.seen(connection)
    return tuple(_with_line(connection, one, known) for one in found)


def _with_line(
    connection: Connection, finding: Finding, known: Sequence[ManagedIdentity]
) -> Finding:
    """Return a finding with the line that mends it."""
    if finding.repair is None:
        return finding
    is_embedded = connection.is_embedded
    return finding.with_fix(repairs.line_of(finding.repair, known, is_embedded=is_embedded))


def _check_database(facts: Facts, links: Iterable[Link], database: str) -> None:
    """Raise what the service said of the database, if it has none of this name."""
    if not any(isinstance(link, Allowed) for link in links):
        return
    try:
        facts.answer(link_facts.policy(Scope(database)))
    except DatabaseNotFound:
        raise
    except AdxmiError:
        return


def links_frame(workflow: str, name: str, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return a row for each link, in the order of the chain.

    Columns: ``workflow``, ``name``, ``link``, ``subject``, ``state`` (``ok``, ``missing`` or
    ``unknown``), ``detail``, ``fix``, all string.
    """
    columns = ("workflow", "name", "link", "subject", "state", "detail", "fix")
    rows = [
        (workflow, name, one.link, one.subject, one.state.value, one.detail, one.fix)
        for one in findings
    ]
    return fixed_frame(dict.fromkeys(columns, TEXT), rows)


def _beyond(
    connection: Connection,
    link: Through,
    facts: Facts,
    database: str,
    acting: ManagedIdentity | None,
) -> Iterator[Link | Finding]:
    """Yield how the external table was found, and the links that it needs in its turn."""
    try:
        tables = facts.answer(link_facts.external_tables(database))
    except AdxmiError as failure:
        yield unknown(link, failure)
        return
    table: ShownTable | None = tables.get(link.external_table)
    if table is None:
        fix = line(maker_of(Kind.EXTERNAL_TABLE), "create", "--help")
        yield finding(link, State.MISSING, f"{database} has no external table of this name", fix)
        return
    if not table.connection_strings:
        yield finding(link, State.UNKNOWN, "the service does not show where it leads")
        return
    yield _as_target(link, table.data_format)
    actor = link.identity if isinstance(link, ReadsThrough) else acting
    for string in table.connection_strings:
        yield from _of_string(connection, link, string, actor)


def _as_target(link: Through, data_format: str) -> Finding:
    """Tell whether an external table can be what the link needs it for."""
    written = tuple(map(str, ExportFormat))
    if isinstance(link, ReadsThrough) or not data_format or data_format in written:
        return finding(link, State.OK)
    why = f"its files are {data_format}; exports write {', '.join(written)}"
    fix = "name an external table of one of these formats"
    return finding(link, State.MISSING, why, fix)


def _of_string(
    connection: Connection, link: Through, text: str, actor: ManagedIdentity | None
) -> Iterator[Link | Finding]:
    try:
        string = parse(text)
    except AdxmiError as failure:
        yield unknown(link, failure)
        return
    writes = isinstance(link, WritesThrough)
    if string.authentication.method is Method.IMPERSONATION and actor is not None:
        yield from targets.reach(actor, string.target, write=writes)
        return
    identity = _named(connection, string)
    if identity is None:
        told = f"it signs in by: {string.authentication.method}"
        yield NotVerifiable(link.subject, told)
        return
    yield Assigned(identity)
    yield Allowed(identity, Usage.EXTERNAL_TABLE)
    yield from targets.reach(identity, string.target, write=writes)


def _named(connection: Connection, string: ConnectionString) -> ManagedIdentity | None:
    """Return the identity that a connection string names, by its name where that is known."""
    word = string.authentication.identity
    if not word:
        return None
    try:
        (found,) = names.resolved(connection, (word,))
    except AdxmiError:  # the word itself does: an object ID or ``system``
        return ManagedIdentity(word, is_system=word == SYSTEM)
    identity = found.identity
    return replace(identity, is_system=True) if word == SYSTEM else identity
