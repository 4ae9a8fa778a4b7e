"""The audits of many clusters in formats for tools and for auditors, by the suffix of the file.

All are made of the document that an audit of one cluster has. A cluster that was not reached is
told in each format: that nothing is found there must not look like nothing to find.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.documentation import page
from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.rendering.audit_annotations import audit_rules
from adxmi_jupyter.rendering.audit_documents import JUNIT
from adxmi_jupyter.rendering.fleet_audit_report import (
    address_of,
    fleet_audit_markdown,
    fleet_audit_report,
)
from adxmi_jupyter.rendering.junit import Case, junit_text
from adxmi_jupyter.rendering.sarif import sarif_text
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.fleet import ClusterAudit, FleetAudits
    from adxmi_jupyter.model.fleet_run import Outcome

NOT_AUDITED = Rule(
    "cluster-not-audited",
    "A cluster could not be audited.",
    Level.WARNING,
    page("Managed identity policy").url,
)
_VERSION = "1.0"
_LEVELS = {"high": Level.ERROR, "medium": Level.WARNING, "low": Level.NOTE}
_TOLD = ("open", "muted")


def fleet_audit_documents(audits: FleetAudits, file: str) -> Mapping[str, Callable[[], str]]:
    """Return what makes each format; `file` is where code scanning leads a reader to."""

    def as_sarif() -> str:
        rules = (*audit_rules().values(), NOT_AUDITED)
        found = fleet_audit_annotations(audits, file)
        return sarif_text(found, rules, category="adxmi/audit/fleet")

    return {
        "json": lambda: _as_json(audits),
        "sarif": as_sarif,
        "md": lambda: fleet_audit_markdown(audits),
        "html": lambda: fleet_audit_report(audits, _as_json(audits)),
        JUNIT: lambda: _as_junit(audits),
    }


def _as_json(audits: FleetAudits) -> str:
    whole = {
        "schema_version": _VERSION,
        "tool": {"name": "adxmi", "version": __version__},
        "clusters": [
            {
                "cluster": one.outcome.cluster,
                "resource_id": one.outcome.resource_id,
                "state": one.outcome.reach.value,
                "why": one.outcome.why,
                "audit": one.document,
            }
            for one in audits.clusters
        ],
    }
    return inert(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def fleet_audit_annotations(audits: FleetAudits, file: str) -> list[Annotation]:
    """Return an annotation for each finding that is open or suppressed, and who wasn't reached."""
    rules, found = audit_rules(), []
    for audit in audits.clusters:
        cluster = audit.outcome.cluster
        for one in audit.findings:
            if one["state"] in _TOLD:
                where = address_of(one)
                message = ": ".join(filter(None, (cluster, where, one["told"])))
                found.append(
                    Annotation(
                        rules[one["rule"]],
                        message,
                        _LEVELS[one["severity"]],
                        file,
                        1 if file else 0,
                        address=f"{cluster}/{where}",
                        key=(one["fingerprint"],),
                        suppressed=one["suppression"],
                    )
                )
        if not audit.outcome.is_reached:
            found.append(_not_audited(audit.outcome, file))
    return found


def _not_audited(outcome: Outcome, file: str) -> Annotation:
    return Annotation(
        NOT_AUDITED,
        _told(outcome),
        NOT_AUDITED.level,
        file,
        1 if file else 0,
        address=outcome.cluster,
        key=(outcome.resource_id.lower(),),
    )


def _told(outcome: Outcome) -> str:
    why = f": {outcome.why}" if outcome.why else ""
    return f"{outcome.cluster}: {outcome.reach}{why}"


def _as_junit(audits: FleetAudits) -> str:
    cases = [case for one in audits.clusters for case in _cases(one)]
    return junit_text("adxmi audit fleet", cases, {"clusters": str(len(audits.clusters))})


def _cases(audit: ClusterAudit) -> Iterator[Case]:
    if not audit.outcome.is_reached:
        yield Case("cluster", audit.outcome.cluster, skipped=_told(audit.outcome))
    for one in audit.findings:
        name = f"{audit.outcome.cluster}: {rule_of(one['rule']).title}: {address_of(one)}"
        match one["state"]:
            case "open":
                yield Case(one["rule"], name, one["told"] or "found", one["severity"])
            case "passed":
                yield Case(one["rule"], name)
            case state:
                yield Case(one["rule"], name, skipped=one["suppression"] or state)
