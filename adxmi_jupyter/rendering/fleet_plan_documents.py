"""The plans of many clusters in formats for other tools, by the suffix of the file.

Markdown and annotations tell once what is the same on several clusters. A cluster that was not
reached is told in each format: that nothing is planned there must not look like no changes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.plan.document import plan_document
from adxmi_jupyter.documentation import page
from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.model.fleet_plan import same_plans
from adxmi_jupyter.model.fleet_run import Reached
from adxmi_jupyter.model.plan_document import FORMAT
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.rendering.fleet_table import named_at_most
from adxmi_jupyter.rendering.markdown import MOST_CHARACTERS, code, fitting
from adxmi_jupyter.rendering.plan_annotations import RULES, annotations_of, folded_annotations_of
from adxmi_jupyter.rendering.plan_markdown import MARK, plan_section
from adxmi_jupyter.rendering.sarif import sarif_text
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.model.fleet_plan import ClusterPlan
    from adxmi_jupyter.model.fleet_run import Outcome
    from adxmi_jupyter.model.plan import Plan

NOT_REACHED = Rule(
    "cluster-not-reached",
    "A cluster could not be compared with the file.",
    Level.WARNING,
    page("Managed identity policy").url,
)
_NAMED = 20
_LEAST_ROOM = 2000


def fleet_plan_documents(
    plans: Sequence[ClusterPlan], file: str
) -> Mapping[str, Callable[[], str]]:
    """Return what makes each format; `file` is the policy file as the repository names it."""

    def as_sarif() -> str:
        rules = (*RULES, NOT_REACHED)
        return sarif_text(_annotations(plans, file), rules, category="adxmi/fleet")

    return {
        "json": lambda: fleet_plan_json(plans),
        "md": lambda: fleet_plan_markdown(plans),
        "sarif": as_sarif,
    }


def fleet_plan_json(plans: Sequence[ClusterPlan]) -> str:
    """Return the plans as `FleetPlanDocument` declares them."""
    documents = [None if one.plan is None else plan_document(one.plan) for one in plans]
    summary: Counter[str] = Counter()
    for document in filter(None, documents):
        summary.update(document["summary"])
    empty = dict.fromkeys(("add", "remove", "change", "blocked", "observed", "unknown"), 0)
    whole = {
        "format_version": FORMAT,
        "tool": f"adxmi_jupyter {__version__}",
        "summary": {name: summary[name] for name in empty},
        "clusters": [
            {**_cluster(one.outcome), "plan": document}
            for one, document in zip(plans, documents, strict=True)
        ],
    }
    return inert(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def saved_fleet_text(plans: Sequence[ClusterPlan]) -> str:
    """Return the plans as they are saved, for apply."""
    whole = {
        "format_version": FORMAT,
        "tool": f"adxmi_jupyter {__version__}",
        "clusters": [{**_cluster(one.outcome), "plan": one.saved} for one in plans],
    }
    return inert(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _cluster(outcome: Outcome) -> dict[str, Any]:
    return {
        "cluster": outcome.cluster,
        "resource_id": outcome.resource_id,
        "state": outcome.reach.value,
        "why": outcome.why,
    }


def fleet_plan_markdown(plans: Sequence[ClusterPlan], limit: int = MOST_CHARACTERS) -> str:
    """Return the plans as Markdown of at most so many characters, changes first."""
    reached = Reached([one.outcome for one in plans])
    said = f"**{reached.count} of {reached.asked} clusters planned**"
    top = [MARK, f"### adxmi: {reached.asked} clusters", "", said, "", *_missing(reached)]
    groups = sorted(same_plans(plans), key=lambda group: _is_quiet(group[0].plan))
    room = limit - sum(len(line) + 1 for line in top) - _LEAST_ROOM
    sections: list[str] = []
    for left, group in zip(range(len(groups), 0, -1), groups, strict=True):
        sections.append(_section(group, max(room // left, 0)))
        room -= len(sections[-1]) + 1
    count = fitting(sections, limit - sum(len(line) + 1 for line in top) - _LEAST_ROOM // 2)
    rest = sum(len(group) for group in groups[count:])
    told = [f"_{rest} more clusters are left out: a comment is limited._"] if rest else []
    return "\n".join([*top, *sections[:count], *told]).rstrip() + "\n"


def _is_quiet(plan: Plan | None) -> bool:
    return plan is None or (plan.is_empty and not plan.unseen)


def _missing(reached: Reached) -> Iterator[str]:
    for reach, outcomes in reached.missing.items():
        whys = dict.fromkeys(one.why for one in outcomes if one.why)
        why = f" — {code(next(iter(whys)))}" if whys else ""
        yield f"* {reach} ({len(outcomes)}): {_names(outcomes)}{why}"
    if not reached.is_whole:
        yield ""


def _section(group: Sequence[ClusterPlan], limit: int) -> str:
    outcomes = [one.outcome for one in group]
    names = _names(outcomes)
    title = f"#### {names}" if len(group) == 1 else f"#### {len(group)} clusters: {names}"
    plan = group[0].plan
    return "" if plan is None else plan_section(plan, title, limit)


def _names(outcomes: Sequence[Outcome]) -> str:
    shown = ", ".join(code(one.cluster) for one in outcomes[:_NAMED])
    more = len(outcomes) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _annotations(plans: Sequence[ClusterPlan], file: str) -> list[Annotation]:
    """Return an annotation for each change of each cluster, and for each that wasn't reached."""
    found = []
    for one in plans:
        if one.plan is not None:
            own = annotations_of(one.plan, file)
            found += [_at(one.outcome.cluster, each) for each in own]
        if not one.outcome.is_reached:
            found.append(_not_reached(one.outcome, file))
    return found


def _at(cluster: str, one: Annotation) -> Annotation:
    address = f"{cluster}/{one.address}" if one.address else cluster
    return replace(one, message=f"{cluster}: {one.message}", address=address)


def _not_reached(outcome: Outcome, file: str) -> Annotation:
    why = f": {outcome.why}" if outcome.why else ""
    message = f"{outcome.cluster}: {outcome.reach}{why}"
    address, key = outcome.cluster, (outcome.resource_id.lower(),)
    return Annotation(NOT_REACHED, message, NOT_REACHED.level, file, address=address, key=key)


def folded_fleet_annotations(plans: Sequence[ClusterPlan], file: str) -> tuple[Annotation, ...]:
    """Return each annotation once, with the clusters that have it, and who wasn't reached."""
    clusters: dict[Annotation, list[str]] = {}
    for group in same_plans(plans):
        for one in () if group[0].plan is None else folded_annotations_of(group[0].plan, file):
            names = clusters.setdefault(replace(one, key=()), [])
            names += [each.outcome.cluster for each in group]
    missing = (_not_reached(one.outcome, file) for one in plans if not one.outcome.is_reached)
    changes = (
        replace(one, message=f"{named_at_most(names)}: {one.message}")
        for one, names in clusters.items()
    )
    return (*changes, *missing)
