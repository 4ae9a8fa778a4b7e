"""The audit of a cluster: all rules on all that is known, with suppressions and filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.audit.collecting import Period, collect
from adxmi_jupyter.actions.audit.suppressing import Settings, suppressed
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.evidence.touched import Outside
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import UnknownIdentity
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import AuditFinding, Severity
from adxmi_jupyter.model.audit.rule import every_rule, rule_of
from adxmi_jupyter.model.identity import resolve
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.evidence import Part
    from adxmi_jupyter.model.audit.findings import State
    from adxmi_jupyter.model.audit.rule import Rule
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.sections import Suppression
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Selection:
    """What of the findings is wanted; empty means all.

    `rules` are IDs, `identities` what people call them, `least` the least severity.
    """

    rules: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    least: Severity = Severity.LOW


@dataclass(frozen=True)
class Audit:
    """What an audit found: all verdicts, those that passed included, and what was not visible.

    `facts` are all answers that it was made of. `unused` and `expired` are suppressions that mute
    nothing.
    """

    cluster: AuditedCluster
    findings: tuple[AuditFinding, ...]
    facts: Facts = field(compare=False, repr=False)
    unseen: tuple[Unseen, ...] = ()
    unused: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()

    def of(self, *states: State) -> tuple[AuditFinding, ...]:
        """Return the findings in some states."""
        return tuple(one for one in self.findings if one.state in states)


@dataclass(frozen=True)
class Options:
    """How the audit is done, apart from what of it is wanted."""

    period: Period = field(default_factory=Period)
    outside: Outside = field(default_factory=Outside)
    settings: Settings = field(default_factory=Settings)
    is_whole: bool = True


def audit(
    connection: Connection,
    databases: Sequence[str],
    selection: Selection,
    options: Options,
) -> Audit:
    """Judge a cluster by all rules, or by some.

    Raises
    ------
    InvalidValue
        There is no such rule.
    UnknownIdentity
        An identity that is wanted is not known.
    AdxmiError
        Nothing at all could be listed: the first error.

    """
    rules = tuple(map(rule_of, selection.rules)) or every_rule()
    facts = Facts(connection)
    cluster = collect(facts, databases, options.period, options.outside, is_whole=options.is_whole)
    wanted = {_key(_meant(connection, one, cluster.known)) for one in selection.identities}
    found = tuple(
        one
        for one in judged(cluster, rules, options.settings)
        if one.severity.is_at_least(selection.least) and _is_of(one, wanted)
    )
    done = suppressed(found, options.settings, cluster)
    # Those of rules that were not asked for had no finding to mute.
    asked = {one.id for one in rules}
    is_part = bool(wanted) or selection.least is not Severity.LOW or not options.is_whole
    unused = () if is_part else tuple(o for o in done.unused if o.rule.upper() in asked)
    return Audit(cluster, done.findings, facts, tuple(_unseen(cluster)), unused, done.expired)


def judged(
    cluster: AuditedCluster, rules: Sequence[Rule], settings: Settings
) -> Iterator[AuditFinding]:
    """Yield the verdicts of rules; of a part of the cluster only what is about its databases."""
    for rule in rules:
        severity = settings.severities.get(rule.id, rule.severity)
        for verdict in rule.verdicts(cluster):
            if cluster.is_whole or verdict.scope != CLUSTER:
                yield AuditFinding(rule.id, severity, verdict, cluster.uri)


def _is_of(finding: AuditFinding, wanted: set[str]) -> bool:
    identity = finding.verdict.identity
    if not wanted:
        return True
    return identity is not None and _key(identity) in wanted


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key


def _meant(
    connection: Connection, reference: str, known: Sequence[ManagedIdentity]
) -> ManagedIdentity:
    try:
        return resolve(reference, known).identity
    except UnknownIdentity:
        return names.resolved(connection, (reference,))[0].identity


def _unseen(cluster: AuditedCluster) -> Iterator[Unseen]:
    """Yield what was not visible at all, or not with the roles of the caller."""
    logs = cluster.logs
    parts: tuple[Part[Any], ...] = (
        *cluster.policies.values(), cluster.assigned, cluster.settings, cluster.cluster_roles,
        cluster.azure_roles, cluster.clusters, cluster.log_categories, *cluster.roles.values(),
        *cluster.scripts.values(), logs.runs, logs.data, logs.grants,
    )  # fmt: skip
    every = [part.unseen for part in parts if part.unseen is not None]
    every += [one for some in cluster.unread.values() for one in some]
    every += logs.outside
    if logs.runs.unseen is None:
        every += [
            Unseen(Source.REQUESTS, Reason.OWN_ONLY, "Database Monitor", name)
            for name in cluster.databases
            if not logs.shows(name)
        ]
    yield from dict.fromkeys(every)
