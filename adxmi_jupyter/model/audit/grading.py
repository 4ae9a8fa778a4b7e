"""Grades: how certain it is that an identity needs a usage in a scope, by all evidence.

A usage has `no trace` only where every place that would show it was looked at, within a window that
is long enough, and the identity has been allowed it all the time.

Source: *.show queries*, *.show commands*, *.show data operations*, *Journal management* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.audit.evidence import (
    ENOUGH,
    Grade,
    Graded,
    Layer,
    Reason,
    Source,
    Trace,
    Unseen,
)
from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    SQL_SERVER,
    STORAGE_ACCOUNT,
)
from adxmi_jupyter.model.policy import PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage, is_known

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import (
        AuditedCluster,
        AuditedWorkflow,
        DataRun,
        Run,
        Touch,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity

READS_STORAGE = frozenset(
    {
        Usage.NATIVE_INGESTION,
        Usage.EXTERNAL_TABLE,
        Usage.EXTERNAL_DATA_REQUEST,
        Usage.SANDBOX_ARTIFACTS,
        Usage.DATA_CONNECTION,
        Usage.AUTOMATED_FLOWS,
    }
)
WRITES_STORAGE = frozenset({Usage.EXPORT_REQUEST, Usage.EXTERNAL_TABLE, Usage.AUTOMATED_FLOWS})
_BY_TARGET = {
    EVENT_HUBS_NAMESPACE: frozenset({Usage.DATA_CONNECTION}),
    SQL_SERVER: frozenset({Usage.SQL_REQUEST, Usage.EXTERNAL_TABLE}),
    COSMOS_ACCOUNT: frozenset({Usage.SQL_REQUEST, Usage.EXTERNAL_TABLE, Usage.DATA_CONNECTION}),
    COGNITIVE_ACCOUNT: frozenset({Usage.AZURE_AI}),
}
IN_REQUESTS = frozenset(
    {
        Usage.EXTERNAL_TABLE,
        Usage.EXPORT_REQUEST,
        Usage.EXTERNAL_DATA_REQUEST,
        Usage.SANDBOX_ARTIFACTS,
        Usage.SQL_REQUEST,
        Usage.AZURE_AI,
    }
)
"""Usages whose constructs stand in the texts of requests."""

_DAY = timedelta(days=1)
_FLOWS = {"UpdatePolicy", "QueryAcceleration"}


def usages_behind(touch: Touch) -> frozenset[Usage]:
    """Return the usages of which each may have touched a target."""
    if touch.source is Source.ACTIVITY:  # requests to Azure are those of no usage
        return frozenset()
    if touch.source is Source.STORAGE:
        return WRITES_STORAGE if touch.writes else READS_STORAGE
    if touch.target == STORAGE_ACCOUNT:
        return READS_STORAGE | WRITES_STORAGE
    return _BY_TARGET.get(touch.target, frozenset(Usage) - {Usage.ALL})


def allowed_anywhere(cluster: AuditedCluster, identity: ManagedIdentity) -> frozenset[str]:
    """Return the usages that an identity is allowed, in whatever scope."""
    return frozenset(
        usage
        for _, entry in cluster.entries()
        if same(entry.identity, identity)
        for usage in entry.allowed_usages
    )


def graded(cluster: AuditedCluster, identity: ManagedIdentity, usage: str, scope: Scope) -> Graded:
    """Return how certain the use of a usage is, in the databases where a policy counts."""
    return _Grading(cluster, identity, usage, scope, scope).graded()


def by_database(
    cluster: AuditedCluster, identity: ManagedIdentity, usage: str, allowed_in: Scope
) -> Mapping[str, Graded]:
    """Return how certain the use is in each database where a policy that allows it counts."""
    return {
        name: _Grading(cluster, identity, usage, Scope(name), allowed_in).graded()
        for name in cluster.databases_of(allowed_in)
    }


@dataclass(frozen=True)
class _Grading:
    cluster: AuditedCluster
    identity: ManagedIdentity
    usage: str
    scope: Scope
    allowed_in: Scope

    def graded(self) -> Graded:
        declared = tuple(_declared(one) for one in self._workflows)
        used = (*self._runs(), *self._flows(), *self._touches())
        wanted = tuple(self._failures())
        traces = (*declared, *used, *wanted)
        if any(one.times > one.failed for one in used):
            return Graded(Grade.IN_USE, traces)
        if declared:
            return Graded(Grade.DECLARED, traces, tuple(self._intervals()))
        if wanted:
            return Graded(Grade.WANTED, traces)
        unseen = tuple(dict.fromkeys(self._unseen()))
        return Graded(Grade.CANNOT_TELL if unseen else Grade.NO_TRACE, self._hints, unseen)

    @cached_property
    def _databases(self) -> tuple[str, ...]:
        return self.cluster.databases_of(self.scope)

    @cached_property
    def _workflows(self) -> tuple[AuditedWorkflow, ...]:
        return tuple(one for one in self._here if self._needs(one))

    @property
    def _here(self) -> Iterator[AuditedWorkflow]:
        return (one for one in self.cluster.workflows if one.database in self._databases)

    def _needs(self, workflow: AuditedWorkflow) -> bool:
        return any(
            one.usage == self.usage and same(one.identity, self.identity)
            for one in workflow.allowances()
        )

    @cached_property
    def _requests(self) -> tuple[Run, ...]:
        part = self.cluster.logs.runs
        every = part.known if part.unseen is None else ()
        return tuple(one for one in every if self._concerns(one))

    def _concerns(self, run: Run) -> bool:
        places = {one.database for one in self._owners(run)} or {run.database}
        return not places.isdisjoint(self._databases)

    def _owners(self, run: Run) -> tuple[AuditedWorkflow, ...]:
        """Return the objects of the name that requests mention: of their database, or others."""
        if not run.mentioned:
            return ()
        called = self.cluster.called(run.mentioned)
        return tuple(one for one in called if one.database == run.database) or called

    def _runs(self) -> Iterator[Trace]:
        yield from (_ran(one) for one in self._requests if one.completed and self._is_mine(one))

    def _failures(self) -> Iterator[Trace]:
        yield from (_ran(one) for one in self._requests if not one.completed and self._names(one))

    def _names(self, run: Run) -> bool:
        names = self.cluster.names_of(self.identity)
        return run.usage == self.usage and run.named in names

    def _is_mine(self, run: Run) -> bool:
        """Tell whether requests used the identity, by its ID or by an object that names it."""
        if self._names(run):
            return True
        return run.usage in {"", self.usage} and any(map(self._needs, self._owners(run)))

    def _flows(self) -> Iterator[Trace]:
        since = self.cluster.since
        for one in self._workflows:
            if one.last_run is not None and one.last_run >= since:
                yield Trace(Layer.RUN, Source.OBJECTS, one.label, 1, last=one.last_run)
            yield from (_made(run) for run in self._data if _is_run_of(run, one))

    @cached_property
    def _data(self) -> tuple[DataRun, ...]:
        part = self.cluster.logs.data
        every = part.known if part.unseen is None and self.usage == Usage.AUTOMATED_FLOWS else ()
        mine = (one for one in every if one.database in self._databases)
        return tuple(one for one in mine if one.kind in _FLOWS)

    @cached_property
    def _seen_at_targets(self) -> tuple[Touch, ...]:
        names = self.cluster.names_of(self.identity)
        return tuple(
            one
            for one in self.cluster.logs.touches
            if one.object_id in names and self.usage in usages_behind(one)
        )

    def _touches(self) -> Iterator[Trace]:
        """Yield what a target saw where no other usage that is allowed explains it."""
        allowed = allowed_anywhere(self.cluster, self.identity)
        scopes = [s for s, e in self.cluster.entries() if same(e.identity, self.identity)]
        for one in self._seen_at_targets:
            if allowed & usages_behind(one) == {self.usage} and len(scopes) == 1:
                yield _touched(one)

    @property
    def _hints(self) -> tuple[Trace, ...]:
        return tuple(map(_touched, self._seen_at_targets))

    def _intervals(self) -> Iterator[Unseen]:
        for one in self._workflows:
            if one.interval is not None and one.interval > self.cluster.window:
                yield Unseen(Source.OBJECTS, Reason.INTERVAL, where=one.label)

    def _unseen(self) -> Iterator[Unseen]:
        """Yield why it cannot be said that a usage has no trace."""
        cluster = self.cluster
        if not is_known(self.usage):
            yield Unseen(Source.OBJECTS, Reason.NEWER)
            return
        if not self.scope.database and not cluster.is_whole:
            yield Unseen(Source.OBJECTS, Reason.PART)
        yield from (one for name in self._databases for one in cluster.unread.get(name, ()))
        yield from self._untold()
        if cluster.window < ENOUGH:
            yield Unseen(Source.REQUESTS, Reason.SHORT)
        if self.usage in IN_REQUESTS:
            yield from self._of_requests()
            yield from self._of_followers()
        if self.usage == Usage.AUTOMATED_FLOWS:
            yield from self._of_flows()
        if self.usage == Usage.NATIVE_INGESTION and not self._never_signed_in():
            yield Unseen(Source.SIGN_INS, Reason.NO_LOG)
        if self._seen_at_targets:
            yield Unseen(self._seen_at_targets[0].source, Reason.SEVERAL)
        yield from self._of_age()

    def _untold(self) -> Iterator[Unseen]:
        for one in self._here:
            if one.is_untold and self.usage in one.usages:
                yield Unseen(Source.OBJECTS, Reason.UNTOLD, where=one.label)

    def _of_requests(self) -> Iterator[Unseen]:
        logs = self.cluster.logs
        if logs.runs.unseen is not None:
            yield logs.runs.unseen
            return
        for name in self._databases:
            if not logs.shows(name):
                yield Unseen(Source.REQUESTS, Reason.OWN_ONLY, "Database Monitor", name)
        hidden = [one for one in self._requests if self._may_be_mine(one)]
        if hidden:
            times = sum(one.times for one in hidden)
            where = ", ".join(dict.fromkeys(one.database for one in hidden))
            yield Unseen(Source.REQUESTS, Reason.HIDDEN, where=where, detail=str(times))

    def _of_followers(self) -> Iterator[Unseen]:
        """Yield the clusters where the policy of the database may count, and whose logs are theirs.

        Whether it does is not documented; the cluster policy does not.
        """
        part, name = self.cluster.followers, self.allowed_in.database
        if part.unseen is not None and name:
            yield part.unseen
        followers = (part.value or {}).get(name, ())
        if followers:
            yield Unseen(Source.REQUESTS, Reason.FOLLOWED, where=name, detail=", ".join(followers))

    def _may_be_mine(self, run: Run) -> bool:
        """Tell whether requests may have used the identity, which is not visible in them."""
        if run.usage != self.usage or run.named:
            return False
        owners = self._owners(run)
        return not owners or any(one.is_untold for one in owners)

    def _of_flows(self) -> Iterator[Unseen]:
        logs = self.cluster.logs
        if logs.data.unseen is not None:
            yield logs.data.unseen
            return
        every = [one for one in self.cluster.workflows if one.database in self._databases]
        for run in self._data:
            if not any(_is_run_of(run, one) for one in every):
                where = f"{run.database}.{run.table}"
                yield Unseen(Source.DATA, Reason.GONE, where=where, detail=str(run.times))

    def _never_signed_in(self) -> bool:
        """Tell whether the log of sign-ins covers the window, and has none that the usage needs."""
        covers = self.cluster.logs.covers.get(Source.SIGN_INS)
        if covers is None or covers[0] > self.cluster.since or covers[1] < self.cluster.ends - _DAY:
            return False
        return not any(one.source is Source.SIGN_INS for one in self._seen_at_targets)

    def _of_age(self) -> Iterator[Unseen]:
        part = self.cluster.logs.grants
        if part.unseen is not None:
            yield Unseen(
                part.unseen.source, Reason.UNKNOWN_AGE, part.unseen.requires, part.unseen.where
            )
            return
        allowed = (self.usage, Usage.ALL)
        granters = self.cluster.logs.granters
        grants = [(self.allowed_in, self._key, one) for one in allowed]
        since, who = max(
            ((part.known[one], granters.get(one, "")) for one in grants if one in part.known),
            default=(None, ""),
        )
        if since is not None and since > self.cluster.since:
            told = f"{since:%Y-%m-%d} by {who}" if who else f"{since:%Y-%m-%d}"
            yield Unseen(Source.JOURNAL, Reason.YOUNG, detail=told)

    @property
    def _key(self) -> str:
        return PolicyEntry(self.identity, ()).key


def _is_run_of(run: DataRun, workflow: AuditedWorkflow) -> bool:
    """Tell whether an operation is a run of a workflow that is kept on the table."""
    return run.database == workflow.database and run.table == workflow.name


def _declared(one: AuditedWorkflow) -> Trace:
    what = f"{one.label}, {one.state}" if one.state else one.label
    return Trace(Layer.DECLARED, Source.OBJECTS, what)


def _ran(run: Run) -> Trace:
    what = " ".join(filter(None, (run.usage, run.mentioned, f"({run.database})")))
    failed = run.times - run.completed
    return Trace(Layer.RUN, run.source, what, run.times, failed, run.first, run.last)


def _made(run: DataRun) -> Trace:
    what = f"{run.kind} {run.database}.{run.table}"
    return Trace(Layer.RUN, Source.DATA, what, run.times, last=run.last)


def _touched(touch: Touch) -> Trace:
    return Trace(Layer.TOUCHED, touch.source, touch.target, touch.times, 0, touch.first, touch.last)
