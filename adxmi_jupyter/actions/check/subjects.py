"""What is checked: something that exists, what it needs, and what there is to say of itself.

What its list leaves open is read in the csl script of its database, which has been asked for then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.chains import kept_identity
from adxmi_jupyter.actions.check.findings import Observation, State, Topic, finding
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.fixes import ChangeOption, Command
from adxmi_jupyter.model.declaration.requirements import Assigned, Key, NotVerifiable, acting_as
from adxmi_jupyter.model.declaration.stored import (
    DataConnectionListing,
    FunctionListing,
    KustoListing,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import (
        Existing,
        Listing,
        Source,
        StoredWorkflow,
        Who,
    )
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.identity import ManagedIdentity

    Declaration = type[Workflow]


def scripts_for(
    declaration: Declaration, database: str, kept: Iterable[StoredWorkflow]
) -> tuple[Fact, ...]:
    """Return what tells what the list of a kind leaves open, if it does."""
    listing = declaration.listing
    is_open = any(second_source.is_open(listing, one) for one in kept)
    return (cluster_facts.csl_script(database),) if is_open else ()


@dataclass(frozen=True)
class Subject:
    """Something to check: what exists, and the requirements it needs.

    `otherwise` says how one authenticates that names no identity; empty if that is not known.
    """

    noun: str
    database: str
    existing: Existing
    requirements: tuple[Requirement, ...]
    otherwise: str = ""

    @property
    def name(self) -> str:
        """What it is called; what has no name is called by its identities."""
        return self.existing.name or ", ".join(self.labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """The identities that it needs, as people know them."""
        acting = (
            requirement.identity.label
            for requirement in self.requirements
            if isinstance(requirement, Assigned)
        )
        return tuple(dict.fromkeys(acting))

    @property
    def names_an_identity(self) -> bool:
        """Whether any of its requirements is about a managed identity, or this is unknown."""
        certain = (one for one in self.requirements if not isinstance(one, NotVerifiable))
        return self.existing.untold is not None or any(certain)


def subject_of(
    facts: Facts,
    declaration: Declaration,
    database: str,
    kept: StoredWorkflow,
    known: Sequence[ManagedIdentity],
) -> Subject:
    """Return one that exists, completed by what `scripts_for` asked for, and what it needs."""
    connection, listing = facts.connection, declaration.listing

    def who(word: str) -> ManagedIdentity:
        cluster = identities.cluster_id(connection) if word.startswith("/") else ""
        is_own = cluster and word.rstrip("/").lower() == cluster.lower()
        return kept_identity(SYSTEM if is_own else word, known)

    def script() -> CslScript:
        found: CslScript = facts.answer(cluster_facts.csl_script(database))
        return found

    kept = second_source.completed(listing, database, kept, script)
    requirements = _requirements(listing, kept, who)
    if kept.existing.untold:  # what the list shows in its place says nothing
        requirements = tuple(one for one in requirements if not isinstance(one, NotVerifiable))
    otherwise = getattr(listing, "otherwise", "")
    return Subject(declaration.noun(), database, kept.existing, requirements, otherwise)


def _requirements(listing: Listing, kept: StoredWorkflow, who: Who) -> tuple[Requirement, ...]:
    if isinstance(listing, KustoListing):
        return listing.chain(kept.row, who)
    if isinstance(listing, DataConnectionListing):
        return listing.chain(kept.row.get("properties") or {}, who)
    if isinstance(listing, FunctionListing):
        body = text_cell(kept.row, "Body")
        return listing.requirements(body, who) or listing.others(body)
    return acting_as(who(kept.existing.identities[0]), listing.usage)


def findings_of(subject: Subject, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what was found of its requirements, with what there is to say of itself."""
    existing, noun = subject.existing, subject.noun
    # What exists names its identity permanently: it has to be made again with another one.
    again = Command.of(noun, "form", "--database", subject.database)
    findings = [one.with_fix(again) if isinstance(one.fix, ChangeOption) else one for one in found]
    if not any(isinstance(one, NotVerifiable) or _acts(one) for one in subject.requirements):
        findings.insert(0, _otherwise(subject))
    findings = _sourced(findings, existing.source)
    if existing.trouble:
        about = Observation(Topic.STATE, place=existing.name)
        trouble = finding(about, State.WARNING, existing.trouble)
        findings.append(trouble)
    return tuple(findings)


def _acts(requirement: Requirement) -> bool:
    return getattr(requirement, "identity", None) is not None


def _sourced(findings: Sequence[Finding], source: Source | None) -> list[Finding]:
    """Return findings of which the first about what authenticates says which place told it."""
    begins = next((place for place, one in enumerate(findings) if _authenticates(one)), -1)
    return [
        replace(one, source=source) if place == begins else one
        for place, one in enumerate(findings)
    ]


def _authenticates(one: Finding) -> bool:
    return one.identity is not None or one.key in {Topic.AUTHENTICATION, Key.TARGET}


def _otherwise(subject: Subject) -> Finding:
    """Return how something authenticates that names no identity: never nothing at all."""
    about = Observation(Topic.AUTHENTICATION, place=subject.existing.name)
    if subject.existing.untold:
        return finding(about, State.UNKNOWN, second_source.why(subject.existing.untold))
    if subject.otherwise:
        return finding(about, State.MET, subject.otherwise)
    return finding(about, State.UNKNOWN, "it names no managed identity that you can read")
