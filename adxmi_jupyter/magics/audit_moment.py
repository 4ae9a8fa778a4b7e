"""The moment that an audit is about: one that some log may still tell of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adxmi_jupyter.errors import InvalidInput, InvalidValue
from adxmi_jupyter.fixes import ChangeOption, LeaveOut

_AS_OF = "--as-of"
_OTHER_ZONES = timedelta(days=1)
"""Today is as much ahead of UTC somewhere, and so may be the clock of this machine."""
_LONGEST_KEPT = timedelta(days=12 * 365)
"""How long a Log Analytics workspace keeps a table at most.

Source: *Manage data retention in a Log Analytics workspace* (Azure Monitor docs).
"""


def audited_moment(text: str, *, has_other_logs: bool) -> datetime | None:
    """Return the moment that an audit is asked for; None for now.

    `has_other_logs` tells whether there are logs besides those that the cluster keeps.

    Raises
    ------
    InvalidValue
        It is no moment, or none that a log can tell of: without any, all would look unused.

    """
    from adxmi_jupyter.actions.audit.collecting import KEPT
    from adxmi_jupyter.model.moment import parse_moment

    if not text:
        return None
    now = datetime.now(UTC)
    try:
        found = parse_moment(text)
    except InvalidInput as error:
        raise InvalidValue(
            f"{_AS_OF} {text} can't be used",
            why=error.why,
            fix=ChangeOption(_AS_OF, "2026-01-31"),
        ) from error
    if found > now + _OTHER_ZONES:
        raise InvalidValue(
            f"{_AS_OF} {text} is in the future",
            why="no log tells of what has not happened yet",
            fix=LeaveOut.of(_AS_OF),
        )
    if found <= now - (_LONGEST_KEPT if has_other_logs else KEPT):
        kept = "a workspace keeps them for 12 years at most"
        own = f"the cluster keeps its requests for {KEPT.days} days; --workspace adds older ones"
        raise InvalidValue(
            f"{_AS_OF} {text} is before every log",
            why=kept if has_other_logs else own,
            fix=ChangeOption(_AS_OF, f"{now:%Y-%m-%d}"),
        )
    return found
