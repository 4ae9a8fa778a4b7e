"""The clusters of a fleet as a table, with what could not be read above it."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.fleet import GapKind
from adxmi_jupyter.rendering.display import DEFAULT, display_table
from adxmi_jupyter.rendering.fleet_table import named_at_most
from adxmi_jupyter.rendering.html_table import NO_MATH, html_table
from adxmi_jupyter.rendering.shown_frame import ResultFrame
from adxmi_jupyter.rendering.text import text_table, visible

if TYPE_CHECKING:
    from datetime import timedelta

    from adxmi_jupyter.model.fleet import Completeness, Gap, Selected
    from adxmi_jupyter.model.fleet_comparison import Alike
    from adxmi_jupyter.rendering.display import Choice, DisplayTable

UNKNOWN = "unknown"
_MARKS = {"deleted_identities": "deleted", "unknown_identities": "unknown"}
_HIDDEN = (
    "provisioning",
    "policy_entries",
    "uri",
    "tags",
    "subscription_id",
    "has_system_identity",
    *_MARKS,
)
_LAST = ("resource_group", "location", "sku")
_MINUTE, _HOUR = 60, 3600


class FleetListTable(ResultFrame):
    """A frame of clusters, or of what they share; `lines` are shown above it."""

    _lines: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, frame: pd.DataFrame, lines: Sequence[str], choice: Choice = DEFAULT
    ) -> FleetListTable:
        """Return a frame with lines above it."""
        table = cls(frame)
        table._lines, table._choice = tuple(lines), choice
        return table

    @property
    def display(self) -> DisplayTable:
        """What is displayed: short columns, and *unknown* for what could not be read."""
        frame = pd.DataFrame(self)
        if self._choice.wide or "cluster" not in frame:
            return display_table(frame, self._choice)
        marked = readable_frame(frame)
        names = [name for name in marked.columns if name not in _HIDDEN]
        kept = sorted(names, key=lambda name: name in _LAST)
        table = display_table(marked[kept], self._choice)
        hidden = tuple(name for name in _HIDDEN if name in frame)
        return replace(table, left_out=(*table.left_out, *hidden))

    @property
    def parts(self) -> tuple[DisplayTable | str, ...]:
        """What a terminal draws: the lines, then the table."""
        return (*(("\n".join(self._lines),) if self._lines else ()), self.display)

    def to_text(self) -> str:
        """Return the lines and the table as text."""
        table = self.display
        return "\n".join([*self._lines, text_table(table.columns, table.rows)])

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str | None:
        lines = "<br/>".join(html.escape(visible(line)) for line in self._lines)
        above = f'<p class="{NO_MATH}" style="margin: 4px 0">{lines}</p>' if lines else ""
        return above + html_table(self.display)


def readable_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of `listing.fleet_frame` with texts for people in place of values."""
    records = frame.to_dict("records")
    texts = {
        name: [write(row) for row in records] for name, write in _TEXTS.items() if name in frame
    }
    return frame.assign(**texts)


def _state(row: Mapping[Hashable, object]) -> str:
    """Return the state of a cluster; that of a change that failed stands beside it."""
    provisioning = str(row.get("provisioning", ""))
    is_usual = provisioning.lower() in {"succeeded", "", str(row["state"]).lower()}
    return str(row["state"]) if is_usual else f"{row['state']} (provisioning {provisioning})"


def _tenants(row: Mapping[Hashable, object]) -> str:
    """Return which tenants' callers a cluster lets in; no list of them is its own tenant alone."""
    tenants = row["trusted_tenants"]
    if not isinstance(tenants, tuple):
        return UNKNOWN
    return "all" if "*" in tenants else ", ".join(tenants) or "own"


def _follows(row: Mapping[Hashable, object]) -> str:
    followed = row["follows"]
    return ", ".join(followed) if isinstance(followed, tuple) else UNKNOWN


def _policy(row: Mapping[Hashable, object]) -> str:
    digest, entries = row["policy"], row.get("policy_entries")
    return f"{digest} ({entries})" if isinstance(digest, str) else UNKNOWN


def _identities(row: Mapping[Hashable, object]) -> str:
    """Return the identities of a cluster; those that are deleted or unknown say so."""
    names = row["identities"]
    if not isinstance(names, tuple):
        return UNKNOWN
    marks = {name: mark for column, mark in _MARKS.items() for name in _tuple(row[column])}
    return ", ".join(f"{name} ({marks[name]})" if name in marks else name for name in names)


def _kind(row: Mapping[Hashable, object]) -> str:
    """Return what names an identity on a cluster, if that could be read."""
    return str(row["kind"]) if isinstance(row["kind"], str) else UNKNOWN


def _tuple(cell: object) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else ()


_TEXTS: Mapping[str, Callable[[Mapping[Hashable, object]], str]] = {
    "state": _state,
    "identities": _identities,
    "trusted_tenants": _tenants,
    "follows": _follows,
    "policy": _policy,
    "kind": _kind,
}


def alike_lines(groups: Sequence[Alike]) -> list[str]:
    """Return for each part how many clusters are alike, and which ones."""
    lines = []
    for part in dict.fromkeys(one.part for one in groups):
        own = [one for one in groups if one.part is part]
        told = "; ".join(f"{named_at_most(one.clusters)} ({one.digest})" for one in own)
        kinds = "alike" if len(own) == 1 else f"{len(own)} different"
        lines.append(one_line(f"{part}: {kinds}: {told}"))
    return lines


def completeness_lines(selected: Selected) -> list[str]:
    """Return how much was seen: clusters and subscriptions first, then what is missing."""
    seen = selected.completeness
    chosen, found = len(selected.clusters), seen.found
    clusters = f"{chosen} of {found} clusters" if chosen < found else _count(chosen, "cluster")
    lines = [f"{clusters} in {_count(len(seen.readable), 'subscription')} that can be read"]
    if seen.synapse_pools:
        pools = _count(seen.synapse_pools, "Synapse Data Explorer pool")
        lines.append(f"  skipped: {pools} (retired)")
    if seen.index_age is not None and seen.index_age.total_seconds() >= _MINUTE:
        lines.append(f"  index age: {_age(seen.index_age)}; newer changes may be missing")
    return [*lines, *gap_lines(seen)]


def gap_lines(seen: Completeness) -> list[str]:
    """Return a line for everything that could not be read, and why."""
    return [one_line(f"  not complete: {_gap(gap)}") for gap in seen.gaps]


def _gap(gap: Gap) -> str:
    count = f", {gap.read} of {gap.total} resources read" if gap.total else ""
    match gap.kind:
        case GapKind.UNREADABLE_SUBSCRIPTION:
            return f"subscription {gap.subject} can't be read, or doesn't exist"
        case GapKind.PARTLY_READABLE_SUBSCRIPTION:
            return f"subscription {gap.subject} can be read in part only"
        case GapKind.UNREADABLE_GROUP:
            return f"management group {gap.subject} can't be read, or doesn't exist"
        case GapKind.MAY_BE_EXCLUDED:
            return (
                f"clusters of subscription {gap.subject} are left out: its name can't be read, "
                "and one that is excluded may be its"
            )
        case GapKind.UNREADABLE_IDENTITIES:
            return f"identities of {gap.subject} can't be read"
        case GapKind.TRUNCATED:
            return f"Resource Graph truncated its answer{count}"
        case GapKind.THROTTLED:
            what = f" about subscription {gap.subject}" if gap.subject else ""
            return f"Resource Graph throttled the query{what}{count}"
        case GapKind.SUBSCRIPTION_LIMIT:
            return "the tenant has more subscriptions than Resource Graph looks at in a query"
        case _:
            what = f"about subscription {gap.subject}" if gap.subject else gap.detail
            return f"Resource Graph didn't answer: {what}{count}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _age(age: timedelta) -> str:
    """Return an age in its largest unit."""
    seconds = int(age.total_seconds())
    if seconds >= _HOUR:
        return _count(seconds // _HOUR, "hour")
    return _count(seconds // _MINUTE, "minute")
