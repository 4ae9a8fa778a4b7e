"""The audits of many clusters, each as the JSON document that an audit of one cluster has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.identity import is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.model.fleet_run import Outcome

Finding = Mapping[str, Any]


@dataclass(frozen=True)
class ClusterAudit:
    """The document of the audit of one cluster; None where it was not reached."""

    outcome: Outcome
    document: Mapping[str, Any] | None = None

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found."""
        return self.document["findings"] if self.document else ()

    @property
    def permissions(self) -> Sequence[Mapping[str, str]]:
        """What its policies allow, a usage each."""
        return self.document["permissions"] if self.document else ()


@dataclass(frozen=True)
class FleetAudits:
    """All audits of a run; `gaps` tell what could not be read of Azure, `repeat` is its command."""

    clusters: Sequence[ClusterAudit]
    gaps: Sequence[str] = ()
    repeat: str = ""

    @property
    def audited(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """The clusters that were audited, by name, and their documents."""
        return [(one.outcome.cluster, one.document) for one in self.clusters if one.document]

    def findings(self, *states: str) -> Iterator[tuple[str, Finding]]:
        """Yield the findings in these states with the clusters that have them."""
        for audit in self.clusters:
            for one in audit.findings:
                if one["state"] in states:
                    yield audit.outcome.cluster, one

    @property
    def permissions(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Every permission with the cluster that it is on."""
        return [(one.outcome.cluster, each) for one in self.clusters for each in one.permissions]

    @property
    def shared(self) -> Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]:
        """The permissions of each identity that is allowed something on several clusters."""
        found: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
        for cluster, one in self.permissions:
            if is_guid(one["object_id"]):
                found.setdefault(one["object_id"].lower(), []).append((cluster, one))
        return {
            key: some for key, some in found.items() if len({cluster for cluster, _ in some}) > 1
        }
