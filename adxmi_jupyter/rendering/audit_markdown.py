"""An audit as Markdown: for the summary of a step in CI, and for a ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.audit_review import (
    CHANGE_HEADS,
    change_rows,
    changes_line,
    head_line,
)
from adxmi_jupyter.rendering.audit_table import by_rule, summary_of
from adxmi_jupyter.rendering.audit_text import evidence_of, merged, subject_of, unseen_line
from adxmi_jupyter.rendering.markdown import MOST_CHARACTERS, code, fenced, fitting, folded, row

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.history.review import Review

    Write = Callable[[Fix], str]

_ROOM = 300


def audit_markdown(found: Audit, write: Write, history: Review) -> str:
    """Return an audit as Markdown of at most 65,536 characters: the worst first."""
    told = (*summary_of(found), changes_line(history, write), head_line(history, write))
    head = [f"# Audit of {code(found.cluster.name)}", "", *map(code, told), ""]
    parts = [*_parts(found, write), *_changes(history, write)]
    room = MOST_CHARACTERS - _ROOM - sum(len(line) + 1 for line in head)
    count = fitting(parts, room)
    left = len(parts) - count
    more = [f"{left} more parts don't fit here: `-o` of another format has all."] if left else []
    return "\n".join([*head, *parts[:count], *more]) + "\n"


def _parts(found: Audit, write: Write) -> Iterator[str]:
    for rule, findings in by_rule(found):
        title = f"{findings[0].severity} {rule} {rule_of(rule).title}: {len(findings)}"
        yield f"## {title}\n\n{row(('subject', 'evidence'))}\n{row(('---', '---'))}"
        yield from (row((code(subject_of(o.verdict)), code(evidence_of(o)))) for o in findings)
        yield f"\n{_fixes(findings, write)}\n"
    untold = found.of(State.CANNOT_TELL)
    unseen = merged(one for verdict in untold for one in verdict.verdict.unseen)
    if unseen:
        lines = "\n".join(f"* {code(unseen_line(one))}" for one in unseen)
        yield f"## Cannot tell: {len(untold)}\n\n{lines}"


def _changes(history: Review, write: Write) -> Iterator[str]:
    rows = list(change_rows(history, write))
    if rows:
        heads = row(CHANGE_HEADS)
        yield f"\n## Changes since the last audit\n\n{heads}\n{row(['---'] * len(CHANGE_HEADS))}"
        yield from (row(tuple(code(cell) if cell else "" for cell in one)) for one in rows)


def _fixes(findings: list[AuditFinding], write: Write) -> str:
    fixes = dict.fromkeys(filter(None, (write(one.verdict.fix) for one in findings)))
    return folded(f"Fixes: {len(fixes)}", fenced("\n".join(fixes))) if fixes else ""
