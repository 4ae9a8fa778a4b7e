"""A plan, and a mistake in a policy file, as annotations at the lines of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.documentation import page
from adxmi_jupyter.errors import InvalidPolicyFile
from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.rendering.plan_text import (
    folded,
    remarks_on,
    replaced_words,
    scopes_told,
    unmatched_words,
)

if TYPE_CHECKING:
    from adxmi_jupyter.error_base import AdxmiError
    from adxmi_jupyter.model.plan import Change, Plan, Replacement, UnmatchedException, Unseen

_POLICY = page("Managed identity policy").url

ADDED = Rule("plan-add", "An apply adds this to the cluster.", Level.NOTE, _POLICY)
REMOVED = Rule("plan-remove", "An apply removes this from the cluster.", Level.WARNING, _POLICY)
BLOCKED = Rule(
    "plan-blocked", "The plan can't be applied: a change is blocked.", Level.ERROR, _POLICY
)
MISSING = Rule("drift-missing", "The cluster lacks what the file names.", Level.WARNING, _POLICY)
EXTRA = Rule(
    "drift-extra", "The cluster has what the file doesn't name.", Level.WARNING, _POLICY, 5.0
)
REPLACED = Rule(
    "plan-replaced",
    "A name stands for another identity than at the last apply.",
    Level.ERROR,
    _POLICY,
    7.0,
    "An identity that was created under the name of a deleted one would get its permissions.",
)
UNSEEN = Rule("plan-unseen", "Part of the cluster could not be read.", Level.WARNING, _POLICY)
UNMATCHED = Rule("plan-unmatched", "An exception leaves out no database.", Level.WARNING, _POLICY)
MISTAKE = Rule("policy-file", "The policy file can't be used.", Level.ERROR)
FAILED = Rule("failed", "The command failed.", Level.ERROR)

RULES = (ADDED, REMOVED, BLOCKED, MISSING, EXTRA, REPLACED, UNSEEN, UNMATCHED)
"""What a plan or a drift may find."""

_OF_STATUS = {
    (Status.PLANNED, Action.ADD): ADDED,
    (Status.PLANNED, Action.REMOVE): REMOVED,
    (Status.OBSERVED, Action.ADD): MISSING,
    (Status.OBSERVED, Action.REMOVE): EXTRA,
}
_VERBS = {Action.ADD: ("adds", "to"), Action.REMOVE: ("removes", "from")}


def annotations_of(plan: Plan, file: str) -> tuple[Annotation, ...]:
    """Return an annotation for each change, and for each thing else that a plan tells.

    `file` is the policy file as the repository names it; empty where it is no file.
    """
    changes = (_of_change(plan, [one], file) for one in plan.changes)
    return (*changes, *_others(plan, file))


def folded_annotations_of(plan: Plan, file: str) -> tuple[Annotation, ...]:
    """Return an annotation for each change that is the same on several databases, and the rest."""
    changes = (_of_change(plan, several, file) for several in folded(plan.changes))
    return (*changes, *_others(plan, file))


def annotation_of_error(error: AdxmiError, file: str) -> Annotation:
    """Return the annotation for an error; `file` is the policy file that it is about, if any."""
    message = f"{error.what}: {error.why}"
    if isinstance(error, InvalidPolicyFile):
        return Annotation(MISTAKE, message, Level.ERROR, file, error.line, error.column)
    return Annotation(FAILED, message, Level.ERROR)


def _of_change(plan: Plan, several: list[Change], file: str) -> Annotation:
    one = several[0]
    rule = _OF_STATUS.get((one.status, one.action), BLOCKED)
    return Annotation(
        rule,
        _message(several, rule),
        rule.level,
        file,
        one.line if file else 0,
        address=one.address,
        key=(plan.cluster, *one.identifier),
    )


def _message(several: list[Change], rule: Rule) -> str:
    one = several[0]
    verb, preposition = _VERBS[one.action]
    where = scopes_told(several)
    what = " ".join(filter(None, (one.subject, one.item)))
    if rule in {MISSING, EXTRA}:
        told = f"{where}: {what}"
    else:
        told = f"apply {verb} {what} {preposition} {where}"
    start = "blocked: " if rule is BLOCKED else ""
    remarks = remarks_on(one)
    return f"{start}{told}" + (f" ({'; '.join(remarks)})" if remarks else "")


def _others(plan: Plan, file: str) -> Iterator[Annotation]:
    yield from (_of_replacement(plan, one, file) for one in plan.replacements)
    yield from (_of_unseen(plan, one, file) for one in plan.unseen)
    yield from (_of_unmatched(plan, one, file) for one in plan.unmatched)


def _of_replacement(plan: Plan, one: Replacement, file: str) -> Annotation:
    level = Level.WARNING if one.is_confirmed else REPLACED.level
    line, key = one.line if file else 0, (plan.cluster, one.name, one.before, one.after)
    address, message = f"identity {one.name}", f"{one.name}: {replaced_words(one)}"
    return Annotation(REPLACED, message, level, file, line, address=address, key=key)


def _of_unmatched(plan: Plan, one: UnmatchedException, file: str) -> Annotation:
    line, key = one.line if file else 0, (plan.cluster, one.section, one.name)
    address, words = f"except {one.name}", unmatched_words(one)
    return Annotation(UNMATCHED, words, UNMATCHED.level, file, line, address=address, key=key)


def _of_unseen(plan: Plan, one: Unseen, file: str) -> Annotation:
    where = str(one.scope)
    message = f"{one.section} of the {where} could not be read: {one.failure.why}"
    key = (plan.cluster, one.section, where)
    return Annotation(
        UNSEEN, message, UNSEEN.level, file, address=f"{one.section} {where}", key=key
    )
