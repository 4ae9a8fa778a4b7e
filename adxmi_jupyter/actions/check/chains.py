"""The whole chain of a workflow: its requirements, and those of what it leads through.

Source: *Managed identities overview*, *Use a managed identity to run a continuous export job*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.evaluation import (
    database_of,
    facts_for,
)
from adxmi_jupyter.actions.check.findings import Finding, State, finding, unknown
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.connection_string import Method, parse
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.formats import ExportFormat
from adxmi_jupyter.model.declaration.registry import maker_of
from adxmi_jupyter.model.declaration.requirements import (
    Assigned,
    GrantedInKusto,
    NetworkOpen,
    NotVerifiable,
    ReadsThrough,
    WritesThrough,
    acting_as,
    named_by,
)
from adxmi_jupyter.model.declaration.stored import Source, Untold
from adxmi_jupyter.model.declaration.stored_tables import strings_in
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.kql import SHOW_EXTERNAL_TABLES
from adxmi_jupyter.model.kql_reading import databases_named_in, names_in
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts, ShownTable
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.declaration.requirements import Requirement


Through = WritesThrough | ReadsThrough
"""Links that lead through an external table, to links of its own."""


@dataclass(frozen=True)
class Requirements:
    """The requirements of one workflow in their order, and its database."""

    every: tuple[Requirement, ...]
    database: str


def whole_requirements(
    facts: Facts, several: Sequence[Requirements], *, known: Sequence[ManagedIdentity] = ()
) -> list[tuple[tuple[Requirement, str], ...]]:
    """Return the requirements of workflows, those through external tables included.

    Each comes with the database that it is about. Nothing is examined, and only what leads from one
    to another is asked for.
    """
    facts.gather(
        fact
        for one in several
        for requirement in one.every
        if isinstance(requirement, WritesThrough | ReadsThrough)
        for fact in facts_for(requirement, one.database)
    )
    facts.gather(
        cluster_facts.csl_script(one.database)
        for one in several
        if any(is_open(requirement, facts, one.database) for requirement in one.every)
    )
    return [whole(one, facts, known).to_examine for one in several]


@dataclass(frozen=True)
class Whole:
    """Requirements with those that external tables have in their turn."""

    every: tuple[Requirement | Finding, ...]
    database: str

    @property
    def to_examine(self) -> tuple[tuple[Requirement, str], ...]:
        """Those of which nothing is found yet, each with the database it is about."""
        return tuple(
            (requirement, database_of(requirement, self.database))
            for requirement in self.every
            if not isinstance(requirement, Finding)
        )


def whole(of: Requirements, facts: Facts, known: Sequence[ManagedIdentity]) -> Whole:
    """Return the whole chain of a workflow; what it leads through has been asked for."""
    acting = next(
        (requirement.identity for requirement in of.every if isinstance(requirement, Assigned)),
        None,
    )
    every: list[Requirement | Finding] = []
    for requirement in of.every:
        if isinstance(requirement, WritesThrough | ReadsThrough):
            every += _beyond(requirement, facts, of.database, acting, known)
        elif isinstance(requirement, GrantedInKusto) and requirement.query:
            every += _with_functions(requirement, facts, of.database)
        else:
            every.append(requirement)
    return Whole(tuple(dict.fromkeys(every)), of.database)


def _with_functions(
    requirement: GrantedInKusto, facts: Facts, database: str
) -> Iterator[Requirement | Finding]:
    """Yield the requirement of who runs a query, and that to databases which functions in it read.

    What the functions are that could not be looked at is ``unknown``.
    """
    yield requirement
    try:
        found = _read_through(requirement.query, facts, database)
    except AdxmiError as failure:
        yield unknown(requirement, failure)
        return
    elsewhere = tuple(one for one in found if one.casefold() != database.casefold())
    if elsewhere:
        yield GrantedInKusto(requirement.identity, requirement.role, elsewhere)


def _read_through(query: str, facts: Facts, database: str) -> tuple[str, ...]:
    """Return the databases that bodies of functions name, those of functions in them included."""
    found: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    todo = [(database, query)]
    while todo:
        here, text = todo.pop()
        for where, name in names_in(text):
            place = where or here
            facts.gather([cluster_facts.functions(place)])
            body = facts.answer(cluster_facts.functions(place)).get(name)
            if body is None or (place, name) in seen:
                continue
            seen.add((place, name))
            found |= dict.fromkeys(databases_named_in(body))
            todo.append((place, body))
    return tuple(found)


def _beyond(
    requirement: Through,
    facts: Facts,
    database: str,
    acting: ManagedIdentity | None,
    known: Sequence[ManagedIdentity],
) -> Iterator[Requirement | Finding]:
    """Yield how the external table was found, and the requirements that it needs in its turn."""
    try:
        tables = facts.answer(cluster_facts.external_tables(database))
    except AdxmiError as failure:
        yield unknown(requirement, failure)
        return
    table: ShownTable | None = tables.get(requirement.external_table)
    if table is None:
        fix = Command.of(maker_of(FieldKind.EXTERNAL_TABLE), "create", "--help")
        yield finding(
            requirement, State.NOT_MET, f"{database} has no external table of this name", fix
        )
        return
    found = _strings(table, facts, database, requirement.external_table)
    target = _as_target(requirement, table.data_format)
    if isinstance(found, Untold):
        yield finding(requirement, State.UNKNOWN, second_source.why(found))
        yield from (target,) if target.state is not State.MET else ()
        return
    strings, source = found
    yield replace(target, source=source)
    actor = requirement.identity if isinstance(requirement, ReadsThrough) else acting
    for string in strings:
        yield from _of_string(
            requirement, string, actor, known or names.all_identities(facts.connection)
        )


def is_open(requirement: Requirement, facts: Facts, database: str) -> bool:
    """Tell whether a requirement leads through an external table that shows too little."""
    if not isinstance(requirement, WritesThrough | ReadsThrough):
        return False
    try:
        tables = facts.answer(cluster_facts.external_tables(database))
    except AdxmiError:  # then examining it says why
        return False
    table: ShownTable | None = tables.get(requirement.external_table)
    return table is not None and table.is_open


def _strings(
    table: ShownTable, facts: Facts, database: str, name: str
) -> tuple[Sequence[str], Source] | Untold:
    """Return the connection strings of a table and which place told them, or that none did."""
    if not table.is_open:
        return table.connection_strings, Source.LISTING
    try:
        script: CslScript = facts.answer(cluster_facts.csl_script(database))
    except AdxmiError as failure:
        return second_source.untold(SHOW_EXTERNAL_TABLES, database, failure)
    strings = strings_in(script, name)
    if not strings:
        return second_source.untold(SHOW_EXTERNAL_TABLES, database)
    return strings, Source.CSL_SCRIPT


def _as_target(requirement: Through, data_format: str) -> Finding:
    """Tell whether an external table can be what the requirement needs it for."""
    written = tuple(map(str, ExportFormat))
    if isinstance(requirement, ReadsThrough) or not data_format or data_format in written:
        return finding(requirement, State.MET)
    why = f"its files are {data_format}; exports write {', '.join(written)}"
    fix = Explain.of("name an external table of one of these formats")
    return finding(requirement, State.NOT_MET, why, fix)


def _of_string(
    requirement: Through, text: str, actor: ManagedIdentity | None, known: Sequence[ManagedIdentity]
) -> Iterator[Requirement | Finding]:
    try:
        string = parse(text)
    except AdxmiError as failure:
        yield unknown(requirement, failure)
        return
    writes = isinstance(requirement, WritesThrough)
    if string.authentication.method is Method.IMPERSONATION and actor is not None:
        for one in targets.beyond(actor, string.target, write=writes):
            yield replace(one, is_trusted=False) if isinstance(one, NetworkOpen) else one
        return
    word = string.authentication.identity
    if not word:
        told = f"it authenticates by: {string.authentication.method}"
        yield NotVerifiable(_called(requirement), told)
        return
    identity = kept_identity(word, known)
    yield from named_by(identity, word)
    yield from acting_as(identity, Usage.EXTERNAL_TABLE)
    yield from targets.beyond(identity, string.target, write=writes)


def _called(requirement: Through) -> str:
    return f"external table {requirement.external_table}"


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
