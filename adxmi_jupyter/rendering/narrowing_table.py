"""A narrower policy as a DataFrame that shows itself: as text, and in a notebook as a picture."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.plan.frames import CHANGES
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.rendering.audit_text import unseen_text
from adxmi_jupyter.rendering.html_table import LINE, NO_MATH
from adxmi_jupyter.rendering.narrowing_text import (
    kept_lines,
    left_out,
    narrowing_text,
    reason_of,
    totals,
    untold,
)
from adxmi_jupyter.rendering.plan_picture import plan_picture
from adxmi_jupyter.rendering.plan_text import PlanTable
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from adxmi_jupyter.actions.audit.narrowing import Narrowed
    from adxmi_jupyter.model.audit.narrowing import Step
    from adxmi_jupyter.model.plan import Change
    from adxmi_jupyter.rendering.narrowing_text import Write

COLUMNS = (
    *("change", "scope", "database", "identity", "object_id", "usage", "rule", "severity"),
    *("reason", "not_visible", "command"),
)
_KEPT = "kept"
_SHOWN = 5


def narrowing_frame(one: Narrowed) -> pd.DataFrame:
    """Return a row for each usage that is granted, revoked, or stays although a rule names it.

    Columns, all string: ``change`` (``added``, ``removed`` or ``kept``), ``scope`` (``cluster`` or
    ``database``), ``database``, ``identity``, ``object_id``, ``usage``, ``rule`` and ``severity``
    of the finding, ``reason`` why it stays, ``not_visible`` for what cannot be told, ``command``.
    """
    plan = one.prepared.plan
    commands = {each.identifier: step.command for step in plan.steps for each in step.changes}
    rows = [_changed(each, one.steps, commands.get(each.identifier, "")) for each in plan.changes]
    return fixed_frame(dict.fromkeys(COLUMNS, TEXT), [*rows, *_kept(one)])


def _changed(change: Change, steps: Sequence[Step], command: str) -> tuple[object, ...]:
    scope = Scope(change.database)
    key = (scope, change.key, change.item)
    cause = next(
        (
            step.finding
            for step in steps
            if any(a.key == key for a in (*step.narrowing.removed, *step.narrowing.added))
        ),
        None,
    )
    rule, severity = (cause.rule, cause.severity.value) if cause else ("", "")
    where = (scope.kind, change.database)
    who = (change.subject, change.key)
    return (CHANGES[change.action], *where, *who, change.item, rule, severity, "", "", command)


def _kept(one: Narrowed) -> Iterator[tuple[object, ...]]:
    for kept in one.kept:
        about, finding = kept.allowance, kept.finding
        where = (about.scope.kind, about.scope.database)
        who = (about.identity.label, about.identity.word)
        told = (str(kept.hindrance), unseen_text(kept.unseen))
        if not kept.unseen:
            told = (reason_of(kept), "")
        yield (
            _KEPT, *where, *who, about.usage, finding.rule, finding.severity.value, *told, "",
        )  # fmt: skip


def narrowing_table(
    one: Narrowed,
    write: Write,
    given: Sequence[str] = (),
    documents: Mapping[str, Callable[[], str]] | None = None,
) -> PlanTable:
    """Return a narrower policy as a result; `given` are the rows that were included."""
    frame = narrowing_frame(one)
    frame.attrs["adxmi"] = {
        "cluster": one.prepared.plan.cluster,
        "command": "\n".join(step.command for step in one.prepared.plan.steps),
    }
    text = narrowing_text(one, write, given)
    return PlanTable.of(frame, text, documents or {}, lambda: narrowing_picture(one))


def narrowing_picture(one: Narrowed) -> str:
    """Return it as HTML without style sheet or script: an untrusted notebook keeps it."""
    picture = plan_picture(one.prepared.plan) if one.prepared.plan.changes else ""
    parts = (
        f'<div style="font-weight: 600; margin-bottom: 4px">{_text(totals(one))}</div>',
        picture,
        _folded("Left out, and unchanged", kept_lines(left_out(one))),
        _folded("Cannot tell, and still allowed", kept_lines(untold(one))),
    )
    return f'<div class="{NO_MATH}">{"".join(parts)}</div>'


def _folded(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    rows = "".join(
        f'<div style="padding: 2px 0 2px 16px; overflow-wrap: anywhere">{_text(one)}</div>'
        for one in lines
    )
    is_open = " open" if len(lines) <= _SHOWN else ""
    return (
        f'<details{is_open} style="border-top: {LINE}; padding: 4px 0">'
        f"<summary>{title}: {len(lines)}</summary>{rows}</details>"
    )


def _text(text: str) -> str:
    return html.escape(visible(text))
