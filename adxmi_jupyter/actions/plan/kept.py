"""Plans as a run over many clusters keeps them, and as values again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.plan.saved import saved_document
from adxmi_jupyter.errors import PartialRead
from adxmi_jupyter.model.plan import (
    Action,
    Change,
    Plan,
    PlannedStep,
    Reason,
    Replacement,
    Section,
    Status,
    UnmatchedException,
    Unseen,
)
from adxmi_jupyter.model.policy import Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.planning import Prepared

_SECTIONS = {
    "identity": Section.ASSIGNED,
    "policy": Section.POLICY,
    "role": Section.ROLES,
    "callout": Section.CALLOUTS,
    "azure-role": Section.AZURE_ROLES,
}


def kept_plan(prepared: Prepared) -> dict[str, Any]:
    """Return a plan as it is saved, with the order of its commands."""
    plan = prepared.plan
    places = {one.identifier: place for place, one in enumerate(plan.changes)}
    return {
        "saved": saved_document(prepared),
        "steps": [
            {"command": step.command, "changes": [places[one.identifier] for one in step.changes]}
            for step in plan.steps
        ],
        "unseen": [{"what": one.failure.what, "why": one.failure.why} for one in plan.unseen],
    }


def plan_of(kept: Mapping[str, Any]) -> Plan:
    """Return the plan that was kept: what is shown of it, and what other tools read.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is another document.

    """
    saved = kept["saved"]
    changes = tuple(_change(one) for one in saved["changes"])
    steps = (
        PlannedStep(step["command"], tuple(changes[place] for place in step["changes"]))
        for step in kept["steps"]
    )
    return Plan(
        saved["cluster"],
        saved["file"],
        saved["file_sha256"],
        changes,
        tuple(steps),
        tuple(_unseen(*two) for two in zip(saved["cannot_see"], kept["unseen"], strict=True)),
        tuple(_kept(one) for one in saved["unmanaged"]),
        saved["states"],
        replacements=tuple(_replacement(one) for one in saved["replaced"]),
        unmatched=tuple(_unmatched(one) for one in saved.get("unmatched", ())),
    )


def _change(one: Mapping[str, Any]) -> Change:
    return Change(
        _SECTIONS[one["kind"]],
        one["database"],
        Action.REMOVE if one["after"] is None else Action.ADD,
        one["name"],
        one["key"],
        one["item"],
        Status(one["status"]),
        Reason(one["reason"]) if one["reason"] else None,
        tuple(one["breaks"]),
        one["line"],
        one["why"],
    )


def _kept(one: Mapping[str, Any]) -> Change:
    section = _SECTIONS[one["kind"]]
    return Change(section, one["database"], Action.REMOVE, one["name"], one["key"], one["item"])


def _unmatched(one: Mapping[str, Any]) -> UnmatchedException:
    return UnmatchedException(Section(one["section"]), one["name"], one["match"], one["line"])


def _replacement(one: Mapping[str, Any]) -> Replacement:
    return Replacement(one["name"], one["before"], one["after"], one["line"], one["confirmed"])


def _unseen(one: Mapping[str, Any], failure: Mapping[str, Any]) -> Unseen:
    return Unseen(
        Section(one["section"]),
        Scope(one["database"]),
        PartialRead(failure["what"], why=failure["why"]),
        one["right"],
    )
