"""An audit of the whole cluster is kept for the history, and the next one tells what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Command

if TYPE_CHECKING:
    from datetime import datetime

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.history.review import Review


def is_whole(
    *,
    database: str,
    identities: tuple[str, ...],
    rules: tuple[str, ...],
    least: str,
    as_of: str,
    **others: Any,
) -> bool:
    """Tell whether an audit is about all of the cluster, as it is now."""
    del others
    return not (database or identities or rules or as_of) and least == "low"


def keep(call: Call, found: Audit, started: datetime) -> str:
    """Keep the run for the history, and say what changed; an audit never fails by that.

    Returns the ID of the run, empty where it could not be kept.
    """
    from adxmi_jupyter.actions.history.auditing import keep_audit

    try:
        since = keep_audit(call.connection, found, started)
    except AdxmiError as failure:
        call.say(f"the run isn't kept for the history: {failure.what}: {failure.why}")
        return ""
    counts = {"added": since.added, "removed": since.removed, "changed": since.changed}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if told:
        call.say(f"since the last audit: {told} (", Command.of("history", "diff", since.run), ")")
    return since.own


def reviewed(call: Call, found: Audit, own: str, **options: Any) -> Review:
    """Return what the history adds to a report; where it can't be read, the reason."""
    from adxmi_jupyter.actions.history.auditing import review
    from adxmi_jupyter.model.history.review import Review

    is_part = not is_whole(**{**options, "as_of": ""})
    try:
        return review(call.connection, found, own, is_part=is_part)
    except AdxmiError as failure:
        return Review(untold=f"{failure.what}: {failure.why}")
