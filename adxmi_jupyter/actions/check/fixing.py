"""Mend what a check found missing: all of it as a plan, then what this tool can do, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.check.mending import mend
from adxmi_jupyter.actions.check.repairs import ForOwner
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.checks import Checks
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.mending import Mended
    from adxmi_jupyter.actions.check.repairs import Repair
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.service.connection import Connection

THIS_TOOL, OTHERS = "this tool", "the owner of the target, or you"


@dataclass(frozen=True)
class Fix:
    """What mends one link; `workflows` are those that wait for it."""

    finding: Finding
    workflows: tuple[str, ...]

    @property
    def repair(self) -> Repair | None:
        """What this tool can carry out; None where somebody else must."""
        repair = self.finding.repair
        return None if isinstance(repair, ForOwner) else repair

    @property
    def by(self) -> str:
        """Who can do it."""
        return OTHERS if self.repair is None else THIS_TOOL


def fixes_of(checks: Checks) -> tuple[Fix, ...]:
    """Return what mends the missing links, each once, in the order of the chains."""
    found: dict[str, tuple[Finding, list[str]]] = {}
    for one in checks.checked:
        for finding in one.findings:
            if finding.state is State.MISSING and finding.fix:
                _, waiting = found.setdefault(finding.fix, (finding, []))
                waiting.append(" ".join(filter(None, (one.workflow, one.name))))
    return tuple(Fix(finding, tuple(dict.fromkeys(waiting))) for finding, waiting in found.values())


def fixes_frame(fixes: Iterable[Fix], *, complete: Callable[[str], str]) -> pd.DataFrame:
    """Return a row for each fix in the order of the plan.

    Columns: ``link``, ``subject``, ``by`` (``this tool``, or who else), ``fix``, ``for`` (the
    workflows that wait for it), all string. `complete` writes a line as it is typed.
    """
    columns = dict.fromkeys(("link", "subject", "by", "fix", "for"), TEXT)
    rows = [
        (
            one.finding.link,
            one.finding.subject,
            one.by,
            complete(one.finding.fix),
            ", ".join(one.workflows),
        )
        for one in fixes
    ]
    return fixed_frame(columns, rows)


def apply(
    connection: Connection,
    fixes: Iterable[Fix],
    *,
    confirmed: bool,
    tell: Tell,
    after: Callable[[Mended], None],
) -> tuple[Fix, ...]:
    """Carry out what this tool can, in order, and return what is left for others.

    `tell` hears how far a slow one is; `after` gets each one that is done, with what takes it
    back.

    Raises
    ------
    ConfirmationRequired
        There is something to do and it is not confirmed. Nothing was sent.
    AdxmiError
        As the action itself; *why* says what was done before that, and what was not begun.

    """
    every = tuple(fixes)
    mine = [one for one in every if one.repair is not None]
    if mine and not confirmed:
        raise ConfirmationRequired(
            f"{len(mine)} of {len(every)} fixes would be applied by this tool",
            why="; ".join(_what(one) for one in mine),
            repeat_with="--yes",
        )
    for place, one in enumerate(mine):
        try:
            if one.repair is not None:
                after(mend(connection, one.repair, confirmed=True, tell=tell))
        except AdxmiError as error:
            error.why = "; ".join((error.why, *_how_far(mine, place)))
            raise
    return tuple(one for one in every if one.repair is None)


def _what(fix: Fix) -> str:
    return f"{fix.finding.link} ({fix.finding.subject})"


def _how_far(fixes: list[Fix], failed: int) -> list[str]:
    parts = {
        "done before that": fixes[:failed],
        "this was": fixes[failed : failed + 1],
        "not begun": fixes[failed + 1 :],
    }
    return [f"{words}: {', '.join(map(_what, some))}" for words, some in parts.items() if some]
