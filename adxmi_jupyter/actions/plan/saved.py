"""Plans as JSON: for other tools, and to be applied later.

A saved plan holds what the file says, with its variables put in, and hashes of what was there. To
apply it, the plan is made anew of the two: where it comes out otherwise, it is stale.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.model.plan import Change, Plan

FORMAT = "1.0"
"""A new minor number adds, a new major one changes."""

_ACTIONS = {Action.ADD: "create", Action.REMOVE: "delete"}


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as other tools read it, without any time."""
    commands = {one.identifier: step.command for step in plan.steps for one in step.changes}
    return {
        "format_version": FORMAT,
        "tool": f"adxmi_jupyter {__version__}",
        "cluster": plan.cluster,
        "file": plan.source,
        "file_sha256": plan.digest,
        "summary": _summary(plan),
        "changes": [_change(one, commands.get(one.identifier, "")) for one in plan.changes],
        "unmanaged": plan.kept,
        "cannot_see": [
            {
                "section": one.section,
                "database": one.scope.database,
                "what": one.failure.what,
                "why": one.failure.why,
            }
            for one in plan.unseen
        ],
        "states": dict(sorted(plan.states.items())),
    }


def _summary(plan: Plan) -> dict[str, int]:
    planned = plan.of(Status.PLANNED)
    return {
        "add": sum(one.action is Action.ADD for one in planned),
        "remove": sum(one.action is Action.REMOVE for one in planned),
        "blocked": len(plan.of(Status.BLOCKED)),
        "observed": len(plan.of(Status.OBSERVED)),
        "unknown": len(plan.unseen),
    }


def _change(one: Change, command: str) -> dict[str, Any]:
    is_added = one.action is Action.ADD
    return {
        "address": one.address,
        "section": one.section,
        "database": one.database,
        "name": one.subject,
        "key": one.key,
        "actions": [_ACTIONS[one.action] if one.status is Status.PLANNED else "no-op"],
        "status": one.status,
        "reason": one.reason or "",
        "before": None if is_added else one.item,
        "after": one.item if is_added else None,
        "commands": [command] if command else [],
        "needs_right": one.needs,
        "breaks": list(one.breaks),
        "why": one.why,
        "line": one.line,
    }


def saved_text(prepared: Prepared) -> str:
    """Return a plan as it is saved: with what the file said, and when that was."""
    saved = {
        **plan_json(prepared.plan),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": {
            "break_workflows": prepared.options.breaks_workflows,
            "allow_unknown_usage": prepared.options.allows_unknown_usages,
        },
        "content": prepared.file.document.value,
    }
    return json.dumps(saved, indent=2, ensure_ascii=False) + "\n"
