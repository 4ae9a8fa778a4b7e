"""Examine the requirements of a workflow, those of the external tables it uses included.

Source: *Managed identities overview*, *Use a managed identity to run a continuous export job*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, many_databases, target_facts
from adxmi_jupyter.actions.check.chains import Requirements, is_open, whole
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.evaluation import (
    Evaluator,
    database_of,
    facts_for,
    more_facts_for,
)
from adxmi_jupyter.actions.check.findings import Finding, State
from adxmi_jupyter.actions.check.target_facts import Places
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import AdxmiError, DatabaseNotFound
from adxmi_jupyter.fixes import AskOwner
from adxmi_jupyter.model.declaration.requirements import (
    AT_TARGETS,
    Allowed,
    GrantedInKusto,
    Key,
)
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.remediation import fix_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.chains import Whole
    from adxmi_jupyter.actions.check.findings import Observation
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection


_DETAILS = ("roles", "databases", "query", "cluster_only", "host")
"""What tells requirements apart whose findings are told in the same words."""

_ROUNDS = 2
"""What a network needs to be known of it may depend on its rules, which come first."""


def examined(
    connection: Connection,
    requirements: Sequence[Requirement],
    database: str,
    *,
    known: Sequence[ManagedIdentity] = (),
    quiet: bool = False,
) -> tuple[Finding, ...]:
    """Examine requirements in their order, those of external tables on the way included.

    What must be known is asked for at the same time, and each fact once. What the caller may not
    see makes a requirement ``unknown``, with the reason. Fixes call identities by names that tell
    them apart from all `known` ones, by themselves those that can be seen. `quiet` shows no
    progress.

    Raises
    ------
    DatabaseNotFound
        There is no such database.

    """
    facts = Facts(connection, quiet=quiet)
    facts.gather(fact for requirement in requirements for fact in facts_for(requirement, database))
    _check_database(facts, requirements, database)
    (found,) = examined_together(facts, [Requirements(tuple(requirements), database)], known=known)
    return found


def examined_together(
    facts: Facts, several: Sequence[Requirements], *, known: Sequence[ManagedIdentity] = ()
) -> list[tuple[Finding, ...]]:
    """Examine the requirements of many workflows as `examined` does; they share their `facts`."""
    _gather_roles(facts, ((r, one.database) for one in several for r in one.every))
    facts.gather(
        f
        for one in several
        for requirement in one.every
        for f in facts_for(requirement, one.database)
    )
    facts.gather(
        cluster_facts.csl_script(one.database)
        for one in several
        if any(is_open(requirement, facts, one.database) for requirement in one.every)
    )
    chains = [whole(one, facts, known) for one in several]
    own = tuple(dict.fromkeys(place for one in chains for place in one.to_examine))
    _gather_roles(facts, own)
    facts.gather(fact for requirement, where in own for fact in facts_for(requirement, where))
    asked = target_facts.resources(
        requirement.target for requirement, _ in own if isinstance(requirement, AT_TARGETS)
    )
    facts.gather(asked)
    places = Places(facts, asked)
    for _ in range(_ROUNDS):
        facts.gather(
            fact
            for requirement, where in own
            for fact in more_facts_for(requirement, facts, places, where)
        )
    evaluated = {
        (requirement, where): Evaluator(facts, places, where).evaluated(requirement)
        for requirement, where in own
    }
    found = [_found(one, evaluated) for one in chains]
    if not known and any(one.remediation for findings in found for one in findings):
        known = names.all_identities(facts.connection)
    return [
        tuple(_with_line(facts.connection, one, known) for one in findings) for findings in found
    ]


def _gather_roles(facts: Facts, own: Iterable[tuple[Requirement, str]]) -> None:
    wanted = (
        database
        for requirement, where in own
        if isinstance(requirement, GrantedInKusto)
        for database in requirement.databases or (where,)
    )
    many_databases.gather_roles(facts, wanted)


def _found(
    chain: Whole, evaluated: Mapping[tuple[Requirement, str], Finding]
) -> tuple[Finding, ...]:
    found = (
        one if isinstance(one, Finding) else evaluated[one, database_of(one, chain.database)]
        for one in chain.every
    )
    once: dict[object, Finding] = {}
    for one in found:
        if one.key is Key.NETWORK and one.state is State.MET:
            continue  # of a network that nothing restricts there is nothing to tell
        once.setdefault((_matter(one.about), one.state, one.evidence), one)
    return tuple(once.values())


def _matter(about: Requirement | Observation) -> tuple[object, ...]:
    """Return what a requirement is about, however much is known of the identity."""
    rest = {one.name: getattr(about, one.name) for one in fields(about)}
    who = rest.pop("identity", None)
    for detail in _DETAILS:
        rest.pop(detail, None)
    return (about.key, who and (who.word or who.resource_id.lower()), *rest.items())


def _with_line(
    connection: Connection, finding: Finding, known: Sequence[ManagedIdentity]
) -> Finding:
    """Return a finding with the line that fixes it."""
    if finding.remediation is None:
        return finding
    fix = fix_of(finding.remediation, known)
    if isinstance(fix, AskOwner) and connection.is_embedded:
        fix = fix.here
    return finding.with_fix(fix)


def _check_database(facts: Facts, requirements: Iterable[Requirement], database: str) -> None:
    """Raise what the service said of the database, if it has none of this name."""
    if not any(isinstance(requirement, Allowed) for requirement in requirements):
        return
    try:
        facts.answer(cluster_facts.policy(Scope(database)))
    except DatabaseNotFound:
        raise
    except AdxmiError:
        return
