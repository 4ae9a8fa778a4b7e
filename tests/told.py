"""Findings and fixes as a notebook would write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import examination
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.rendering import requirements

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding, State
    from adxmi_jupyter.fixes import Fix


@dataclass(frozen=True)
class Told:
    """What is told of a finding."""

    title: str
    subject: str
    state: State
    detail: str
    fix: str


def told(finding: Finding) -> Told:
    """Return what is told of a finding."""
    return Told(
        requirements.title(finding.about),
        requirements.subject(finding.about),
        finding.state,
        requirements.evidence(finding),
        written(finding.fix),
    )


def written(fix: Fix) -> str:
    """Return a fix, or a note, as the documentation writes it."""
    return fix if isinstance(fix, str) else Dialect().fix(fix)


def examined(*arguments: object, **options: object) -> tuple[Told, ...]:
    """Check requirements and return what is told of each."""
    return tuple(map(told, examination.examined(*arguments, **options)))
