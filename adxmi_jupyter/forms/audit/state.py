"""What the audit form knows and does: findings, which of them to narrow, and the plan of that.

No widget in here. Nothing is ticked at first. What can't be told can be ticked, too: whoever does
vouches for it. The plan is made of what was read once, for each choice anew; *Apply* reads the
policies again, and sends what was shown or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.audit.narrowing import Wanted, narrowed
from adxmi_jupyter.forms.plan.writing import WritingState
from adxmi_jupyter.model.audit.findings import Severity, State
from adxmi_jupyter.model.audit.narrowing import NEVER, Hindrance
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.audit_text import subject_of
from adxmi_jupyter.rendering.narrowing_text import STALE, label_of, reason_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.actions.audit.narrowing import Narrowed
    from adxmi_jupyter.actions.audit.suppressing import Settings
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.audit.narrowing import Allowance, Kept, Step
    from adxmi_jupyter.model.policy_file.reading import ClusterContent
    from adxmi_jupyter.service.connection import Connection

ANY = ""
"""The choice of a filter that lets everything pass."""


@dataclass(frozen=True)
class Read:
    """An audit with what a file says of it: suppressions, and what is protected."""

    found: Audit
    settings: Settings
    content: ClusterContent | None = None


@dataclass(frozen=True)
class Item:
    """A row: a finding, or a usage of an entry that stays, and why.

    `rows` are what it would revoke; without any it can't be ticked.
    """

    finding: AuditFinding
    label: str
    rows: tuple[Allowance, ...] = ()
    kept: Kept | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        about = self.kept.allowance.key if self.kept else ()
        return self.finding.fingerprint, about

    @property
    def state(self) -> str:
        """How it stands, in a word."""
        if self.kept is not None:
            return str(self.kept.hindrance)
        return self.finding.state.value

    @property
    def is_stale(self) -> bool:
        """Whether it is an entry of an identity that isn't assigned."""
        return self.finding.rule == STALE

    @property
    def is_untold(self) -> bool:
        """Whether it can't be told that it is unused, so that who ticks it vouches for it."""
        return self.kept is not None and self.kept.hindrance is Hindrance.CANNOT_TELL


@dataclass(frozen=True)
class Filter:
    """Which items are wanted: by the rule, the severity, the identity and the database."""

    rule: str = ANY
    severity: str = ANY
    identity: str = ANY
    database: str = ANY

    def passes(self, item: Item) -> bool:
        """Tell whether an item is wanted."""
        wanted = (self.rule, self.severity, self.identity, self.database)
        return all(one in {ANY, mine} for one, mine in zip(wanted, parts_of(item), strict=True))


def parts_of(item: Item) -> tuple[str, str, str, str]:
    """Return rule, severity, identity and database of an item; the cluster is one of them."""
    about = item.kept.allowance if item.kept else item.finding.verdict
    identity = about.identity.label if about.identity else ANY
    place = about.scope.database or "cluster"
    return item.finding.rule, item.finding.severity.value, identity, place


class AuditState(WritingState):
    """The findings of an audit, and what is ticked of them.

    Raises an AdxmiError when the cluster can't be audited, also from `reload`; then everything
    stays as it was.

    Parameters
    ----------
    connection
        The cluster.
    read
        Audits the cluster, each time anew.

    """

    shows = "the findings"
    from_before = "the findings are those from before"

    def __init__(self, connection: Connection, read: Callable[[], Read]) -> None:
        super().__init__(connection)
        self._read_cluster = read
        self._ticked: dict[tuple[object, ...], Item] = {}
        self.filter = Filter()
        self.chosen: Item | None = None
        self._take(read())

    def _take(self, read: Read) -> None:
        self._read = read
        self.whole = narrowed(read.found, Wanted(read.settings, file=read.content))
        self.items = tuple(_items(read.found, self.whole))
        there = {one.key: one for one in self.items}
        self._ticked = {key: there[key] for key in self._ticked if key in there}
        self.chosen = there.get(self.chosen.key) if self.chosen else None
        self._settle()

    def reload(self) -> None:
        """Audit again; what is ticked stays, as far as it is still found."""
        self._connection.forget()
        self._take(self._read_cluster())
        self.said = ()

    @property
    def found(self) -> Audit:
        """The audit."""
        return self._read.found

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items that the filter lets pass."""
        return tuple(one for one in self.items if self.filter.passes(one))

    def choices(self, place: int) -> tuple[str, ...]:
        """Return what a filter can be set to: of rules, severities, identities, or databases."""
        found = {parts_of(one)[place] for one in self.items} - {ANY}
        return tuple(sorted(found, key=str.lower))

    def is_free(self, item: Item) -> bool:
        """Tell whether an item can be ticked."""
        return bool(item.rows)

    def is_ticked(self, item: Item) -> bool:
        """Tell whether an item is to be narrowed."""
        return item.key in self._ticked

    def want_all(self, items: tuple[Item, ...], *, ticked: bool) -> None:
        """Tick or untick items; what would break a workflow is unticked again, and told.

        What ``All`` allows and can't be told goes with the finding of ``All`` only, and what is
        revoked in a policy with its stale entries.
        """
        said: list[str] = []
        for one in (one for item in items for one in (item, *self._along(item, ticked=ticked))):
            if ticked and self.is_free(one) and not self.is_ticked(one):
                self._ticked[one.key] = one
                said += [] if one in items else [f"also selected: {one.label}"]
            elif not ticked and self.is_ticked(one):
                del self._ticked[one.key]
                said += [] if one in items else [f"also cleared: {one.label}"]
        self.said = (*said, *self._settle())

    def _along(self, item: Item, *, ticked: bool) -> Iterator[Item]:
        """Yield what is ticked or unticked together with an item."""
        is_all = item.finding.verdict.usage == Usage.ALL
        if is_all and item.is_untold is ticked:
            for one in self.items:
                if one.finding == item.finding and one.is_untold is not ticked:
                    yield one
        if ticked or item.is_stale:
            yield from self._of_scopes(item, stale=ticked)

    def _of_scopes(self, item: Item, *, stale: bool) -> Iterator[Item]:
        """Yield items of the same scopes, or the stale entries there.

        The service rejects a policy that names an identity that isn't assigned.
        """
        scopes = {row.scope for row in item.rows}
        for one in self.items:
            is_there = any(row.scope in scopes for row in one.rows)
            if one != item and is_there and (one.is_stale or not stale):
                yield one

    def discard(self) -> None:
        """Untick everything."""
        self._ticked, self.said = {}, ()
        self._settle()

    def _settle(self) -> tuple[str, ...]:
        """Make the plan of what is ticked; untick what can't be done."""
        rows = frozenset(row for one in self._ticked.values() for row in one.rows)
        vouched = frozenset(
            row for one in self._ticked.values() if one.is_untold for row in one.rows
        )
        wanted = Wanted(self._read.settings, file=self._read.content, vouched=vouched, rows=rows)
        self.plan = narrowed(self._read.found, wanted)
        hindered = {
            one.allowance.key: one
            for one in self.plan.kept
            if one.hindrance is not Hindrance.CANNOT_TELL
        }
        said = []
        for key, one in list(self._ticked.items()):
            why = next((hindered[row.key] for row in one.rows if row.key in hindered), None)
            if why is not None:
                del self._ticked[key]
                said.append(f"cleared: {label_of(why)}: {reason_of(why)}")
        return tuple(said)

    @property
    def is_valid(self) -> bool:
        """Whether something is ticked, and changes something."""
        return bool(self.plan.prepared.steps)

    @property
    def is_changed(self) -> bool:
        """Whether something is ticked."""
        return bool(self._ticked)

    @property
    def removes(self) -> bool:
        """Whether something is revoked."""
        return bool(self.plan.prepared.plan.removals)

    @property
    def _ready(self) -> Prepared:
        return self.plan.prepared


def _items(found: Audit, whole: Narrowed) -> Iterator[Item]:
    """Yield what can be narrowed first, then what can't be told, what stays, and other findings."""
    by_finding: dict[str, list[Step]] = {}
    for step in whole.steps:
        by_finding.setdefault(step.finding.fingerprint, []).append(step)
    kept = {one.finding.fingerprint for one in whole.kept if not _is_untold(one)}
    others = []
    order = list(Severity)
    for one in sorted(found.of(State.OPEN), key=lambda one: order.index(one.severity)):
        steps = by_finding.get(one.fingerprint, ())
        rows = tuple(row for step in steps for row in step.narrowing.removed)
        item = Item(one, subject_of(one.verdict), rows)
        if rows:
            yield item
        elif one.fingerprint not in kept:
            others.append(item)
    for each in sorted(whole.kept, key=lambda one: (not _is_untold(one), one.allowance.key)):
        is_free = _is_untold(each) and not NEVER & {one.reason for one in each.unseen}
        rows = (each.allowance,) if is_free else ()
        yield Item(each.finding, label_of(each), rows, each)
    yield from others


def _is_untold(one: Kept) -> bool:
    return one.hindrance is Hindrance.CANNOT_TELL
