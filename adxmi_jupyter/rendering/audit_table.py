"""The audit as a DataFrame that shows itself as a page: counts first, then findings by rule."""

from __future__ import annotations

import html
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.actions.frames import MOMENT, TEXT, fixed_frame
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.audit.findings import Severity, State
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.audit_text import (
    evidence_of,
    merged,
    mute_text,
    subject_of,
    unseen_line,
    unseen_text,
)
from adxmi_jupyter.rendering.html_table import LINE, NO_MATH
from adxmi_jupyter.rendering.shown_frame import Whole
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.findings import AuditFinding

    Write = Callable[[Fix], str]

COLUMNS = {
    "rule": TEXT,
    "severity": TEXT,
    "state": TEXT,
    "database": TEXT,
    "identity": TEXT,
    "object_id": TEXT,
    "usage": TEXT,
    "subject": TEXT,
    "grade": TEXT,
    "evidence": TEXT,
    "first_seen": MOMENT,
    "last_seen": MOMENT,
    "not_visible": TEXT,
    "fix": TEXT,
    "suppression": TEXT,
    "fingerprint": TEXT,
}
_WIDTH, _MOST_LINES, _FEW, _FEW_UNSEEN = 96, 34, 2, 5
_SHOWN_BY_DEFAULT = (State.OPEN, State.MUTED, State.CANNOT_TELL)
_COLOURS = {
    Severity.HIGH: "rgba(214, 39, 40, .25)",
    Severity.MEDIUM: "rgba(230, 145, 20, .3)",
    Severity.LOW: "rgba(128, 128, 128, .25)",
}


def audit_frame(found: Audit, *, write: Write, with_passed: bool = False) -> pd.DataFrame:
    """Return a row for each finding, and `with_passed` for each subject that passed.

    Columns: ``rule``, ``severity`` (``high``, ``medium`` or ``low``), ``state`` (``open``,
    ``muted``, ``cannot tell`` or ``passed``), ``database`` (empty for the cluster), ``identity``,
    ``object_id``, ``usage``, ``subject``, ``grade`` (of usages: ``in use``, ``declared``,
    ``wanted``, ``no trace`` or ``cannot tell``), ``evidence``, ``not_visible``, ``fix``,
    ``suppression``, ``fingerprint``, all string; ``first_seen`` and ``last_seen``
    datetime64[ns, UTC]. `write` writes a fix as it is typed.
    """
    states = (*_SHOWN_BY_DEFAULT, State.PASSED) if with_passed else _SHOWN_BY_DEFAULT
    return fixed_frame(COLUMNS, [_row(one, write) for one in found.of(*states)])


def _row(one: AuditFinding, write: Write) -> tuple[object, ...]:
    about = one.verdict
    identity = about.identity
    firsts = [trace.first for trace in about.traces if trace.first]
    return (
        one.rule,
        one.severity.value,
        one.state.value,
        about.scope.database,
        identity.label if identity else "",
        identity.word if identity else "",
        about.usage,
        about.subject,
        about.grade.value if about.grade else "",
        evidence_of(one),
        min(firsts, default=None),
        about.last,
        unseen_text(about.unseen),
        write(about.fix),
        mute_text(one.mute),
        one.fingerprint,
    )


class AuditTable(Whole):
    """The frame of an audit with its page; what is made from it is a plain table."""

    _page: tuple[str, ...] = ()
    _html: str = ""
    _documents: Mapping[str, Callable[[], str]] = {}

    @classmethod
    def of(
        cls,
        found: Audit,
        *,
        write: Write,
        with_passed: bool = False,
        documents: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    ) -> Self:
        """Return an audit; `write` writes a fix as it is typed, `documents` other formats."""
        table = cls(audit_frame(found, write=write, with_passed=with_passed))
        table.attrs["adxmi"] = {
            "cluster": found.cluster.uri,
            "databases": list(found.cluster.databases),
            "window_days": found.cluster.window.days,
            "not_visible": [unseen_line(one) for one in merged(found.unseen)],
        }
        table._page = tuple(_lines(found, write))
        table._html = _as_html(found, write)
        table._documents = documents
        return table

    def as_document(self, form: str) -> str | None:
        """Return the audit in a format for other tools and for auditors."""
        make = self._documents.get(form) if self._is_whole else None
        return make() if make else None

    def to_text(self) -> str:
        """Return the page as text of a screen."""
        return "\n".join(self._page)

    @property
    def _is_whole(self) -> bool:
        return bool(self._page) and set(COLUMNS) <= set(self.columns)

    def __repr__(self) -> str:
        return self.to_text() if self._is_whole else super().__repr__()

    def _repr_html_(self) -> str | None:
        return self._html if self._is_whole else super()._repr_html_()


def _counts(found: Audit) -> str:
    """Return how many findings there are by severity, and the population."""
    by_severity = Counter(one.severity for one in found.of(State.OPEN))
    told = ", ".join(f"{by_severity[one]} {one}" for one in Severity)
    muted, untold = len(found.of(State.MUTED)), len(found.of(State.CANNOT_TELL))
    passed = len(found.of(State.PASSED))
    return f"Findings: {told}. Muted: {muted}. Cannot tell: {untold}. Passed: {passed}."


def _population(found: Audit) -> str:
    cluster = found.cluster
    entries = sum(1 for _ in cluster.entries())
    assigned = cluster.assigned.value
    known = "unknown" if assigned is None else str(len(assigned.all))
    databases, workflows = len(cluster.databases), len(cluster.workflows)
    return one_line(
        f"{cluster.name}: {databases} database{'s' if databases != 1 else ''}, "
        f"assigned identities: {known}, policy entries: {entries}, workflows: {workflows}; "
        f"window: {cluster.window.days} days."
    )


def _completeness(found: Audit) -> Iterator[str]:
    if not found.unseen:
        yield "Complete: everything that the rules look at could be read."
        return
    every = merged(found.unseen)
    yield f"Not visible: {len(every)}"
    yield from (f"  ? {one_line(unseen_line(one))}" for one in every[:_FEW_UNSEEN])
    if len(every) > _FEW_UNSEEN:
        yield f"  … and {len(every) - _FEW_UNSEEN} more: attrs of the DataFrame"


def _suppressions(found: Audit) -> Iterator[str]:
    for one in found.expired:
        yield f"Suppression of {one.rule} expired on {one.until}: {one_line(one.reason)}"
    for one in found.unused:
        if one not in found.expired:
            yield f"Suppression of {one.rule} is not used: {one_line(one.reason)}"


def summary_of(found: Audit) -> list[str]:
    """Return the first lines of every report: counts, population, and completeness."""
    return [_counts(found), _population(found), *_completeness(found), *_suppressions(found)]


def _head(found: Audit) -> list[str]:
    return [part for line in summary_of(found) for part in textwrap.wrap(line, _WIDTH) or [""]]


def by_rule(found: Audit) -> list[tuple[str, list[AuditFinding]]]:
    """Return the open findings by rule: the worst first."""
    groups: dict[str, list[AuditFinding]] = {}
    for one in found.of(State.OPEN):
        groups.setdefault(one.rule, []).append(one)
    order = list(Severity)
    return sorted(groups.items(), key=lambda item: (order.index(item[1][0].severity), item[0]))


def _lines(found: Audit, write: Write) -> Iterator[str]:
    """Yield the page: findings as long as they fit on a screen, then counts."""
    head = _head(found)
    yield from head
    room = _MOST_LINES - len(head)
    left: list[str] = []
    for rule, findings in by_rule(found):
        block = list(_block(rule, findings, write))
        height = sum(map(_height, block))
        if height > room:
            left.append(f"{len(findings)} {rule}")
            continue
        room -= height
        yield from block
    if left:
        yield from ("", _cut(f"And {', '.join(left)}: audit --rule RULE shows them."))
    yield "Details: audit explain RULE. All findings: the DataFrame, or -o FILE."


def _block(rule: str, findings: Sequence[AuditFinding], write: Write) -> Iterator[str]:
    """Yield the lines of a rule; a fix is whole, to be copied."""
    yield ""
    yield _cut(f"{findings[0].severity} {rule} {rule_of(rule).title}: {len(findings)}")
    for one in findings[:_FEW]:
        told = ": ".join(filter(None, (subject_of(one.verdict), evidence_of(one))))
        yield _cut(f"  {told}")
        yield from (f"      {one_line(line)}" for line in write(one.verdict.fix).splitlines())
    if len(findings) > _FEW:
        yield f"  … and {len(findings) - _FEW} more: audit --rule {rule}"


def _height(line: str) -> int:
    """Return how many lines of a terminal a line takes."""
    return max(1, -(-len(line) // _WIDTH))


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1].rstrip()}…"


def _as_html(found: Audit, write: Write) -> str:
    """Return the page as HTML without style sheet or script: an untrusted notebook keeps it."""
    head = "".join(f"<div>{_text(line)}</div>" for line in summary_of(found))
    groups = "".join(_group(rule, findings, write) for rule, findings in by_rule(found))
    untold = found.of(State.CANNOT_TELL)
    folded = _untold(untold) if untold else ""
    return (
        f'<div class="{NO_MATH}" style="overflow-wrap: anywhere">'
        f'<div style="font-weight: 600">{head}</div>{groups}{folded}</div>'
    )


def _group(rule: str, findings: Sequence[AuditFinding], write: Write) -> str:
    severity = findings[0].severity
    rows = "".join(_finding(one, write) for one in findings)
    is_open = " open" if severity is Severity.HIGH else ""
    return (
        f'<details{is_open} style="border-top: {LINE}; padding: 4px 0"><summary>'
        f'<span style="background: {_COLOURS[severity]}; padding: 0 4px">{severity}</span> '
        f"<b>{rule}</b> {_text(rule_of(rule).title)}: {len(findings)}</summary>{rows}</details>"
    )


def _finding(one: AuditFinding, write: Write) -> str:
    fix = write(one.verdict.fix)
    code = (
        '<pre style="white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0; '
        f'background: none">{_text(fix)}</pre>'
        if fix
        else ""
    )
    return (
        f'<div style="padding: 4px 0 4px 16px"><b>{_text(subject_of(one.verdict))}</b> '
        f"{_text(evidence_of(one))}{code}</div>"
    )


def _untold(findings: Iterable[AuditFinding]) -> str:
    rows = "".join(
        f"<div>{one.rule} {_text(subject_of(one.verdict))}: not visible: "
        f"{_text(unseen_text(one.verdict.unseen))}</div>"
        for one in findings
    )
    return f"<details><summary>Cannot tell</summary>{rows}</details>"


def _text(text: str) -> str:
    return html.escape(visible(text))
