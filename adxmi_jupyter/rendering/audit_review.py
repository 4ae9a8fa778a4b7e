"""What the history adds to a report of an audit: rows for tables, and what to do where it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.model.history.rows import Kind
from adxmi_jupyter.model.history.state import Change

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.history.review import Made, Review
    from adxmi_jupyter.model.history.rows import FindingRow
    from adxmi_jupyter.model.history.state import Difference

    Write = Callable[[Fix], str]

UNKNOWN = "unknown"
CHANGE_HEADS = ("change", "what", "who", "where", "when", "by", "command")
FINDING_HEADS = ("finding", "rule", "where", "object ID", "usage")
_SHOWN = {Change.ADDED: "added", Change.REMOVED: "removed", Change.CHANGED: "changed"}


def head_line(review: Review, write: Write) -> str:
    """Return the digest of the chain, or how to begin one."""
    if review.head:
        return f"Digest of the last run of the history: {review.head}"
    begin = write(Command.of("history", "record"))
    return f"Digest of the history: {UNKNOWN}, there is no history; {begin} begins one"


def changes_line(review: Review, write: Write) -> str:
    """Return how the audit compares with the last one, in a sentence."""
    if not review.last:
        why = review.untold or "the history on this machine has no earlier audit"
        again = write(Command.of("audit"))
        return f"Changes since the last review: {UNKNOWN}, {why}; {again} keeps one to compare with"
    since = f"Since the audit of {_time(review.last)}: "
    counts = f"{len(review.differences)} changes of permissions"
    if review.untold:
        return f"{since}{counts}; findings: {UNKNOWN}, {review.untold}"
    findings = f"{len(review.new)} new, {len(review.gone)} gone, {review.unchanged} unchanged"
    return f"{since}{counts}; findings: {findings}"


def change_rows(review: Review, write: Write) -> Iterator[Sequence[str]]:
    """Yield each permission that was added, removed or changed, and by whom where that is known."""
    for place, one in enumerate(review.differences):
        row, made = one.row, review.made.get(place)
        who = row.identity_name or row.object_id or row.resource_id
        where = row.database or "cluster"
        by = (_time(made.at), made.by, made.command) if made else _unknown(one, write)
        yield (_SHOWN[one.change], f"{row.kind} {row.item}", who, where, *by)


def finding_rows(review: Review) -> Iterator[Sequence[str]]:
    """Yield the findings that are new or gone."""
    for told, some in (("new", review.new), ("gone", review.gone)):
        for one in some:
            yield (told, _titled(one), one.database or "cluster", one.object_id, one.usage)


def granted_cells(made: Made | None) -> tuple[str, str]:
    """Return when something was granted, and by whom."""
    return (_time(made.at), made.by or UNKNOWN) if made else ("", UNKNOWN)


def review_document(review: Review, write: Write) -> Mapping[str, Any]:
    """Return it as JSON."""
    return {
        "digest": review.head or None,
        "last_audit": review.last or None,
        "told": changes_line(review, write),
        "changes": [
            dict(zip(CHANGE_HEADS, row, strict=True)) for row in change_rows(review, write)
        ],
        "findings": {
            "new": [one.fingerprint for one in review.new],
            "gone": [one.fingerprint for one in review.gone],
            "unchanged": review.unchanged,
        },
    }


def _unknown(one: Difference, write: Write) -> tuple[str, str, str]:
    row = one.row
    if row.kind != Kind.POLICY:
        return ("", UNKNOWN, "the activity log of Azure, and .show journal")
    who = row.identity_name or row.object_id
    return ("", UNKNOWN, write(Command.of("history", "blame", who, row.item)))


def _titled(one: FindingRow) -> str:
    return f"{one.rule} {rule_of(one.rule).title}"


def _time(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC" if moment else ""
