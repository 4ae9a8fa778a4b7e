"""What is declared: the workflows that exist, with all that they require."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.chains import Requirements, whole_requirements
from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.audit.cluster import AuditedWorkflow
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.connection_string import Method
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.requirements import NotVerifiable
from adxmi_jupyter.model.declaration.stored import (
    DataConnectionListing,
    FunctionListing,
    KustoListing,
)
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.timespan import parse_timespan
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.checks import Inventory
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.subjects import Subject
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.workflow import Workflow


def workflows_of(facts: Facts, found: Inventory) -> tuple[AuditedWorkflow, ...]:
    """Return the workflows that exist; those of connections without an identity use a key."""
    several = [Requirements(one.requirements, one.database) for one in found.subjects]
    every = whole_requirements(facts, several, known=found.known)
    kinds = {one.noun(): one for one in declarations()}
    return tuple(
        _workflow(one, requirements, kinds[one.noun])
        for one, requirements in zip(found.subjects, every, strict=True)
    )


def unread_in(found: Inventory) -> Mapping[str, tuple[Unseen, ...]]:
    """Return what could not be listed, by database."""
    unread: dict[str, tuple[Unseen, ...]] = {}
    for one in found.unread:
        kinds = ", ".join(kind.replace("-", " ") for kind in one.kinds)
        unseen = tuple(
            Unseen(Source.OBJECTS, Reason.FAILED, where=f"{kinds} of {one.database}", detail=why)
            for each in one.findings
            for why in [_words(each.evidence.parts)]
        )
        unread[one.database] = (*unread.get(one.database, ()), *unseen)
    return unread


def _words(parts: Iterable[object]) -> str:
    return "".join(one for one in parts if isinstance(one, str))


def _workflow(
    subject: Subject,
    requirements: tuple[tuple[Requirement, str], ...],
    kind: type[Workflow],
) -> AuditedWorkflow:
    existing = subject.existing
    named = any(getattr(one, "identity", None) is not None for one, _ in requirements)
    signs_in = [one.method for one in subject.requirements if isinstance(one, NotVerifiable)]
    if isinstance(kind.listing, DataConnectionListing) and not named:
        signs_in.append(Method.ACCOUNT_KEY)
    unreadable = any(
        isinstance(one, NotVerifiable) and one.method is None for one in subject.requirements
    )
    return AuditedWorkflow(
        subject.noun,
        existing.name,
        subject.database,
        requirements,
        tuple(one for one in signs_in if one is not None),
        existing.target if isinstance(kind.listing, KustoListing | DataConnectionListing) else "",
        _usages(kind),
        is_untold=existing.untold is not None or (unreadable and not named),
        state=existing.state if existing.trouble else "",
        interval=_interval(existing.interval),
        last_run=_moment(existing.last_run),
        is_function=isinstance(kind.listing, FunctionListing),
    )


def _usages(kind: type[Workflow]) -> tuple[str, ...]:
    """Return the usages that one of a kind may need."""
    listing = kind.listing
    if isinstance(listing, DataConnectionListing):
        return (Usage.DATA_CONNECTION,)
    if isinstance(listing, FunctionListing):
        return tuple(map(str, _IN_FUNCTIONS))
    return (Usage.EXTERNAL_TABLE, Usage.AUTOMATED_FLOWS)


_IN_FUNCTIONS = (
    Usage.EXTERNAL_DATA_REQUEST,
    Usage.SQL_REQUEST,
    Usage.AZURE_AI,
    Usage.SANDBOX_ARTIFACTS,
)


def _interval(text: str) -> timedelta | None:
    try:
        return parse_timespan(text) if text else None
    except InvalidInput:  # what the service writes otherwise is unknown
        return None


def _moment(text: str) -> datetime | None:
    try:
        return parse_moment(text) if text else None
    except InvalidInput:
        return None
