"""Which databases a query reads through stored functions, whose bodies the query does not show.

Source: *Use a managed identity to run an update policy*, *.show functions* (Azure Data Explorer
docs).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.findings import unknown
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.requirements import GrantedInKusto
from adxmi_jupyter.model.kql_reading import databases_named_in, names_in

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.model.declaration.requirements import Requirement


def with_functions(
    requirement: GrantedInKusto, facts: Facts, database: str
) -> Iterator[Requirement | Finding]:
    """Yield the link of who runs a query, and that to databases which functions in it read.

    What the functions are that could not be looked at is ``unknown``.
    """
    yield requirement
    try:
        found = _read_through(requirement.query, facts, database)
    except AdxmiError as failure:
        yield unknown(requirement, failure)
        return
    elsewhere = tuple(one for one in found if one.casefold() != database.casefold())
    if elsewhere:
        yield GrantedInKusto(requirement.identity, requirement.role, elsewhere)


def _read_through(query: str, facts: Facts, database: str) -> tuple[str, ...]:
    """Return the databases that bodies of functions name, those of functions in them included."""
    found: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    todo = [(database, query)]
    while todo:
        here, text = todo.pop()
        for where, name in names_in(text):
            place = where or here
            facts.gather([cluster_facts.functions(place)])
            body = facts.answer(cluster_facts.functions(place)).get(name)
            if body is None or (place, name) in seen:
                continue
            seen.add((place, name))
            found |= dict.fromkeys(databases_named_in(body))
            todo.append((place, body))
    return tuple(found)
