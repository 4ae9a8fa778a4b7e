"""The plans of many clusters for one policy file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.model.fleet_run import Outcome
    from adxmi_jupyter.model.plan import Plan


@dataclass(frozen=True)
class ClusterPlan:
    """The plan of one cluster, and how it is saved; None where the cluster was not reached."""

    outcome: Outcome
    plan: Plan | None = None
    saved: Mapping[str, Any] | None = None


def same_plans(plans: Sequence[ClusterPlan]) -> list[list[ClusterPlan]]:
    """Return the plans in groups: those whose changes are the same are one."""
    groups: dict[tuple[object, ...], list[ClusterPlan]] = {}
    for one in plans:
        if one.plan is not None:
            groups.setdefault(_content(one.plan), []).append(one)
    return list(groups.values())


def _content(plan: Plan) -> tuple[object, ...]:
    unseen = tuple((one.section, one.scope, one.failure.why) for one in plan.unseen)
    commands = tuple(one.command for one in plan.steps)
    return plan.changes, plan.replacements, unseen, commands, len(plan.kept)
