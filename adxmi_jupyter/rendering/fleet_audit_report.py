"""The audits of many clusters as one report: an HTML page for auditors, Markdown for a ticket.

Both begin with what was not seen. What several clusters have in the same way is told once, with
the names of all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.audit.findings import Severity
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.audit_report import ADMIN_HEADS, PERMISSION_HEADS, PRIVILEGED, key_of
from adxmi_jupyter.rendering.audit_review import CHANGE_HEADS
from adxmi_jupyter.rendering.markdown import MOST_CHARACTERS, code, fenced, fitting, folded, row
from adxmi_jupyter.rendering.report_page import escaped, report_page, report_table, section
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.fleet import ClusterAudit, Finding, FleetAudits
    from adxmi_jupyter.rendering.report_page import Cells

_OPEN, _MUTED, _UNTOLD = "open", "muted", "cannot_tell"
_CLUSTERS = "clusters"
_TITLE = "Managed identities of {count} clusters: audit"
_STATE_HEADS = (
    "cluster",
    "state",
    "why",
    "databases",
    "as of",
    "window",
    f"open ({', '.join(Severity)})",
    "cannot tell",
    "suppressed",
)
_ROOM = 300


def fleet_audit_report(found: FleetAudits, raw: str) -> str:
    """Return the page; `raw` are the same audits as JSON, whose digest it names."""
    title = _TITLE.format(count=len(found.clusters))
    body = "\n".join(
        (
            f"<h1>{escaped(title)}</h1>",
            *section("Scope and completeness", _scope(found)),
            *section("Findings", _findings(found)),
            *section("Changes since the last review", _changes(found)),
            *section("Identities with permissions on several clusters", _shared(found)),
            *section("Every permission, and its evidence", _population(found)),
            *section("Privileged access", _privileged(found)),
            *section("Who may change the policies", _administrators(found)),
            *section("Accepted findings", _accepted(found)),
            *section("Cannot tell", _untold(found)),
            *section("Review", _review()),
            *section("How to repeat it", _repeat(found, raw)),
        )
    )
    return report_page(title, body)


def _scope(found: FleetAudits) -> Iterator[str]:
    yield f"<p><strong>{escaped(_counts(found))}</strong></p>"
    yield from (f"<p>{escaped(line)}</p>" for line in found.gaps)
    yield report_table(_STATE_HEADS, list(map(_state, found.clusters)))
    yield f"<p>{escaped(f'version: adxmi {__version__}')}</p>"
    unseen = [
        (cluster, (one["told"], one["requires"]))
        for cluster, document in found.audited
        for one in document["not_visible"]
    ]
    if unseen:
        yield report_table((_CLUSTERS, "not visible", "requires"), _together(unseen))


def _counts(found: FleetAudits) -> str:
    databases = sum(len(document["databases"]) for _, document in found.audited)
    opened = sum(1 for _ in found.findings(_OPEN))
    return (
        f"{len(found.audited)} of {len(found.clusters)} clusters audited; {databases} databases; "
        f"{len(found.permissions)} permissions; {opened} open findings"
    )


def _state(one: ClusterAudit) -> Cells:
    about = (one.outcome.cluster, one.outcome.reach.value, one.outcome.why)
    if one.document is None:
        return (*about, *["unknown"] * (len(_STATE_HEADS) - len(about)))
    document, summary = one.document, one.document["summary"]
    return (
        *about,
        str(len(document["databases"])),
        f"{document['as_of'][:16].replace('T', ' ')} UTC",
        f"{document['window_days']}d",
        ", ".join(str(summary["open"][severity]) for severity in Severity),
        str(summary[_UNTOLD]),
        str(summary[_MUTED]),
    )


def _findings(found: FleetAudits) -> Iterator[str]:
    groups = by_rule(found)
    if not groups:
        yield "<p>No finding is open on a cluster that was audited.</p>"
    else:
        yield "<p>Each fix is for the clusters in front of it: connect to one of them first.</p>"
    for rule_id, some in groups:
        rule, severity = rule_of(rule_id), some[0][1]["severity"]
        title = f"{severity} {rule_id} {rule.title}: {len(some)}"
        yield f'<h3 class="{escaped(severity)}">{escaped(title)}</h3>'
        yield f"<p>{escaped(rule.why)} {escaped(rule.recommendation)}</p>"
        rows = ((cluster, (address_of(one), one["told"], one["fix"])) for cluster, one in some)
        yield report_table((_CLUSTERS, "subject", "evidence", "fix"), _together(rows), code=3)


def by_rule(found: FleetAudits) -> list[tuple[str, list[tuple[str, Finding]]]]:
    """Return the open findings by rule: the worst first."""
    groups: dict[str, list[tuple[str, Finding]]] = {}
    for cluster, one in found.findings(_OPEN):
        groups.setdefault(one["rule"], []).append((cluster, one))
    order = [one.value for one in Severity]
    for some in groups.values():
        some.sort(key=lambda pair: order.index(pair[1]["severity"]))
    return sorted(
        groups.items(), key=lambda item: (order.index(item[1][0][1]["severity"]), item[0])
    )


def address_of(one: Finding) -> str:
    """Return what a finding is about: scope, identity, usage and object."""
    where = f"database/{one['database']}" if one["database"] else "cluster"
    who = (one["identity"] or {}).get("display_name") or ""
    return "/".join(filter(None, (where, who, one["usage"], one["subject"])))


def _together(rows: Iterable[tuple[str, Cells]]) -> list[Cells]:
    """Return each row once, with the clusters that have it in front."""
    clusters: dict[tuple[str, ...], dict[str, None]] = {}
    for cluster, cells in rows:
        clusters.setdefault(tuple(cells), {})[cluster] = None
    return [(", ".join(names), *cells) for cells, names in clusters.items()]


def _changes(found: FleetAudits) -> Iterator[str]:
    told = [(cluster, (document["history"]["told"],)) for cluster, document in found.audited]
    yield report_table((_CLUSTERS, "compared"), _together(told))
    changes = [
        (cluster, [one[head] for head in CHANGE_HEADS])
        for cluster, document in found.audited
        for one in document["history"]["changes"]
    ]
    if changes:
        heads = (_CLUSTERS, *CHANGE_HEADS)
        yield report_table(heads, _together(changes), code=len(heads) - 1)


def _shared(found: FleetAudits) -> Iterator[str]:
    rows = [
        (
            ", ".join(dict.fromkeys(cluster for cluster, _ in some)),
            some[0][1]["identity"],
            key,
            ", ".join(sorted({one["usage"] for _, one in some})),
        )
        for key, some in found.shared.items()
    ]
    yield report_table((_CLUSTERS, "identity", "object ID", "usages"), rows)


def _population(found: FleetAudits) -> Iterator[str]:
    keys = list(map(key_of, PERMISSION_HEADS))
    rows = _together((cluster, [one[key] for key in keys]) for cluster, one in found.permissions)
    yield (
        f"<p>{len(found.permissions)} permissions on {len(found.audited)} clusters, in {len(rows)}"
        " rows: what is the same on several clusters is one row.</p>"
    )
    yield report_table((_CLUSTERS, *PERMISSION_HEADS), rows)


def _privileged(found: FleetAudits) -> Iterator[str]:
    rows = (
        (cluster, (one["rule"], rule_of(one["rule"]).title, address_of(one), one["told"]))
        for cluster, one in found.findings(_OPEN, _MUTED)
        if one["rule"] in PRIVILEGED
    )
    yield report_table((_CLUSTERS, "rule", "what", "subject", "evidence"), _together(rows))


def _administrators(found: FleetAudits) -> Iterator[str]:
    untold = [cluster for cluster, document in found.audited if document["administrators"] is None]
    if untold:
        yield f"<p>Unknown on {escaped(', '.join(untold))}: the roles could not be read.</p>"
    rows = (
        (cluster, [one[key_of(head)] for head in ADMIN_HEADS])
        for cluster, document in found.audited
        for one in document["administrators"] or ()
    )
    yield report_table((_CLUSTERS, *ADMIN_HEADS), _together(rows))


def _accepted(found: FleetAudits) -> Iterator[str]:
    muted = (
        (cluster, (one["rule"], address_of(one), one["suppression"] or "", "", "in force"))
        for cluster, one in found.findings(_MUTED)
    )
    given = (
        (cluster, (one["rule"], one["reason"], str(one["until"] or ""), one["by"], state))
        for cluster, document in found.audited
        for state, some in (("expired", "expired"), ("not used", "unused"))
        for one in document["suppressions"][some]
        if state == "expired" or one not in document["suppressions"]["expired"]
    )
    heads = (_CLUSTERS, "rule", "what", "reason or end", "by", "state")
    yield report_table(heads, [*_together(given), *_together(muted)])


def _untold(found: FleetAudits) -> Iterator[str]:
    rows = (
        (cluster, (one["rule"], rule_of(one["rule"]).title, address_of(one), _unseen(one)))
        for cluster, one in found.findings(_UNTOLD)
    )
    yield report_table((_CLUSTERS, "rule", "what", "subject", "not visible"), _together(rows))


def _unseen(one: Mapping[str, Any]) -> str:
    return "; ".join(each["told"] for each in one["not_visible"])


def _review() -> Iterator[str]:
    heads = ("reviewed by", "date", "next review")
    cells = "<td></td>" * len(heads)
    yield report_table(heads, []).replace("<tbody>", f'<tbody class="sign"><tr>{cells}</tr>', 1)


def _repeat(found: FleetAudits, raw: str) -> Iterator[str]:
    digest = hashlib.sha256(raw.encode()).hexdigest()
    yield f"<p>Raw data: <code>{escaped(found.repeat)}</code></p>"
    yield f"<p>SHA-256 of that file for this state of the clusters: <code>{digest}</code></p>"
    digests = [(name, document["history"]["digest"]) for name, document in found.audited]
    rows = [(name, digest or "unknown, there is no history") for name, digest in digests]
    yield report_table(("cluster", "digest of the last run of its history"), rows)


def fleet_audit_markdown(found: FleetAudits) -> str:
    """Return the audits as Markdown of at most 65,536 characters: the worst first."""
    head = [f"# Audit of {len(found.clusters)} clusters", "", code(_counts(found)), ""]
    parts = [*_missing(found), *_parts(found)]
    count = fitting(parts, MOST_CHARACTERS - _ROOM - sum(len(line) + 1 for line in head))
    left = len(parts) - count
    more = [f"{left} more parts don't fit here: `-o` of another format has all."] if left else []
    return "\n".join([*head, *parts[:count], *more]) + "\n"


def _missing(found: FleetAudits) -> Iterator[str]:
    yield from (f"* {code(line.strip())}" for line in found.gaps)
    missing = [one.outcome for one in found.clusters if not one.outcome.is_reached]
    if missing:
        heads = ("not audited", "state", "why")
        yield f"\n{row(heads)}\n{row(['---'] * len(heads))}"
        yield from (row((code(o.cluster), code(o.reach), code(o.why))) for o in missing)


def _parts(found: FleetAudits) -> Iterator[str]:
    heads = (_CLUSTERS, "subject", "evidence")
    for rule, some in by_rule(found):
        title = f"{some[0][1]['severity']} {rule} {rule_of(rule).title}: {len(some)}"
        yield f"\n## {title}\n\n{row(heads)}\n{row(['---'] * len(heads))}"
        rows = ((cluster, (address_of(one), one["told"])) for cluster, one in some)
        yield from (row(list(map(code, cells))) for cells in _together(rows))
        yield f"\n{_fixes(some)}\n"


def _fixes(some: Sequence[tuple[str, Finding]]) -> str:
    fixes = _together((cluster, (one["fix"],)) for cluster, one in some if one["fix"])
    lines = "\n".join(f"# connected to {clusters}:\n{fix}" for clusters, fix in fixes)
    return folded(f"Fixes: {len(fixes)}", fenced(lines)) if fixes else ""
