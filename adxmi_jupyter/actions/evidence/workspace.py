"""What a Log Analytics workspace shows: of requests and grants, and of targets and Entra.

The cluster's own logs come first. The workspace adds what they cannot show: the time before their
30 days, and everything where the caller may not read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.actions.evidence.azure import log_categories
from adxmi_jupyter.actions.evidence.parts import part_of, unseen
from adxmi_jupyter.errors import AdxmiError, MissingPackage, ResourceNotFound
from adxmi_jupyter.model.audit import log_queries, workspace_queries
from adxmi_jupyter.model.audit.evidence import Part, Reason, Source, Unseen
from adxmi_jupyter.service.log_analytics import READER

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.model.audit.cluster import Logs, Run, Touch
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection

Rows = Sequence[Mapping[str, Any]]
Times = tuple[datetime, datetime]

_OUTSIDE = (Source.STORAGE, Source.SIGN_INS, Source.ACTIVITY)
_REQUESTS = (Source.ADX_QUERY, Source.ADX_COMMAND)
_SENT_BY = {
    Source.STORAGE: "diagnostic settings of the storage accounts",
    Source.SIGN_INS: "a diagnostic setting of Microsoft Entra ID",
    Source.ACTIVITY: "a diagnostic setting of the subscription",
    Source.ADX_QUERY: "a diagnostic setting of the cluster with Query",
    Source.ADX_COMMAND: "a diagnostic setting of the cluster with Command",
    Source.ADX_JOURNAL: "a diagnostic setting of the cluster with Journal",
}
_DAY = timedelta(days=1)
_BEFORE = timedelta(days=7)
_MOST_IDS = 500
_JOURNAL = "Journal"


@dataclass(frozen=True)
class WorkspaceLogs:
    """What a workspace is asked: about a cluster by its resource ID, and some identities.

    `since` and `until` are what the cluster's own logs cover, `asked` is since when evidence is
    wanted. `names` are those to look for in requests, `ids` object and client IDs.
    """

    workspace_id: str
    cluster_id: str
    names: tuple[str, ...]
    ids: tuple[str, ...]
    since: datetime
    until: datetime
    asked: datetime

    def add_to(self, facts: Facts, logs: Logs) -> Logs:
        """Return logs with what the workspace adds to them.

        Raises
        ------
        MissingPackage
            The client of Log Analytics is not installed.
        ResourceNotFound
            There is no such workspace.

        """
        touches = {one: self._touches(one) for one in _OUTSIDE}
        signed_in = self._coverage(Source.SIGN_INS, self._long)
        facts.gather((*touches.values(), signed_in))
        problem = self._problem(facts, touches[Source.STORAGE])
        if problem is not None:
            return replace(logs, outside=(problem,))
        seen = _Seen(facts)
        found = tuple(
            touch
            for source, fact in touches.items()
            for touch in seen.read(fact, source, partial(_read_touches, source))
        )
        covers = dict(logs.covers)
        self._cover(seen, signed_in, covers)
        logs = replace(logs, touches=(*logs.touches, *found), covers=covers)
        logs = self._with_grants(self._with_runs(logs, seen), seen)
        return replace(logs, outside=tuple(dict.fromkeys(seen.unseen)))

    def _problem(self, facts: Facts, fact: Fact) -> Unseen | None:
        """Return why nothing of the workspace can be read; None if it can."""
        try:
            facts.answer(fact)
        except (MissingPackage, ResourceNotFound):
            raise
        except AdxmiError as failure:
            return unseen(failure, fact, Source.WORKSPACE)
        return None

    def _cover(self, seen: _Seen, fact: Fact, covers: dict[Source, Times]) -> None:
        """Note the period that the log of sign-ins covers, that of exported files included."""
        for found in seen.read(fact, Source.SIGN_INS, _read_coverage, quietly=True):
            before = covers.get(Source.SIGN_INS, found)
            covers[Source.SIGN_INS] = (min(before[0], found[0]), max(before[1], found[1]))
            if covers[Source.SIGN_INS][0] > self.since:
                seen.late(Source.SIGN_INS, covers[Source.SIGN_INS][0])

    def _with_runs(self, logs: Logs, seen: _Seen) -> Logs:
        """Return logs with the requests that only the workspace shows."""
        sees_all = logs.runs.unseen is None and logs.monitored is None
        if not self.cluster_id or (sees_all and self.asked >= self.since):
            return logs
        if sees_all:
            return _with_more(logs, self._runs(seen, (self.asked, self.since)))
        facts = [self._coverage(one, self._long) for one in _REQUESTS]
        seen.facts.gather(facts)
        covered = [self._is_covered(seen, one) for one in _REQUESTS]  # each is told
        runs = self._runs(seen, (self.asked, self.until))
        if all(covered):
            return replace(logs, runs=Part.of(runs), monitored=None)
        if logs.runs.unseen is not None:
            return logs
        return _with_more(logs, (one for one in runs if not logs.shows(one.database)))

    def _with_grants(self, logs: Logs, seen: _Seen) -> Logs:
        """Return logs with who allowed what; since when, if the journal could not be read."""
        if not self.cluster_id:
            return logs
        fact = self._fact(
            workspace_queries.grants(self.cluster_id),
            log_queries.GRANTS,
            (self.since, self.until),
        )
        rows = list(seen.read(fact, Source.ADX_JOURNAL, list))
        logs = replace(logs, granters=log_queries.read_granters(rows))
        if logs.grants.unseen is None or not self._keeps_journal(seen):
            return logs
        return replace(logs, grants=Part.of(log_queries.read_grants(rows)))

    def _keeps_journal(self, seen: _Seen) -> bool:
        """Tell whether the workspace has all changes of the window: it is sent them, and was."""
        categories = part_of(seen.facts, log_categories(), Source.DIAGNOSTICS, frozenset)
        if categories.unseen is not None or _JOURNAL not in categories.known:
            return False
        fact = self._coverage(Source.ADX_JOURNAL, None)
        found = list(seen.read(fact, Source.ADX_JOURNAL, _read_coverage))
        if found and found[0][0] > self.since:
            seen.late(Source.ADX_JOURNAL, found[0][0])
        return bool(found) and found[0][0] <= self.since

    def _is_covered(self, seen: _Seen, source: Source) -> bool:
        """Tell whether a log of requests covers the whole window."""
        fact = self._coverage(source, self._long)
        found = list(seen.read(fact, source, _read_coverage))
        if found and found[0][0] > self.since:
            seen.late(source, found[0][0])
        return bool(found) and found[0][0] <= self.since and found[0][1] >= self.until - _DAY

    def _runs(self, seen: _Seen, period: Times) -> tuple[Run, ...]:
        names, most = self.names, log_queries.MOST_NAMES
        some = [names[at : at + most] for at in range(0, len(names) or 1, most)]
        asked = [
            (source, self._fact(_asking(source, self.cluster_id, one), log_queries.RUNS, period))
            for source in _REQUESTS
            for one in some
        ]
        seen.facts.gather([fact for _, fact in asked])
        return tuple(
            dict.fromkeys(
                replace(run, source=source)
                for source, fact in asked
                for run in seen.read(fact, source, log_queries.read_runs)
            )
        )

    @property
    def _long(self) -> Times:
        """The window and some days before: what was logged then shows that the log is older."""
        return self.since - _BEFORE, self.until

    def _touches(self, source: Source) -> Fact:
        query = workspace_queries.touches(source, self.ids[:_MOST_IDS])
        return self._fact(query, workspace_queries.TOUCHES, (self.asked, self.until))

    def _coverage(self, source: Source, period: Times | None) -> Fact:
        query = workspace_queries.coverage(source, self.cluster_id)
        return self._fact(query, workspace_queries.COVERAGE, period)

    def _fact(self, query: str, shape: Shape, period: Times | None) -> Fact:
        def ask(connection: Connection) -> Rows | None:
            rows = connection.log_analytics.rows(self.workspace_id, query, period)
            return None if rows is None else shape.of_items(rows)

        return Fact(("workspace", self.workspace_id, query, period), ask, READER)


@dataclass
class _Seen:
    """Answers of a workspace, and what of it could not be seen."""

    facts: Facts
    unseen: list[Unseen] = field(default_factory=list)

    def read(
        self, fact: Fact, source: Source, read: Callable[[Rows], Any], *, quietly: bool = False
    ) -> Iterator[Any]:
        """Yield what an answer says; what is missing is noted, unless it was already."""
        part = part_of(self.facts, fact, source, lambda rows: (rows,))
        if part.unseen is not None:
            self.unseen.append(part.unseen)
            return
        (rows,) = part.known
        if rows is not None:
            yield from read(rows)
        elif not quietly:
            self.unseen.append(Unseen(source, Reason.NOT_SENT, _SENT_BY[source]))

    def late(self, source: Source, first: datetime) -> None:
        """Note that a log begins within the window."""
        self.unseen.append(Unseen(source, Reason.LATE, detail=f"{first:%Y-%m-%d}"))


def _asking(source: Source, cluster_id: str, names: Sequence[str]) -> str:
    return workspace_queries.runs(source, cluster_id, names)


def _with_more(logs: Logs, more: Sequence[Run] | Iterator[Run]) -> Logs:
    return replace(logs, runs=Part.of((*logs.runs.known, *more)))


def _read_touches(source: Source, rows: Rows) -> Iterator[Touch]:
    return workspace_queries.read_touches(source, rows)


def _read_coverage(rows: Rows) -> Iterator[Times]:
    found = workspace_queries.read_coverage(rows)
    return iter(() if found is None else (found,))
