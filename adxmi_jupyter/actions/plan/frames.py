"""Plans as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.model.plan import Action, Reason, Status
from adxmi_jupyter.model.policy import Scope

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.model.foreign_files.values import Finding
    from adxmi_jupyter.model.plan import Change, Plan, Replacement

_COLUMNS = {
    "status": TEXT,
    "scope": TEXT,
    "database": TEXT,
    "section": TEXT,
    "change": TEXT,
    "name": TEXT,
    "item": TEXT,
    "reason": TEXT,
    "breaks": TEXT,
    "required": TEXT,
    "line": NUMBER,
    "command": TEXT,
    "key": TEXT,
}
CHANGES = {Action.ADD: "added", Action.REMOVE: "removed"}


def plan_frame(plan: Plan) -> pd.DataFrame:
    """Return one row for each replaced name and each change, and for what could not be read.

    Columns: ``status`` (``planned``, ``blocked``, ``observed`` or ``cannot see``), ``scope``
    (``cluster`` or ``database``), ``database``, ``section`` of the file, ``change`` (``added``,
    ``removed``; ``replaced`` for a name, with both object IDs as item), ``name`` of the identity or
    principal, ``item`` (the usage, role or rule), ``reason``, ``breaks`` (workflows), ``required``
    (permission), ``command``, ``key`` (object ID or fully qualified name) string; ``line`` of the
    file Int64.
    """
    commands = {one.identifier: step.command for step in plan.steps for one in step.changes}
    rows = [_cells(one, commands.get(one.identifier, "")) for one in plan.changes]
    return fixed_frame(_COLUMNS, [*map(_replaced, plan.replacements), *rows, *_unseen(plan)])


def _replaced(one: Replacement) -> tuple[object, ...]:
    status = Status.PLANNED if one.is_confirmed else Status.BLOCKED
    item = f"{one.before} → {one.after}"
    names = ("identities", "replaced", one.name, item, Reason.REPLACED)
    return (status, "cluster", "", *names, "", "", one.line or None, "", one.after)


def _cells(one: Change, command: str) -> tuple[object, ...]:
    return (
        *(one.status, Scope(one.database).kind, one.database, one.section),
        *(CHANGES[one.action], one.subject, one.item, one.reason or ""),
        *("; ".join(one.breaks), one.needs, one.line or None, command, one.key),
    )


def _unseen(plan: Plan) -> Iterator[tuple[object, ...]]:
    for one in plan.unseen:
        where = (one.scope.kind, one.scope.database, one.section)
        why = f"{one.failure.what}: {one.failure.why}"
        yield ("cannot see", *where, "", "", "", why, "", "", None, "", "")


def applied_frame(applied: Applied) -> pd.DataFrame:
    """Return one row for each change of an apply.

    Columns: ``result`` (``applied``, ``failed``, ``skipped`` or ``unknown``), then ``scope``,
    ``database``, ``section``, ``change``, ``name``, ``item``, ``why``, ``command`` string.
    """
    names = ("result", "scope", "database", "section", "change", "name", "item", "why", "command")
    rows = [
        (
            *(outcome.result, Scope(one.database).kind, one.database, one.section),
            *(CHANGES[one.action], one.subject, one.item),
            outcome.failure.why if outcome.failure else "",
            outcome.step.command,
        )
        for outcome in applied.outcomes
        for one in outcome.step.changes
    ]
    return fixed_frame(dict.fromkeys(names, TEXT), rows)


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return one row for each thing that a conversion did not take over.

    Columns: ``status`` (``lost``, ``unresolved`` or ``not converted``), ``name`` of what it is,
    ``item`` (its value or a part of it), ``reason``, ``file`` string; ``line``, ``column`` Int64.
    """
    columns = {
        **dict.fromkeys(("status", "name", "item", "reason", "file"), TEXT),
        **dict.fromkeys(("line", "column"), NUMBER),
    }
    rows = [
        (
            *(one.kind, one.what, one.item, one.reason.words, one.where.source),
            *(one.where.line or None, one.where.column or None),
        )
        for one in findings
    ]
    return fixed_frame(columns, rows)
