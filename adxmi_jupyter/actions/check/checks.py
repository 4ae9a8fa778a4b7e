"""Check what exists: which requirement is missing, for one workflow or for all.

Everything here works on declarations (`model.workflow`) and knows none of them by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, many_databases, policy_entries, scripts
from adxmi_jupyter.actions.check.chains import Requirements
from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
from adxmi_jupyter.actions.check.examination import examined, examined_together
from adxmi_jupyter.actions.check.findings import (
    Checked,
    CheckedKind,
    Checks,
    Observation,
    State,
    Topic,
    finding,
)
from adxmi_jupyter.actions.check.subjects import findings_of, scripts_for, subject_of
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.workflow.listing import command_of, rows_in, shape_of, stored_of
from adxmi_jupyter.actions.workflow.plans import absent, is_called, named
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, PolicyListing
from adxmi_jupyter.model.policy import CLUSTER, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.subjects import Subject
    from adxmi_jupyter.actions.workflow.listing import Rows
    from adxmi_jupyter.model.declaration.stored import StoredWorkflow
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

    Declaration = type[Workflow]


def check_one(connection: Connection, declaration: Declaration, database: str, name: str) -> Checks:
    """Check the workflow of a name.

    Raises
    ------
    WorkflowNotFound
        There is none of this name; those there are are listed.
    AdxmiError
        They could not be listed.

    """
    facts = Facts(connection)
    every = _kept(facts, declaration, database)
    found = [one for one in every if is_called(declaration, one.existing, name)]
    if not found:
        there = [one.existing.name for one in every if one.existing.name]
        raise absent(declaration, database, name, there, verb="check")
    return _of_kind(facts, declaration, database, found)


def check_kind(connection: Connection, declaration: Declaration, database: str) -> Checks:
    """Check all workflows of a kind in a database; raises as listing them does.

    What is kept nowhere is told by policies, and the cluster's counts in every database.
    """
    facts = Facts(connection)
    found = _kept(facts, declaration, database)
    unread: tuple[Checked, ...] = ()
    if isinstance(declaration.listing, PolicyListing):
        try:
            found = (*found, *_kept(facts, declaration, CLUSTER.database))
        except AdxmiError as failure:
            unread = (_Unread(database, failure, [declaration.noun()]).checked,)
    every = {(one.existing.name, one.existing.identities): one for one in found}
    checked = (*_of_kind(facts, declaration, database, every.values()).checked, *unread)
    return Checks(checked or (_none_of(declaration, database),))


def _none_of(declaration: Declaration, database: str) -> Checked:
    listing = declaration.listing
    if isinstance(listing, PolicyListing):
        both = f"the policies of {database} and of the cluster"
        why = f"no identity can: {both} allow no identity {listing.usage}"
    else:
        why = f"there is none in {database}, as far as you can read"
    return none_there(declaration.noun(), database, why)


def check_planned(connection: Connection, workflow: Workflow, database: str) -> Checks:
    """Check a workflow that is filled in; raises as `examined` does."""
    found = examined(connection, workflow.requirements(), database)
    return Checks((Checked(workflow.noun(), named(workflow), found, database),))


def _kept(facts: Facts, declaration: Declaration, database: str) -> tuple[StoredWorkflow, ...]:
    """Return what is kept of a kind in a database; a refusal keeps the service's words."""
    fact = replace(_rows(declaration, database), right="")
    facts.gather((fact,))
    return stored_of(facts.connection, declaration.listing, facts.answer(fact))


def _of_kind(
    facts: Facts, declaration: Declaration, database: str, found: Iterable[StoredWorkflow]
) -> Checks:
    known = names.all_identities(facts.connection)
    kept = list(found)
    facts.gather(scripts_for(declaration, database, kept))
    subjects = [subject_of(facts, declaration, database, one, known) for one in kept]
    return Checks(_examined(facts, subjects, known))


def check_all(
    connection: Connection, databases: Sequence[str], facts: Facts | None = None
) -> Checks:
    """Check every workflow in databases; what cannot be listed is a row of its own.

    `facts` are those that are known already.

    Policy entries whose identity is not assigned are told, too. Workflows that name no managed
    identity are counted only. `facts` gets all that was asked for.

    Raises
    ------
    AdxmiError
        Nothing at all could be listed: the first error.

    """
    facts = facts or Facts(connection)
    found = inventory(facts, databases)
    named = [one for one in found.subjects if one.names_an_identity]
    every = _examined(facts, named, found.known)
    others = len(found.subjects) - len(named)
    scopes = (CLUSTER, *map(Scope, databases))
    checked = (*every, *found.unread, *policy_entries.without_effect(facts, scopes))
    if not checked:
        why = f"none names a managed identity; those that authenticate otherwise: {others}"
        checked = (none_there("", ", ".join(databases), why),)
    return Checks(checked, others)


@dataclass(frozen=True)
class Inventory:
    """What exists in databases, what could not be listed, and the identities that are known."""

    subjects: tuple[Subject, ...]
    unread: tuple[Checked, ...]
    known: tuple[ManagedIdentity, ...]


def inventory(facts: Facts, databases: Sequence[str]) -> Inventory:
    """List every workflow in databases; raises as `check_all`."""
    connection = facts.connection
    _remember_cluster(connection)
    scopes = (CLUSTER, *map(Scope, databases))
    asked = _asked(databases)
    _gather_listed(facts, asked, scopes)
    known = _known(facts, scopes)
    listed: dict[tuple[Declaration, str], tuple[StoredWorkflow, ...]] = {}
    failed: dict[Fact, _Unread] = {}
    for (kind, where), fact in asked.items():
        try:
            listed[kind, where] = stored_of(connection, kind.listing, facts.answer(fact))
        except AdxmiError as failure:
            failed.setdefault(fact, _Unread(where, failure)).nouns.append(kind.noun())
    if failed and len(failed) == len(set(asked.values())):
        raise next(iter(failed.values())).failure
    facts.gather(
        f for (kind, where), kept in listed.items() for f in scripts_for(kind, where, kept)
    )
    subjects = tuple(
        subject_of(facts, kind, where, one, known)
        for (kind, where), kept in listed.items()
        for one in kept
    )
    return Inventory(subjects, tuple(one.checked for one in failed.values()), known)


def _asked(databases: Sequence[str]) -> Mapping[tuple[Declaration, str], Fact]:
    """Return what is asked to list workflows, by their kind and database."""
    kinds = [one for one in declarations() if not isinstance(one.listing, PolicyListing)]
    return {(kind, where): _rows(kind, where) for kind in kinds for where in databases}


def _gather_listed(
    facts: Facts, asked: Mapping[tuple[Declaration, str], Fact], scopes: Sequence[Scope]
) -> None:
    """Ask for policies and workflows: first for what one answer tells of several lists."""
    databases = [scope.database for scope in scopes if scope.database]
    policies = map(cluster_facts.policy, scopes)
    facts.gather((many_databases.entities(databases), cluster_facts.assigned(), *policies))
    external_tables = many_databases.tell_entities(facts, databases)
    # By database, so that the cluster and Azure, which have their own turns, both have work.
    listed = [asked[one] for one in sorted(asked, key=lambda one: one[1])]
    later = set(many_databases.that_depend_on_tables(external_tables))
    facts.gather((cluster_facts.in_subscription(), *(one for one in listed if one not in later)))
    scripts.gather_scripts(facts, external_tables)
    facts.gather(map(cluster_facts.external_tables, external_tables))
    many_databases.tell_types(facts, external_tables)
    facts.gather(listed)


def _remember_cluster(connection: Connection) -> None:
    """Ask for the cluster's resource ID once, before all databases need it."""
    try:
        identities.cluster_id(connection)
    except AdxmiError:  # then every database's connections say why they cannot be listed
        return


def _rows(declaration: Declaration, database: str) -> Fact:
    """Ask what exists of a kind in a database; several kinds can have the same answer."""
    listing = declaration.listing
    if isinstance(listing, PolicyListing):
        return cluster_facts.policy(Scope(database))
    if not isinstance(listing, DataConnectionListing):
        return cluster_facts.rows(command_of(listing), database, shape_of(listing))

    def ask(connection: Connection) -> Rows:
        return rows_in(connection, listing, database)

    key = ("rows", command_of(listing), database)
    return Fact(key, ask, "Reader on the cluster, in Azure")


def _known(facts: Facts, scopes: Sequence[Scope]) -> tuple[ManagedIdentity, ...]:
    """Return the identities that policies or Azure show, each once."""
    named: dict[str, ManagedIdentity] = {}
    for scope in scopes:
        named |= {
            one.identity.object_id.lower(): one.identity
            for one in policy_entries.entries(facts, scope)
        }
    visible: list[ManagedIdentity] = []
    for ask in (policy_entries.assigned, _in_subscription):
        try:
            visible += ask(facts)
        except AdxmiError:  # the links say what could not be seen
            continue
    every = {one.object_id.lower(): one for one in visible}
    return names.merged(tuple(named.values()), tuple(every.values()))


def _in_subscription(facts: Facts) -> Iterable[ManagedIdentity]:
    found: Mapping[str, ManagedIdentity] = facts.answer(cluster_facts.in_subscription())
    return found.values()


def _examined(
    facts: Facts, subjects: Sequence[Subject], known: Sequence[ManagedIdentity]
) -> tuple[Checked, ...]:
    several = [Requirements(one.requirements, one.database) for one in subjects]
    every = examined_together(facts, several, known=known)
    return tuple(
        Checked(one.noun, one.name, findings_of(one, found), one.database)
        for one, found in zip(subjects, every, strict=True)
    )


def none_there(workflow: str, database: str, why: str) -> Checked:
    """Return what is told where there is nothing to check."""
    about = Observation(Topic.LISTING, place=workflow)
    return Checked(workflow, "", (finding(about, State.MET, why),), database, CheckedKind.NOTHING)


@dataclass(frozen=True)
class _Unread:
    """Workflows of some kinds that could not be listed in a database."""

    database: str
    failure: AdxmiError
    nouns: list[str] = field(default_factory=list)

    @property
    def checked(self) -> Checked:
        """What is told of them."""
        why = f"{self.failure.what}: {self.failure.why}"
        kinds = ", ".join(self.nouns)
        about = Observation(Topic.LISTING, place=kinds)
        unread = finding(about, State.UNKNOWN, why, self.failure.remediation)
        nouns = tuple(self.nouns)
        return Checked("", "", (unread,), self.database, CheckedKind.UNREAD, nouns)
