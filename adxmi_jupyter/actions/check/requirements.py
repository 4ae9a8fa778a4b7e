"""Examine the links of a workflow's chain, those of the external tables it uses included.

Source: *Managed identities overview*, *Use a managed identity to run a continuous export job*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, repairs, target_facts
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.evaluation import Judge, facts_for, more_facts_for
from adxmi_jupyter.actions.check.findings import Finding, State, finding, name_of, unknown
from adxmi_jupyter.actions.check.function_requirements import with_functions
from adxmi_jupyter.actions.check.target_facts import Places
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import AdxmiError, DatabaseNotFound
from adxmi_jupyter.model.connection_string import Method, parse
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.formats import ExportFormat
from adxmi_jupyter.model.declaration.registry import maker_of
from adxmi_jupyter.model.declaration.requirements import (
    AT_TARGETS,
    Allowed,
    Assigned,
    GrantedInKusto,
    NotVerifiable,
    ReadsThrough,
    WritesThrough,
    acting_as,
    named_by,
)
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.model.word import line

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.cluster_facts import ShownTable
    from adxmi_jupyter.model.declaration.requirements import Link
    from adxmi_jupyter.service.connection import Connection

__all__ = ["Finding", "State", "examined", "links_frame", "name_of"]

Through = WritesThrough | ReadsThrough
"""Links that lead through an external table, to links of its own."""


@dataclass(frozen=True)
class Chain:
    """The links of one workflow, in the order of the chain, and its database."""

    links: tuple[Link, ...]
    database: str


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
    facts = Facts(connection, quiet=quiet)
    facts.gather(fact for link in links for fact in facts_for(link, database))
    _check_database(facts, links, database)
    (found,) = examined_together(facts, [Chain(tuple(links), database)], known=known)
    return found


def examined_together(
    facts: Facts, chains: Sequence[Chain], *, known: Sequence[ManagedIdentity] = ()
) -> list[tuple[Finding, ...]]:
    """Examine the links of many workflows as `examined` does; they share their `facts`."""
    facts.gather(f for one in chains for link in one.links for f in facts_for(link, one.database))
    whole = [_whole(one, facts, known) for one in chains]
    own = [(link, one.database) for one in whole for link in one.links_to_examine]
    facts.gather(fact for link, where in own for fact in facts_for(link, where))
    asked = target_facts.resources(link.target for link, _ in own if isinstance(link, AT_TARGETS))
    facts.gather(asked)
    places = Places(facts, asked)
    facts.gather(f for link, where in own for f in more_facts_for(link, facts, places, where))
    found = [_judged(one, Judge(facts, places, one.database)) for one in whole]
    if not known and any(one.repair for findings in found for one in findings):
        known = names.all_identities(facts.connection)
    return [
        tuple(_with_line(facts.connection, one, known) for one in findings) for findings in found
    ]


@dataclass(frozen=True)
class _Whole:
    """A chain with the links that external tables need in their turn."""

    links: tuple[Link | Finding, ...]
    database: str

    @property
    def links_to_examine(self) -> tuple[Link, ...]:
        """Those of which nothing is found yet."""
        return tuple(link for link in self.links if not isinstance(link, Finding))


def _whole(chain: Chain, facts: Facts, known: Sequence[ManagedIdentity]) -> _Whole:
    acting = next((link.identity for link in chain.links if isinstance(link, Assigned)), None)
    every: list[Link | Finding] = []
    for link in chain.links:
        if isinstance(link, WritesThrough | ReadsThrough):
            every += _beyond(link, facts, chain.database, acting, known)
        elif isinstance(link, GrantedInKusto) and link.query:
            every += with_functions(link, facts, chain.database)
        else:
            every.append(link)
    return _Whole(tuple(dict.fromkeys(every)), chain.database)


def _judged(whole: _Whole, judge: Judge) -> tuple[Finding, ...]:
    found = (link if isinstance(link, Finding) else judge.judged(link) for link in whole.links)
    return tuple(dict.fromkeys(found))


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
        facts.answer(cluster_facts.policy(Scope(database)))
    except DatabaseNotFound:
        raise
    except AdxmiError:
        return


def links_frame(workflow: str, name: str, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return a row for each link, in the order of the chain.

    Columns: ``workflow``, ``name``, ``link``, ``subject``, ``state`` (``ok``, ``missing``,
    ``warning`` or ``unknown``), ``detail``, ``fix``, all string.
    """
    columns = ("workflow", "name", "link", "subject", "state", "detail", "fix")
    rows = [
        (workflow, name, one.link, one.subject, one.state.value, one.detail, one.fix)
        for one in findings
    ]
    return fixed_frame(dict.fromkeys(columns, TEXT), rows)


def _beyond(
    link: Through,
    facts: Facts,
    database: str,
    acting: ManagedIdentity | None,
    known: Sequence[ManagedIdentity],
) -> Iterator[Link | Finding]:
    """Yield how the external table was found, and the links that it needs in its turn."""
    try:
        tables = facts.answer(cluster_facts.external_tables(database))
    except AdxmiError as failure:
        yield unknown(link, failure)
        return
    table: ShownTable | None = tables.get(link.external_table)
    if table is None:
        fix = line(maker_of(FieldKind.EXTERNAL_TABLE), "create", "--help")
        yield finding(link, State.MISSING, f"{database} has no external table of this name", fix)
        return
    if not table.connection_strings:
        yield finding(link, State.UNKNOWN, "the service does not show where it leads")
        return
    yield _as_target(link, table.data_format)
    actor = link.identity if isinstance(link, ReadsThrough) else acting
    for string in table.connection_strings:
        yield from _of_string(link, string, actor, known or names.all_identities(facts.connection))


def _as_target(link: Through, data_format: str) -> Finding:
    """Tell whether an external table can be what the link needs it for."""
    written = tuple(map(str, ExportFormat))
    if isinstance(link, ReadsThrough) or not data_format or data_format in written:
        return finding(link, State.OK)
    why = f"its files are {data_format}; exports write {', '.join(written)}"
    fix = "name an external table of one of these formats"
    return finding(link, State.MISSING, why, fix)


def _of_string(
    link: Through, text: str, actor: ManagedIdentity | None, known: Sequence[ManagedIdentity]
) -> Iterator[Link | Finding]:
    try:
        string = parse(text)
    except AdxmiError as failure:
        yield unknown(link, failure)
        return
    writes = isinstance(link, WritesThrough)
    if string.authentication.method is Method.IMPERSONATION and actor is not None:
        yield from targets.beyond(actor, string.target, write=writes)
        return
    word = string.authentication.identity
    if not word:
        told = f"it signs in by: {string.authentication.method}"
        yield NotVerifiable(link.subject, told)
        return
    identity = kept_identity(word, known)
    yield from named_by(identity, word)
    yield from acting_as(identity, Usage.EXTERNAL_TABLE)
    yield from targets.beyond(identity, string.target, write=writes)


def kept_identity(word: str, known: Sequence[ManagedIdentity]) -> ManagedIdentity:
    """Return the identity that is kept by a word, by its name where that is known.

    The word is an object ID, a client ID, a resource ID (the cluster's own for its system-assigned
    identity), or ``system``.
    """
    wanted = word.rstrip("/").lower()
    if wanted == SYSTEM:
        system = (one for one in known if one.is_system)
        return next(system, ManagedIdentity(SYSTEM, SYSTEM, is_system=True))
    for one in known:
        if wanted in {one.object_id.lower(), one.resource_id.lower(), one.client_id.lower()}:
            return one
    if not word.startswith("/"):
        return ManagedIdentity(wanted)
    return ManagedIdentity("", wanted.rsplit("/", 1)[-1], resource_id=word)
