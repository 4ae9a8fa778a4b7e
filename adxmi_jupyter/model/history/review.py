"""What a history adds to an audit: what changed since the last one, by whom, and its digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.model.history.rows import Kind
from adxmi_jupyter.model.history.state import Change
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import PolicyEntry, Scope, parse_policy

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import ChangeRow, FindingRow, StateRow
    from adxmi_jupyter.model.history.state import Difference

Permission = tuple[Scope, str, str]
"""A usage that a policy allows an identity: the scope, the key of the entry, the usage."""


@dataclass(frozen=True)
class Made:
    """A write that is known to have made something: when, by whom, and by which command."""

    at: str
    by: str
    command: str = ""


@dataclass(frozen=True)
class Review:
    """How an audit differs from the last one, as far as the history on this machine tells.

    `last` is when that ended, empty if there is none. `head` is the digest of the last run of the
    chain, `made` tells what is known of differences by their place, `granted` who granted what is
    allowed now. `untold` says why findings can't be compared.
    """

    head: str = ""
    last: str = ""
    new: tuple[FindingRow, ...] = ()
    gone: tuple[FindingRow, ...] = ()
    unchanged: int = 0
    differences: tuple[Difference, ...] = ()
    made: Mapping[int, Made] = field(default_factory=dict)
    granted: Mapping[Permission, Made] = field(default_factory=dict)
    untold: str = ""


def granted_by(changes: Iterable[ChangeRow]) -> Mapping[Permission, Made]:
    """Return who granted the usages that these changes of policies left, oldest change first."""
    found: dict[Permission, Made] = {}
    for one in changes:
        if one.kind != Kind.POLICY or one.outcome != "applied":
            continue
        before, after = _allowed(one.before), _allowed(one.after)
        scope = Scope(one.database)
        for key, usage in before - after:
            found.pop((scope, key, usage), None)
        for key, usage in after - before:
            found[scope, key, usage] = Made(one.at, one.by, one.command)
    return found


def made_by(difference: Difference, changes: Sequence[ChangeRow]) -> Made | None:
    """Return the last of some changes that brought a difference about; None where none did."""
    row = difference.row
    for one in reversed(changes):
        is_there = (one.kind, one.database, one.outcome) == (row.kind, row.database, "applied")
        if is_there and _names(one, row, difference.change):
            return Made(one.at, one.by, one.command)
    return None


def permission_of(row: StateRow) -> Permission:
    """Return the permission that a row of a policy is."""
    identity = ManagedIdentity(row.object_id, is_system=bool(row.told.get("system")))
    return Scope(row.database), PolicyEntry(identity, ()).key, row.item


def _names(one: ChangeRow, row: StateRow, change: Change) -> bool:
    if row.kind == Kind.POLICY:
        _, *what = permission_of(row)
        before, after = _allowed(one.before), _allowed(one.after)
        return tuple(what) in (before - after if change is Change.REMOVED else after - before)
    words = {str(row.told.get("principal") or ""), row.resource_id, row.object_id} - {""}
    told = f"{one.before}{one.after}{one.command}".lower()
    return any(word.lower() in told for word in words)


def _allowed(state: str) -> frozenset[tuple[str, str]]:
    found: Any = json.loads(state or "null")
    try:
        policy = parse_policy(found if isinstance(found, str) else json.dumps(found))
    except UnreadableAnswer:
        return frozenset()
    return frozenset((one.key, usage) for one in policy for usage in one.allowed_usages)
