"""The links of a filled-in workflow, and what was found when somebody last looked at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.requirements import Finding, State, name_of

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Link


@dataclass(frozen=True)
class Subject:
    """What is looked at: the links of a workflow, in a database."""

    links: tuple[Link, ...]
    database: str


Look = Callable[[Subject], tuple[Finding, ...]]
"""Looks at links."""


@dataclass(frozen=True)
class Sight:
    """A link as it is known: as it was found, or not looked at yet (`finding` is None then)."""

    link: str
    subject: str
    finding: Finding | None = None

    @property
    def state(self) -> str:
        """What is known of it, in a word."""
        return self.finding.state.value if self.finding else "unseen"


class Chain:
    """The links as they were last looked at; `subject` is what the form is about by now."""

    def __init__(self) -> None:
        self.subject: Subject | None = None
        self._seen: Subject | None = None
        self._findings: tuple[Finding, ...] = ()

    def turn(self, subject: Subject | None) -> None:
        """Note what the form is about; what was found in another database is forgotten."""
        self.subject = subject
        if subject and self._seen and subject.database != self._seen.database:
            self.forget()

    def forget(self) -> None:
        """Forget what was found."""
        self._seen, self._findings = None, ()

    def take(self, subject: Subject, findings: tuple[Finding, ...]) -> None:
        """Note what was found."""
        self._seen, self._findings = subject, findings

    @property
    def is_current(self) -> bool:
        """Whether what was found is about what the form is about."""
        return self._seen is not None and self._seen == self.subject

    @property
    def is_old(self) -> bool:
        """Whether what was found was about something else."""
        return bool(self._findings) and not self.is_current

    @property
    def sights(self) -> tuple[Sight, ...]:
        """The links as they were found, be it old; else those that there are to look at."""
        if self._findings:
            return tuple(Sight(one.link, one.subject, one) for one in self._findings)
        links = self.subject.links if self.subject else ()
        return tuple(Sight(name_of(link), link.subject) for link in links)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The links that were found missing."""
        return tuple(one for one in self._findings if one.state is State.MISSING)

    @property
    def summary(self) -> str:
        """What was found, in a sentence."""
        every = self._findings
        unknown = [one for one in every if one.state is State.UNKNOWN]
        warnings = [one for one in every if one.state is State.WARNING]
        if self.missing:
            return f"Missing: {_names(self.missing)}."
        if unknown:
            told = f"{len(unknown)} of {len(every)}"
            return f"Nothing is known to be missing; {told} could not be looked at."
        if warnings:
            return f"Nothing is missing; to be aware of: {_names(warnings)}."
        return f"All {len(every)} links are in place."


def _names(findings: Iterable[Finding]) -> str:
    return ", ".join(dict.fromkeys(one.link for one in findings))
