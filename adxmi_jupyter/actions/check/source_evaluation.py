"""Evaluate what Azure looks up before it makes a data connection: its source, and its table.

Source: *Azure Event Hubs data connection*, *Event Grid data connection* (Azure Data Explorer docs):
each connection has a consumer group of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts, target_facts
from adxmi_jupyter.actions.check.findings import State, finding
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import AzCommand, ChangeOption, Command, Explain
from adxmi_jupyter.model.declaration.data_connection import source_id
from adxmi_jupyter.model.declaration.registry import connection_noun
from adxmi_jupyter.model.declaration.requirements import ConsumerGroupFree, TableReady
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.check.findings import Finding

_MOST_DATABASES = 200
"""In more databases than this, one workflow's check doesn't ask what reads from a source."""


@dataclass(frozen=True)
class _Reader:
    """A data connection that reads from an event hub."""

    database: str
    name: str
    noun: str
    consumer_group: str


def facts_for(requirement: ConsumerGroupFree | TableReady, database: str) -> tuple[Fact, ...]:
    """Return what must be known to judge a requirement, and can be asked for at once."""
    if isinstance(requirement, TableReady):
        return (cluster_facts.tables(database),)
    return (target_facts.databases(), target_facts.consumer_groups(requirement.event_hub))


def more_facts_for(
    requirement: ConsumerGroupFree | TableReady, facts: Facts, database: str
) -> tuple[Fact, ...]:
    """Return what must be known besides; raises as the facts do."""
    if isinstance(requirement, ConsumerGroupFree):
        return tuple(map(target_facts.data_connections, _databases(facts)))
    table = requirement.table
    if not requirement.mapping or table not in facts.answer(cluster_facts.tables(database)):
        return ()
    return (cluster_facts.mappings(database, table), cluster_facts.columns(database, table))


def _databases(facts: Facts) -> tuple[str, ...]:
    found: tuple[str, ...] = facts.answer(target_facts.databases())
    return found if len(found) <= _MOST_DATABASES else ()


@dataclass(frozen=True)
class SourceEvaluator:
    """Evaluates the source and the table of a data connection by facts."""

    facts: Facts
    database: str

    def evaluated(self, requirement: ConsumerGroupFree | TableReady) -> Finding:
        """Return how a requirement was found; raises as the facts do."""
        if isinstance(requirement, TableReady):
            return self._table(requirement)
        return self._consumer_group(requirement)

    def _consumer_group(self, requirement: ConsumerGroupFree) -> Finding:
        hub, group = requirement.event_hub, requirement.consumer_group
        readers = tuple(self._readers(hub))
        others = [one for one in readers if not self._is_own(one, requirement)]
        taken = next((one for one in others if _same(one.consumer_group, group)), None)
        groups, failure = self._groups(hub)
        if taken is not None:
            used = {one.consumer_group.casefold() for one in others}
            free = next((one for one in groups if one.casefold() not in used), "NAME")
            why = (
                f"the data connection {taken.name} of the database {taken.database} uses it; "
                "each data connection requires its own consumer group"
            )
            listed = Command.of(taken.noun, "list", "--all-databases")
            fix = Explain.of(
                ChangeOption("--consumer-group", free), "; ", listed, " shows which ones read"
            )
            return finding(requirement, State.NOT_MET, why, fix)
        if failure is not None:
            raise failure
        if not any(_same(one, group) for one in groups):
            why = f"the event hub has no such consumer group; it has: {', '.join(groups)}"
            return finding(requirement, State.NOT_MET, why, _create_group(hub, group))
        if not _databases(self.facts):
            why = "the cluster has too many databases to find other data connections that use it"
            return finding(requirement, State.UNKNOWN, why)
        return finding(requirement, State.MET)

    def _groups(self, hub: str) -> tuple[tuple[str, ...], AdxmiError | None]:
        try:
            return self.facts.answer(target_facts.consumer_groups(hub)), None
        except AdxmiError as failure:
            return (), failure

    def _readers(self, hub: str) -> Iterator[_Reader]:
        for database in _databases(self.facts):
            found: tuple[Mapping[str, Any], ...] = self.facts.answer(
                target_facts.data_connections(database)
            )
            for one in found:
                properties = one.get("properties") or {}
                if _same(source_id(properties, "eventHubResourceId"), hub):
                    name = str(one.get("name")).rsplit("/", 1)[-1]
                    group = text_cell(properties, "consumerGroup")
                    yield _Reader(database, name, connection_noun(str(one.get("kind"))), group)

    def _is_own(self, one: _Reader, requirement: ConsumerGroupFree) -> bool:
        is_here = _same(one.database, self.database)
        return is_here and _same(one.name, requirement.connection)

    def _table(self, requirement: TableReady) -> Finding:
        there: tuple[str, ...] = self.facts.answer(cluster_facts.tables(self.database))
        if requirement.table not in there:
            why = f"{self.database} has no table of this name"
            match = closest(requirement.table, there)
            made = Explain.of("create the table, or name another one")
            fix = ChangeOption("--table", match) if match else made
            return finding(requirement, State.NOT_MET, why, fix)
        if requirement.mapping:
            return self._mapping(requirement)
        return finding(requirement, State.MET)

    def _mapping(self, requirement: TableReady) -> Finding:
        place = (self.database, requirement.table)
        mappings: Mapping[str, tuple[str, ...]] = self.facts.answer(cluster_facts.mappings(*place))
        filled = mappings.get(requirement.mapping)
        if filled is None:
            known = ", ".join(mappings) or "none"
            why = f"the table has no ingestion mapping {requirement.mapping}; there are: {known}"
            match = closest(requirement.mapping, tuple(mappings))
            made = Explain.of("create the ingestion mapping, or name another one")
            fix = ChangeOption("--mapping", match) if match else made
            return finding(requirement, State.NOT_MET, why, fix)
        columns: tuple[str, ...] = self.facts.answer(cluster_facts.columns(*place))
        lacking = [one for one in dict.fromkeys(filled) if one and one not in columns]
        if not lacking:
            return finding(requirement, State.MET)
        why = f"the ingestion mapping fills columns that the table lacks: {', '.join(lacking)}"
        fix = Explain.of("add the columns to the table, or name another ingestion mapping")
        return finding(requirement, State.NOT_MET, why, fix)


def _same(one: str, other: str) -> bool:
    return one.strip("/").casefold() == other.strip("/").casefold()


def _create_group(hub: str, group: str) -> AzCommand:
    parts = hub.strip("/").split("/")
    where = ("--resource-group", parts[3], "--namespace-name", parts[7], "--eventhub-name")
    words = ("az", "eventhubs", "eventhub", "consumer-group", "create", "--name", group)
    return AzCommand((*words, *where, parts[-1], "--subscription", parts[1]))
