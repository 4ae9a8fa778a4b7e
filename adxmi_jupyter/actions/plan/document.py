"""A plan as the document that other tools read; see `model.plan_document`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.plan import Action, Reason, Status
from adxmi_jupyter.model.plan_document import FORMAT
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.model.plan import Change, Plan, Replacement, UnmatchedException, Unseen

_ACTIONS = {Action.ADD: "create", Action.REMOVE: "delete"}
_PROTECTIONS = {Reason.PROTECTED, Reason.LAST_ADMIN, Reason.OWN_ACCESS, Reason.KEY_IDENTITY}


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return a plan as `PlanDocument` declares it, as plain values."""
    commands = {one.identifier: step.command for step in plan.steps for one in step.changes}
    return {
        "format_version": FORMAT,
        "tool": f"adxmi_jupyter {__version__}",
        "cluster": plan.cluster,
        "file": plan.source,
        "file_sha256": plan.digest,
        "summary": _summary(plan),
        "changes": [_change(one, commands.get(one.identifier, "")) for one in plan.changes],
        "replaced": [_replaced(one) for one in plan.replacements],
        "unmanaged": [_thing(one) for one in plan.kept],
        "cannot_see": [_unseen(one) for one in plan.unseen],
        "unmatched": [_unmatched(one) for one in plan.unmatched],
        "states": dict(sorted(plan.states.items())),
    }


def _summary(plan: Plan) -> dict[str, int]:
    planned = plan.of(Status.PLANNED)
    return {
        "add": sum(one.action is Action.ADD for one in planned),
        "remove": sum(one.action is Action.REMOVE for one in planned),
        "change": len(plan.replacements),
        "blocked": len(plan.of(Status.BLOCKED)),
        "observed": len(plan.of(Status.OBSERVED)),
        "unknown": len(plan.unseen),
    }


def _thing(one: Change) -> dict[str, Any]:
    return {
        "address": one.address,
        "kind": one.kind,
        "database": one.database,
        "name": one.subject,
        "key": one.key,
        "item": one.item,
    }


def _replaced(one: Replacement) -> dict[str, Any]:
    return {
        "name": one.name,
        "before": one.before,
        "after": one.after,
        "confirmed": one.is_confirmed,
        "line": one.line,
    }


def _change(one: Change, command: str) -> dict[str, Any]:
    is_added = one.action is Action.ADD
    return {
        **_thing(one),
        "actions": [_ACTIONS[one.action] if one.status is Status.PLANNED else "no-op"],
        "status": one.status,
        "reason": one.reason or "",
        "before": None if is_added else one.item,
        "after": one.item if is_added else None,
        "commands": [command] if command else [],
        "needs_right": one.needs,
        "breaks": list(one.breaks),
        "protected": one.reason in _PROTECTIONS,
        "why": one.why,
        "line": one.line,
    }


def _unmatched(one: UnmatchedException) -> dict[str, Any]:
    return {"section": one.section, "name": one.name, "match": one.match, "line": one.line}


def _unseen(one: Unseen) -> dict[str, Any]:
    return {
        "what": f"{one.section} of the {one.scope}",
        "right": one.right,
        "section": one.section,
        "database": one.scope.database,
        "why": f"{one.failure.what}: {one.failure.why}",
    }
