"""The five columns in which every policy is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.results import result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adxmi_jupyter.embedded.kusto.results import Result


def policy_rows(rows: Iterable[Sequence[str]]) -> Result:
    """Return rows of policy name, entity name, policy text, child entities and entity type."""
    return result(
        "PolicyName:string, EntityName:string, Policy:string, ChildEntities:string, "
        "EntityType:string",
        rows,
    )
