"""Answers as parts of what is known of a cluster: an error stands for why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from adxmi_jupyter.errors import AdxmiError, NotAuthorized, ResourceNotFound
from adxmi_jupyter.model.audit.evidence import Part, Reason, Unseen

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.model.audit.evidence import Source

Value = TypeVar("Value")


def part_of(
    facts: Facts,
    fact: Fact,
    source: Source,
    read: Callable[[Any], Value],
    where: str = "",
) -> Part[Value]:
    """Return what was answered, read by `read`; it need not have been asked for yet."""
    facts.gather([fact])
    try:
        return Part.of(read(facts.answer(fact)))
    except AdxmiError as failure:
        return Part.missing(unseen(failure, fact, source, where))


def unseen(failure: AdxmiError, fact: Fact, source: Source, where: str = "") -> Unseen:
    """Return why something was not seen: the permission that it requires, or what went wrong."""
    if isinstance(failure, NotAuthorized | ResourceNotFound) and fact.right:
        return Unseen(source, Reason.DENIED, fact.right, where)
    return Unseen(source, Reason.FAILED, where=where, detail=f"{failure.what}: {failure.why}")
