"""Collect all that the audit judges: each fact is asked for once, many at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts, many_databases, target_facts
from adxmi_jupyter.actions.check.checks import inventory
from adxmi_jupyter.actions.evidence import azure
from adxmi_jupyter.actions.evidence.declared import unread_in, workflows_of
from adxmi_jupyter.actions.evidence.logs import LogFacts
from adxmi_jupyter.actions.evidence.parts import part_of, unseen
from adxmi_jupyter.actions.evidence.workspace import WorkspaceLogs
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.audit.cluster import AuditedCluster
from adxmi_jupyter.model.audit.evidence import Part, Source
from adxmi_jupyter.model.policy import CLUSTER, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.checks import Inventory
    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.evidence.touched import Outside
    from adxmi_jupyter.model.audit.cluster import (
        AuditedWorkflow,
        ClusterSettings,
        HeldAzureRole,
        Logs,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.service.connection import Connection

KEPT = timedelta(days=30)
"""How long the cluster keeps its requests."""


@dataclass(frozen=True)
class Period:
    """Until when the audit looks, and how far back; the cluster keeps what is younger than `KEPT`.

    `as_of` is the moment that it speaks of; None for now.
    """

    window: timedelta = KEPT
    as_of: datetime | None = None

    def seen(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the part of it that the logs cover: from when until when; perhaps nothing."""
        until = min(self.as_of or now, now)
        since = max(self.begin(now), now - KEPT)
        return min(since, until), until

    def begin(self, now: datetime) -> datetime:
        """Return since when evidence is wanted: other logs may be older than the cluster's."""
        return (self.as_of or now) - self.window


def collect(
    facts: Facts,
    databases: Sequence[str],
    period: Period,
    outside: Outside,
    *,
    is_whole: bool,
) -> AuditedCluster:
    """Return all that is known of a cluster; `is_whole` says that these are all its databases.

    `facts` gets all that was asked for.

    Raises
    ------
    AdxmiError
        Nothing at all could be listed: the first error.

    """
    found = inventory(facts, databases)
    workflows = workflows_of(facts, found)
    since, until = period.seen(now := datetime.now(UTC))
    logs = LogFacts(_names(workflows), since, until)
    held = azure.held_roles([one.object_id for one in found.known])
    _gather(facts, databases, (*logs.every, *held))
    return AuditedCluster(
        name=_name(facts, facts.connection),
        uri=facts.connection.cluster,
        databases=tuple(databases),
        as_of=period.as_of or now,
        window=until - since,
        until=until,
        policies=_policies(facts, (CLUSTER, *map(Scope, databases))),
        assigned=_part(facts, cluster_facts.assigned(), Source.CLUSTER),
        workflows=workflows,
        logs=_read_logs(facts, found, logs, outside, min(period.begin(now), since)),
        roles={one: _part(facts, cluster_facts.roles(one), Source.ROLES, one) for one in databases},
        cluster_roles=_part(facts, azure.cluster_roles(), Source.CLUSTER_ROLES),
        azure_roles=_held(facts, held),
        clusters=_part(facts, azure.clusters(), Source.CLUSTERS),
        settings=_settings(facts),
        log_categories=_part(facts, azure.log_categories(), Source.DIAGNOSTICS),
        scripts={one: _part(facts, azure.scripts(one), Source.SCRIPTS, one) for one in databases},
        followers=_followers(facts, databases),
        unread=unread_in(found),
        known=found.known,
        client_ids=_client_ids(facts, found),
        resource_id=_resource_id(facts.connection),
        is_whole=is_whole,
    )


def _gather(facts: Facts, databases: Sequence[str], others: Sequence[Fact]) -> None:
    facts.gather((*others, *_of_azure(databases)))
    many_databases.gather_roles(facts, databases)
    facts.gather(map(cluster_facts.roles, databases))


def _read_logs(
    facts: Facts, found: Inventory, logs: LogFacts, outside: Outside, begin: datetime
) -> Logs:
    """Return what the logs say; those of a workspace may reach back further, until `begin`."""
    read = logs.read(facts, outside.touches, outside.covers)
    if not outside.workspace:
        return read
    workspace = WorkspaceLogs(
        outside.workspace,
        _resource_id(facts.connection),
        logs.names,
        _ids(found.known, _client_ids(facts, found)),
        logs.since,
        logs.until,
        begin,
    )
    return workspace.add_to(facts, read)


def _ids(known: Sequence[ManagedIdentity], clients: Mapping[str, str]) -> tuple[str, ...]:
    """Return the IDs by which logs name identities."""
    every = (word for one in known for word in (one.object_id, one.client_id))
    return tuple(sorted({one.lower() for one in (*every, *clients.values()) if one}))


def _of_azure(databases: Sequence[str]) -> Iterator[Fact]:
    yield from (azure.cluster_settings(), azure.cluster_roles(), azure.clusters())
    yield from (azure.log_categories(), azure.system_client_id(), target_facts.followed())
    yield from map(azure.scripts, databases)


def _names(workflows: Sequence[AuditedWorkflow]) -> tuple[str, ...]:
    """Return the names to look for in requests: of functions, which constructs don't show."""
    return tuple(sorted({one.name for one in workflows if one.is_function}))


def _as_it_is(answer: Any) -> Any:
    return answer


def _part(facts: Facts, fact: Fact, source: Source, where: str = "") -> Part[Any]:
    return part_of(facts, fact, source, _as_it_is, where)


def _policies(facts: Facts, scopes: Sequence[Scope]) -> Mapping[Scope, Part[Policy]]:
    """Return policies in which a former system-assigned identity is not taken for the present."""
    assigned = _part(facts, cluster_facts.assigned(), Source.CLUSTER).value

    def read(found: Policy) -> Policy:
        return found.as_of(assigned.system) if assigned else found

    return {
        scope: part_of(facts, cluster_facts.policy(scope), Source.POLICIES, read, str(scope))
        for scope in scopes
    }


def _held(facts: Facts, asked: Sequence[Fact]) -> Part[tuple[HeldAzureRole, ...]]:
    held: list[HeldAzureRole] = []
    for fact in asked:
        try:
            held += facts.answer(fact)
        except AdxmiError as failure:
            return Part.missing(unseen(failure, fact, Source.AZURE_ROLES))
    return Part.of(tuple(held))


def _settings(facts: Facts) -> Part[ClusterSettings]:
    return _part(facts, azure.cluster_settings(), Source.CLUSTER)


def _followers(facts: Facts, databases: Sequence[str]) -> Part[Mapping[str, tuple[str, ...]]]:
    def names(found: target_facts.Followed) -> Mapping[str, tuple[str, ...]]:
        by_database = {one: found.by(one) for one in databases}
        return {
            name: tuple(each.rsplit("/", 1)[-1] for each in some)
            for name, some in by_database.items()
            if some
        }

    return part_of(facts, target_facts.followed(), Source.CLUSTER, names)


def _client_ids(facts: Facts, found: Inventory) -> Mapping[str, str]:
    """Return client IDs by object IDs; that of the system-assigned identity has its own place."""
    known = {one.object_id.lower(): one.client_id.lower() for one in found.known if one.client_id}
    own = next((one for one in found.known if one.is_system), None)
    if own is not None and facts.knows(azure.system_client_id()):
        known[own.object_id.lower()] = facts.answer(azure.system_client_id())
    return known


def _name(facts: Facts, connection: Connection) -> str:
    assigned = _part(facts, cluster_facts.assigned(), Source.CLUSTER)
    return assigned.value.cluster_name if assigned.value else connection.cluster


def _resource_id(connection: Connection) -> str:
    try:
        return connection.cluster_id
    except AdxmiError:  # rights in Azure are no rights in the cluster
        return ""
