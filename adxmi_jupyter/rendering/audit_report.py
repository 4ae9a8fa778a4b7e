"""An audit as a report for auditors: one HTML page that loads nothing, runs nothing and prints.

It answers in this order: what was looked at, and what could not be seen; the findings; what changed
since the last review; every permission with its evidence; privileged access; who may change the
policy; accepted findings; what makes the report repeatable. The same audit gives the same bytes.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.many_databases import own_roles
from adxmi_jupyter.error_base import one_line
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
from adxmi_jupyter.rendering.text import visible
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

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }}
body {{ max-width: 76em; margin: 2em auto; padding: 0 1.2em; }}
h1 {{ font-size: 1.6em; }} h2 {{ font-size: 1.2em; margin-top: 2em; }} h3 {{ font-size: 1em; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border: 1px solid #8888; padding: .25em .6em; text-align: left; vertical-align: top;
  overflow-wrap: break-word; }}
th {{ font-weight: 600; white-space: nowrap; }}
code {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
.high {{ border-left: 6px solid #d62728; }} .medium {{ border-left: 6px solid #e69114; }}
.low {{ border-left: 6px solid #808080; }} h3 {{ padding-left: .6em; }}
.sign td {{ height: 2.4em; }}
@media print {{
  body {{ margin: 0; max-width: none; font-size: 10pt; }}
  h2, h3 {{ break-after: avoid; }}
  tr {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
}}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def audit_report(found: Audit, write: Write, history: Review, raw: str) -> str:
    """Return the report; `raw` is the same audit as JSON, whose digest the report names."""
    cluster = found.cluster
    body = "\n".join(
        (
            f"<h1>{_text(f'Managed identities of {cluster.name}: audit')}</h1>",
            *_section("Scope and completeness", _scope(found)),
            *_section("Findings", _findings(found, write)),
            *_section("Changes since the last review", _changes(history, write)),
            *_section("Every permission, and its evidence", _population(cluster, history, write)),
            *_section("Privileged access", _privileged(found)),
            *_section("Who may change the policy", _administrators(cluster, write)),
            *_section("Accepted findings", _accepted(found)),
            *_section("Cannot tell", _untold(found)),
            *_section("Review", _review(history)),
            *_section("How to repeat it", _repeat(found, history, write, raw)),
        )
    )
    return _PAGE.format(title=_text(f"Audit of {cluster.name}"), body=body)


def _section(title: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<h2>{title}</h2>"
    yield from parts


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
    yield _table(("what", "value"), rows)
    yield from (f"<p>{_text(line)}</p>" for line in summary_of(found))
    unseen = merged(found.unseen)
    if unseen:
        yield _table(
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
    yield f"<p>{_text(changes_line(history, write))}.</p>"
    if not history.last:
        return
    yield _table(CHANGE_HEADS, list(change_rows(history, write)), code=len(CHANGE_HEADS) - 1)
    if not history.untold:
        yield _table(FINDING_HEADS, list(finding_rows(history)))


def _findings(found: Audit, write: Write) -> Iterator[str]:
    if not found.of(State.OPEN):
        yield "<p>No finding is open.</p>"
    for rule_id, findings in by_rule(found):
        rule, severity = rule_of(rule_id), findings[0].severity
        title = f"{severity} {rule_id} {rule.title}: {len(findings)}"
        yield f'<h3 class="{severity}">{_text(title)}</h3>'
        yield f"<p>{_text(rule.why)} {_text(rule.recommendation)}</p>"
        rows = [(subject_of(o.verdict), evidence_of(o), write(o.verdict.fix)) for o in findings]
        yield _table(("subject", "evidence", "fix"), rows, code=2)


def _population(cluster: AuditedCluster, history: Review, write: Write) -> Iterator[str]:
    rows = [_permission(cluster, history, *one) for one in cluster.entries()]
    flat = [row for rows_of_entry in rows for row in rows_of_entry]
    raw = write(Command.of("policy", "show", "--cluster", "--all-databases", "--by-usage"))
    blame = write(Command.of("history", "blame", "IDENTITY", "USAGE"))
    yield f"<p>{len(flat)} permissions in {len(rows)} policy entries, as of {_text(raw)}.</p>"
    heads = ("identity", "object ID", "scope", "usage", "since", "granted by")
    yield _table((*heads, "evidence", "last use", "seen in"), flat)
    yield (
        f"<p>Where it is unknown who granted it, {_text(blame)} asks the journal of the cluster"
        " (requires AllDatabasesAdmin) and the activity log (requires Reader on the subscription)."
        " Tickets are unknown: no source has them. Owners are unknown: policies don't name them;"
        " az identity list shows the tags of identities.</p>"
    )


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
    yield _table(("rule", "what", "subject", "evidence"), rows)
    settings = found.cluster.settings
    key = settings.known.key_identity if settings.unseen is None else "unknown"
    yield f"<p>Identity that reads the customer-managed key: {_text(key or 'none')}.</p>"


def _administrators(cluster: AuditedCluster, write: Write) -> Iterator[str]:
    part = cluster.cluster_roles
    if part.unseen is not None:
        yield f"<p>Unknown: {_text(unseen_line(part.unseen))}.</p>"
        return
    rows = [
        (one.role, one.label, one.kind, one.object_id, one.tenant_id)
        for one in part.known
        if "admin" in one.role.lower()
    ]
    yield "<p>AllDatabasesAdmin may change every managed identity policy of the cluster.</p>"
    yield _table(("role", "principal", "kind", "object ID", "tenant"), rows)
    listed = write(Command.of("map"))
    yield (
        "<p>Whether they also administer the targets is unknown: compare them with the Owners and"
        f" User Access Administrators of each target ({_text(listed)} lists the targets):"
        " <code>az role assignment list --scope TARGET --include-inherited</code></p>"
    )


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
    yield _table(("rule", "what", "reason or end", "by", "state"), [*overdue, *muted, *unused])


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
    yield _table(("rule", "what", "subject", "not visible"), rows)


def _review(history: Review) -> Iterator[str]:
    heads = ("reviewed by", "date", "last review", "next review")
    last = f"audit of {history.last[:10]}" if history.last else ""
    cells = "".join(f"<td>{_text(last) if one == heads[2] else ''}</td>" for one in heads)
    yield _table(heads, []).replace("<tbody>", f'<tbody class="sign"><tr>{cells}</tr>', 1)


def _repeat(found: Audit, history: Review, write: Write, raw: str) -> Iterator[str]:
    cluster = found.cluster
    digest = hashlib.sha256(raw.encode()).hexdigest()
    period = f"--window {cluster.window.days}d --as-of {cluster.as_of.isoformat()}"
    line = f"adxmi audit {period} -o audit.json"
    yield f"<p>Raw data: <code>{_text(line)}</code></p>"
    yield f"<p>SHA-256 of that file for this state of the cluster: <code>{digest}</code></p>"
    verify = write(Command.of("history", "runs", "--verify"))
    yield f"<p>{_text(head_line(history, write))}.</p>"
    if history.head:
        yield (
            f"<p>Each run contains the digest of the run before it; {_text(verify)} computes them"
            " again. Keep this digest elsewhere, such as in a ticket: who administers the history"
            " can't change it there.</p>"
        )


def _table(heads: Cells, rows: Sequence[Cells], *, code: int = -1) -> str:
    """Return a table; the cells of the column `code` are commands."""
    if not rows and heads[0] != "reviewed by":
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{_text(one)}</th>' for one in heads)
    body = "\n".join(
        "<tr>" + "".join(_cell(cell, is_code=n == code) for n, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str, *, is_code: bool) -> str:
    if is_code and text:
        return f"<td><code>{'<br>'.join(map(_text, text.splitlines()))}</code></td>"
    return f"<td>{_text(text)}</td>"


def _text(text: str) -> str:
    return html.escape(visible(one_line(text)))
