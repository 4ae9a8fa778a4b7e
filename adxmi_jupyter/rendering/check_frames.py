"""Findings and planned fixes as DataFrames with fixed columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.model.remediation import ByOwner
from adxmi_jupyter.rendering.requirements import evidence, subject, title

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Checked, Checks, State
    from adxmi_jupyter.actions.check.remediation import PlannedFix
    from adxmi_jupyter.fixes import Fix

    Write = Callable[[Fix], str]

_CALLED = {CheckedKind.POLICY: "policy", CheckedKind.DENIAL: "error", CheckedKind.UNREAD: ""}
_THIS_TOOL, _CALLER = "this tool", "you"


def checks_frame(
    checks: Checks, *, write: Write, with_database: bool = False, only: Collection[State] = ()
) -> pd.DataFrame:
    """Return a row for each finding, in the order of the requirements.

    Columns: ``workflow``, ``name``, ``requirement``, ``subject``, ``state`` (``met``, ``not met``,
    ``warning`` or ``unknown``), ``detail``, ``fix``, all string. `write` writes a fix as it is
    typed. With the database the names begin with it, as in ``Sales/ArchivedOrders``. `only` leaves
    the findings in some states.
    """
    columns = ("workflow", "name", "requirement", "subject", "state", "detail", "fix")
    rows = [
        (
            noun_of(one),
            name_of(one, with_database=with_database),
            title(found.about),
            subject(found.about),
            found.state.value,
            evidence(found),
            write(found.fix),
        )
        for one in checks.checked
        for found in one.findings
        if not only or found.state in only
    ]
    return fixed_frame(dict.fromkeys(columns, TEXT), rows)


def noun_of(one: Checked) -> str:
    """Return what kind of thing was checked."""
    return _CALLED.get(one.kind, one.workflow)


def name_of(one: Checked, *, with_database: bool) -> str:
    """Return what it is called."""
    return "/".join(filter(None, (one.database, one.name))) if with_database else one.name


def fixes_frame(fixes: Iterable[PlannedFix], *, write: Write) -> pd.DataFrame:
    """Return a row for each fix in the order of the plan.

    Columns: ``requirement``, ``subject``, ``by`` (``this tool``, ``owner of`` a target
    resource, or ``you``), ``fix``, ``for`` (the workflows that wait for it), all string.
    `write` writes a fix as it is typed.
    """
    columns = dict.fromkeys(("requirement", "subject", "by", "fix", "for"), TEXT)
    rows = [
        (
            title(one.finding.about),
            subject(one.finding.about),
            done_by(one),
            write(one.finding.fix),
            ", ".join(" ".join(filter(None, (noun_of(who), who.name))) for who in one.checked),
        )
        for one in fixes
    ]
    return fixed_frame(columns, rows)


def done_by(fix: PlannedFix) -> str:
    """Return who can apply a fix."""
    if fix.remediation is not None:
        return _THIS_TOOL
    target = owned_by(fix)
    return f"owner of {target}" if target else _CALLER


def owned_by(fix: PlannedFix) -> str:
    """Return the target resource whose owner can apply a fix; empty where it needs no owner."""
    found = fix.finding
    if not isinstance(found.remediation, ByOwner):
        return ""
    return found.target.name if found.target else found.host
