"""Which workflows need a usage that an identity is to lose: their names, for a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.model.policy import UsageChange
    from adxmi_jupyter.service.connection import Connection


def users_of(
    connection: Connection, losses: Sequence[UsageChange], databases: Sequence[str]
) -> tuple[str, ...]:
    """Return a line for each workflow that needs one of the usages.

    Such as ``event hub sales-orders (Sales): mi-ingest DataConnection``. Where the workflows could
    not be read, that is the line.
    """
    try:
        checks = check_all(connection, databases)
    except AdxmiError as failure:
        return (f"workflows that use it could not be read: {failure.what}",)
    lost = {(one.identity.object_id.lower(), str(one.usage)): one for one in losses}
    found: dict[str, None] = {}
    for checked in checks.checked:
        for finding in checked.findings:
            loss = _loss_of(finding, lost)
            if loss is not None and checked.name:
                kind = checked.workflow.replace("-", " ")
                needs = f"{loss.identity.label} {finding.usage}"
                found[f"{kind} {checked.name} ({checked.database}): {needs}"] = None
    return tuple(found)


def _loss_of(finding: Finding, lost: Mapping[tuple[str, str], UsageChange]) -> UsageChange | None:
    identity = finding.identity
    if finding.key is not Key.ALLOWED or identity is None:
        return None
    who = identity.object_id.lower()
    return lost.get((who, str(finding.usage))) or lost.get((who, str(Usage.ALL)))
