"""An audit as a report for auditors: one HTML page that loads nothing, runs nothing and prints.

It answers in this order: what was looked at, and what could not be seen; the findings; what changed
since the last review; every permission with its evidence; privileged access; who may change the
policy; accepted findings; what makes the report repeatable. The same audit gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.many_databases import own_roles
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.audit_review import (
    CHANGE_HEADS,
    FINDING_HEADS,
    change_rows,
    changes_line,
    finding_rows,
    granted_cells,
    head_line,
)
from adxmi_jupyter.rendering.audit_table import by_rule, summary_of
from adxmi_jupyter.rendering.audit_text import (
    evidence_of,
    merged,
    mute_text,
    subject_of,
    traces_text,
    unseen_line,
    unseen_text,
)
from adxmi_jupyter.rendering.report_page import escaped, report_page, report_table, section
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.history.review import Review
    from adxmi_jupyter.model.policy import PolicyEntry, Scope

    Write = Callable[[Fix], str]
    Cells = Sequence[str]

PRIVILEGED = ("MI001", "MI002", "MI010", "MI011", "MI014", "MI018")
"""Rules about access that reaches further than one database and one purpose."""
PERMISSION_HEADS = (
    "identity",
    "object ID",
    "scope",
    "usage",
    "since",
    "granted by",
    "evidence",
    "last use",
    "seen in",
)
ADMIN_HEADS = ("role", "principal", "kind", "object ID", "tenant")


def audit_report(found: Audit, write: Write, history: Review, raw: str) -> str:
    """Return the report; `raw` is the same audit as JSON, whose digest the report names."""
    cluster = found.cluster
    body = "\n".join(
        (
            f"<h1>{escaped(f'Managed identities of {cluster.name}: audit')}</h1>",
            *section("Scope and completeness", _scope(found)),
            *section("Findings", _findings(found, write)),
            *section("Changes since the last review", _changes(history, write)),
            *section("Every permission, and its evidence", _population(cluster, history, write)),
            *section("Privileged access", _privileged(found)),
            *section("Who may change the policy", _administrators(cluster, write)),
            *section("Accepted findings", _accepted(found)),
            *section("Cannot tell", _untold(found)),
            *section("Review", _review(history)),
            *section("How to repeat it", _repeat(found, history, write, raw)),
        )
    )
    return report_page(f"Audit of {cluster.name}", body)


def _scope(found: Audit) -> Iterator[str]:
    cluster = found.cluster
    rows = [
        ("cluster", cluster.uri),
        ("resource", cluster.resource_id or "unknown: requires Reader on the cluster, in Azure"),
        ("databases", f"{len(cluster.databases)}: {', '.join(cluster.databases)}"),
        ("roles of the caller", _own_roles(found)),
        ("part", "the whole cluster" if cluster.is_whole else "some of its databases"),
        ("window", f"{cluster.since:%Y-%m-%d %H:%M} to {cluster.as_of:%Y-%m-%d %H:%M} UTC"),
        *(
            (f"window of {source}", f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC")
            for source, (since, until) in cluster.logs.covers.items()
        ),
        ("age of the Resource Graph index", "unknown: Azure doesn't tell it, minutes as a rule"),
        ("version", f"adxmi {__version__}"),
    ]
    if found.expired:
        yield f"<p><strong>Accepted findings that are overdue: {len(found.expired)}.</strong></p>"
    yield report_table(("what", "value"), rows)
    yield from (f"<p>{escaped(line)}</p>" for line in summary_of(found))
    unseen = merged(found.unseen)
    if unseen:
        yield report_table(
            ("not visible", "requires"), [(unseen_line(one), one.requires) for one in unseen]
        )


def _own_roles(found: Audit) -> str:
    """Return which roles in the cluster the audit was done with."""
    fact = own_roles()
    if not found.facts.knows(fact):
        return "unknown: .show cluster principal roles could not be read"
    roles = [f"{one.role} ({one.database or 'cluster'})" for one in found.facts.answer(fact)]
    return ", ".join(dict.fromkeys(roles)) or "none"


def _changes(history: Review, write: Write) -> Iterator[str]:
    yield f"<p>{escaped(changes_line(history, write))}.</p>"
    if not history.last:
        return
    yield report_table(CHANGE_HEADS, list(change_rows(history, write)), code=len(CHANGE_HEADS) - 1)
    if not history.untold:
        yield report_table(FINDING_HEADS, list(finding_rows(history)))


def _findings(found: Audit, write: Write) -> Iterator[str]:
    if not found.of(State.OPEN):
        yield "<p>No finding is open.</p>"
    for rule_id, findings in by_rule(found):
        rule, severity = rule_of(rule_id), findings[0].severity
        title = f"{severity} {rule_id} {rule.title}: {len(findings)}"
        yield f'<h3 class="{severity}">{escaped(title)}</h3>'
        yield f"<p>{escaped(rule.why)} {escaped(rule.recommendation)}</p>"
        rows = [(subject_of(o.verdict), evidence_of(o), write(o.verdict.fix)) for o in findings]
        yield report_table(("subject", "evidence", "fix"), rows, code=2)


def _population(cluster: AuditedCluster, history: Review, write: Write) -> Iterator[str]:
    flat = permission_rows(cluster, history)
    raw = write(Command.of("policy", "show", "--cluster", "--all-databases", "--by-usage"))
    blame = write(Command.of("history", "blame", "IDENTITY", "USAGE"))
    entries = len(list(cluster.entries()))
    yield f"<p>{len(flat)} permissions in {entries} policy entries, as of {escaped(raw)}.</p>"
    yield report_table(PERMISSION_HEADS, flat)
    yield (
        f"<p>Where it is unknown who granted it, {escaped(blame)} asks the journal of the cluster"
        " (requires AllDatabasesAdmin) and the activity log (requires Reader on the subscription)."
        " Tickets are unknown: no source has them. Owners are unknown: policies don't name them;"
        " az identity list shows the tags of identities.</p>"
    )


def key_of(head: str) -> str:
    """Return the name that a column of the report has in JSON.

    >>> key_of("object ID")
    'object_id'
    """
    return head.lower().replace(" ", "_")


def permission_rows(cluster: AuditedCluster, history: Review) -> list[Cells]:
    """Return a row for each usage that an entry of a policy allows, with its evidence."""
    rows = (_permission(cluster, history, *one) for one in cluster.entries())
    return [row for rows_of_entry in rows for row in rows_of_entry]


def _permission(
    cluster: AuditedCluster, history: Review, scope: Scope, entry: PolicyEntry
) -> Iterator[Cells]:
    identity = entry.identity
    grants = cluster.logs.grants
    for usage in entry.allowed_usages:
        found = graded(cluster, identity, usage, scope)
        granted = None if grants.unseen else grants.known.get((scope, entry.key, usage))
        key = (scope, entry.key, usage)
        at, by = granted_cells(history.granted.get(key))
        by = by if at else cluster.logs.granters.get(key, by)
        since = f"{granted:%Y-%m-%d}" if granted else at or "unknown"
        last = f"{found.last:%Y-%m-%d}" if found.last else ""
        why = traces_text(found.traces) or unseen_text(found.unseen)
        where = scope.database or "cluster"
        who = (identity.label, identity.word, where, usage, since, by)
        yield (*who, found.grade.value, last, why)


def _privileged(found: Audit) -> Iterator[str]:
    rows = [
        (one.rule, rule_of(one.rule).title, subject_of(one.verdict), evidence_of(one))
        for one in found.findings
        if one.rule in PRIVILEGED and one.state in {State.OPEN, State.MUTED}
    ]
    yield report_table(("rule", "what", "subject", "evidence"), rows)
    settings = found.cluster.settings
    key = settings.known.key_identity if settings.unseen is None else "unknown"
    yield f"<p>Identity that reads the customer-managed key: {escaped(key or 'none')}.</p>"


def _administrators(cluster: AuditedCluster, write: Write) -> Iterator[str]:
    part = cluster.cluster_roles
    if part.unseen is not None:
        yield f"<p>Unknown: {escaped(unseen_line(part.unseen))}.</p>"
        return
    yield "<p>AllDatabasesAdmin may change every managed identity policy of the cluster.</p>"
    yield report_table(ADMIN_HEADS, admin_rows(cluster))
    listed = write(Command.of("map"))
    yield (
        "<p>Whether they also administer the targets is unknown: compare them with the Owners and"
        f" User Access Administrators of each target ({escaped(listed)} lists the targets):"
        " <code>az role assignment list --scope TARGET --include-inherited</code></p>"
    )


def admin_rows(cluster: AuditedCluster) -> list[Cells]:
    """Return who administers a cluster whose roles are known."""
    return [
        (one.role, one.label, one.kind, one.object_id, one.tenant_id)
        for one in cluster.cluster_roles.known
        if "admin" in one.role.lower()
    ]


def _accepted(found: Audit) -> Iterator[str]:
    overdue = [(one.rule, one.reason, str(one.until), one.by, "expired") for one in found.expired]
    unused = [
        (one.rule, one.reason, str(one.until or ""), one.by, "not used")
        for one in found.unused
        if one not in found.expired
    ]
    muted = [
        (one.rule, subject_of(one.verdict), mute_text(one.mute), "", "in force")
        for one in found.of(State.MUTED)
    ]
    heads = ("rule", "what", "reason or end", "by", "state")
    yield report_table(heads, [*overdue, *muted, *unused])


def _untold(found: Audit) -> Iterator[str]:
    rows = [
        (
            one.rule,
            rule_of(one.rule).title,
            subject_of(one.verdict),
            unseen_text(one.verdict.unseen),
        )
        for one in found.of(State.CANNOT_TELL)
    ]
    yield report_table(("rule", "what", "subject", "not visible"), rows)


def _review(history: Review) -> Iterator[str]:
    heads = ("reviewed by", "date", "last review", "next review")
    last = f"audit of {history.last[:10]}" if history.last else ""
    cells = "".join(f"<td>{escaped(last) if one == heads[2] else ''}</td>" for one in heads)
    yield report_table(heads, []).replace("<tbody>", f'<tbody class="sign"><tr>{cells}</tr>', 1)


def _repeat(found: Audit, history: Review, write: Write, raw: str) -> Iterator[str]:
    cluster = found.cluster
    digest = hashlib.sha256(raw.encode()).hexdigest()
    period = f"--window {cluster.window.days}d --as-of {cluster.as_of.isoformat()}"
    line = f"adxmi audit {period} -o audit.json"
    yield f"<p>Raw data: <code>{escaped(line)}</code></p>"
    yield f"<p>SHA-256 of that file for this state of the cluster: <code>{digest}</code></p>"
    verify = write(Command.of("history", "runs", "--verify"))
    yield f"<p>{escaped(head_line(history, write))}.</p>"
    if history.head:
        yield (
            f"<p>Each run contains the digest of the run before it; {escaped(verify)} computes them"
            " again. Keep this digest elsewhere, such as in a ticket: who administers the history"
            " can't change it there.</p>"
        )
