"""``audit --fleet`` for other tools: the audits of all clusters in one file, and in a CI system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.magics.ci import repository_path, system_of, tell
from adxmi_jupyter.magics.policy_file import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.magics.call import Call

REPORT = "adxmi-report.md"
"""Where code scanning leads a reader to where there is no policy file."""


def audits_of_fleet(call: Call, result: FleetResult) -> Mapping[str, Callable[[], str]]:
    """Tell the CI system of the audits of many clusters; return what makes each format."""
    from adxmi_jupyter.rendering.fleet_audit_documents import (
        ClusterAudit,
        fleet_audit_annotations,
        fleet_audit_documents,
    )

    audits = [ClusterAudit(piece.outcome, piece.document) for piece in result.pieces]
    if system_of(call) is not None:
        tell(call, [one for one in fleet_audit_annotations(audits, "") if not one.suppressed])
    file = repository_path(DEFAULT) if Path(DEFAULT).is_file() else REPORT
    return fleet_audit_documents(audits, file)
