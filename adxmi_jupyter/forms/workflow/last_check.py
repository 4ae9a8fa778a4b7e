"""The requirements of a filled-in workflow, and what was found when they were last checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.rendering.diagram_model import Step, step_of
from adxmi_jupyter.rendering.requirements import title

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.chains import Requirements
    from adxmi_jupyter.actions.check.findings import Finding


class LastCheck:
    """What was found when requirements were last checked; `now` is what the form is about."""

    def __init__(self) -> None:
        self.now: Requirements | None = None
        self._checked: Requirements | None = None
        self._findings: tuple[Finding, ...] = ()

    def turn(self, now: Requirements | None) -> None:
        """Note what the form is about; what was found in another database is forgotten."""
        self.now = now
        if now and self._checked and now.database != self._checked.database:
            self.forget()

    def forget(self) -> None:
        """Forget what was found."""
        self._checked, self._findings = None, ()

    def take(self, checked: Requirements, findings: tuple[Finding, ...]) -> None:
        """Note what was found."""
        self._checked, self._findings = checked, findings

    @property
    def is_current(self) -> bool:
        """Whether what was found is about what the form is about."""
        return self._checked is not None and self._checked == self.now

    @property
    def is_old(self) -> bool:
        """Whether what was found was about something else."""
        return bool(self._findings) and not self.is_current

    @property
    def steps(self) -> tuple[Step, ...]:
        """The requirements as they were found, be it old; else those that there are to check."""
        if self._findings:
            return tuple(map(step_of, self._findings))
        return tuple(map(Step, self.now.every if self.now else ()))

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The requirements that were found not met."""
        return tuple(one for one in self._findings if one.state is State.NOT_MET)

    @property
    def summary(self) -> str:
        """What was found, in a sentence."""
        every = self._findings
        unknown = [one for one in every if one.state is State.UNKNOWN]
        warnings = [one for one in every if one.state is State.WARNING]
        if self.missing:
            return f"Not met: {_names(self.missing)}."
        if unknown:
            return f"{len(unknown)} of {len(every)} requirements are unknown: {_names(unknown)}."
        if warnings:
            return f"All requirements are met, with warnings: {_names(warnings)}."
        return f"All {len(every)} requirements are met."


def _names(findings: Iterable[Finding]) -> str:
    return ", ".join(dict.fromkeys(title(one.about) for one in findings))
