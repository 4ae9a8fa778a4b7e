"""What the csl script of a database tells in place of several lists.

Where a script is needed anyway, it stands for the list of external tables and those of ingestion
mappings, one for each table. What it does not tell is left to those lists.

Source: *.show database schema as csl script* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts, target_facts
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import KustoListing
from adxmi_jupyter.model.declaration.stored_tables import strings_in
from adxmi_jupyter.model.shape import json_list, obj, text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.model.csl_script import CslScript

_SEVERAL = 2
"""Lists that a script is worth: one of them is smaller."""


def gather_scripts(facts: Facts, external_tables: Mapping[str, Sequence[str]]) -> None:
    """Ask for scripts where they spare lists, and tell what they say.

    Lists are known, but those of external tables, of which the names are given by database.
    """
    second = _with_second_source()
    needed = {one: _mapped(facts, one) for one in external_tables}
    wanted = [
        database
        for database, mapped in needed.items()
        if len(mapped) + _is_listed(facts, database) >= _SEVERAL
        or any(_leaves_open(facts, database, listing) for listing in second)
    ]
    facts.gather(map(cluster_facts.csl_script, wanted))
    for database in wanted:
        if facts.knows(cluster_facts.csl_script(database)):
            script: CslScript = facts.answer(cluster_facts.csl_script(database))
            _tell_tables(facts, database, script, external_tables[database])
            _tell_mappings(facts, database, script, needed[database])


def _with_second_source() -> tuple[KustoListing, ...]:
    every = (one.listing for one in declarations())
    return tuple(one for one in every if isinstance(one, KustoListing) and one.second)


def _is_listed(facts: Facts, database: str) -> bool:
    """Tell whether the list of external tables is still to be asked for."""
    return not facts.has(cluster_facts.external_tables(database))


def _leaves_open(facts: Facts, database: str, listing: KustoListing) -> bool:
    fact = cluster_facts.rows(listing.command, database, listing.shape)
    if listing.second is None or not facts.knows(fact):
        return False
    return any(map(listing.second.is_open, facts.answer(fact)))


def _mapped(facts: Facts, database: str) -> Mapping[str, set[str]]:
    """Return the tables into which data connections map, and the mappings that are needed."""
    needed: dict[str, set[str]] = {}
    try:
        connections: Iterable[Mapping[str, Any]] = facts.answer(
            target_facts.data_connections(database)
        )
    except AdxmiError:
        return {}
    for one in connections:
        properties = one.get("properties") or {}
        if mapping := text_cell(properties, "mappingRuleName"):
            needed.setdefault(text_cell(properties, "tableName"), set()).add(mapping)
    return needed


def _tell_tables(facts: Facts, database: str, script: CslScript, names: Sequence[str]) -> None:
    """Tell the external tables, if the script shows where each of them leads.

    As in a list without connection strings: those are read in the script, and said to be.
    """
    if all(strings_in(script, name) for name in names):
        rows = [
            {
                "TableName": name,
                "TableType": script.tables[name].kind,
                "Properties": {"Format": script.tables[name].data_format},
            }
            for name in names
        ]
        facts.tell(cluster_facts.external_tables(database), rows)


def _tell_mappings(
    facts: Facts, database: str, script: CslScript, needed: Mapping[str, set[str]]
) -> None:
    """Tell the ingestion mappings of the tables of which the script has all that are needed."""
    for table, names in needed.items():
        told = [one for one in script.mappings.get(table, ()) if not _MAPPING(one[1])]
        if names <= {name for name, _ in told}:
            rows = [{"Name": name, "Mapping": json.loads(mapping)} for name, mapping in told]
            facts.tell(cluster_facts.mappings(database, table), rows)


_MAPPING = json_list(obj)
"""Returns what is wrong with the text of a mapping."""
