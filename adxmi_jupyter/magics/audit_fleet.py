"""``audit --fleet`` for other tools: the audits of all clusters in one file, and in a CI system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.magics.ci import repository_path, system_of, tell
from adxmi_jupyter.magics.one_of_many import again_with
from adxmi_jupyter.magics.policy_file import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.audit.fleet import ClusterAudit
    from adxmi_jupyter.model.fleet import Selected

REPORT = "adxmi-report.md"
"""Where code scanning leads a reader to where there is no policy file."""


def audits_of_fleet(
    call: Call, result: FleetResult, selected: Selected
) -> Mapping[str, Callable[[], str]]:
    """Tell the CI system of the audits of many clusters; return what makes each format."""
    from adxmi_jupyter.model.audit.fleet import ClusterAudit, FleetAudits
    from adxmi_jupyter.rendering.fleet_audit_documents import (
        fleet_audit_annotations,
        fleet_audit_documents,
    )
    from adxmi_jupyter.rendering.fleet_listing import gap_lines

    clusters = [ClusterAudit(piece.outcome, piece.document) for piece in result.pieces]
    audits = FleetAudits(clusters, gap_lines(selected.completeness), _again(call, result, clusters))
    file = repository_path(DEFAULT) if Path(DEFAULT).is_file() else REPORT
    documents = fleet_audit_documents(audits, file)
    if system_of(call) is not None:
        told = [one for one in fleet_audit_annotations(audits, "") if not one.suppressed]
        tell(call, told, documents["md"]())
    return documents


def _again(call: Call, result: FleetResult, clusters: Sequence[ClusterAudit]) -> str:
    """Return the command that gives the same audits as JSON.

    Where all were made for the same moment, that moment repeats them. Otherwise only the run that
    is kept has them.
    """
    moments = {one.document["as_of"] for one in clusters if one.document}
    name = moments.pop() if len(moments) == 1 else ""
    same = {"--as-of": name} if name else {"--since": str(result.number)}
    return again_with(call, {"--out": "audit.json", **same}, without=("--since", "--ci"))
