"""A narrower policy in words: before and after, what stays and why, the commands of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.model.audit.narrowing import NEVER, Hindrance
from adxmi_jupyter.model.plan import Action
from adxmi_jupyter.rendering.audit_text import mute_text, unseen_text
from adxmi_jupyter.rendering.plan_text import commands_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.narrowing import Narrowed
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.narrowing import Allowance, Kept, Step
    from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope

    Write = Callable[[Fix], str]

_NOTHING = "nothing"
STALE = "MI006"
"""The rule that finds entries of identities that aren't assigned."""


def narrowing_text(one: Narrowed, write: Write, given: Sequence[str] = ()) -> str:
    """Return the whole text; `write` writes a fix, `given` are the rows that were included."""
    told = [*kept_lines(untold(one)), *_hint(one, write, given)]
    parts = [
        [totals(one)],
        list(before_and_after(one)),
        _titled("Left out, and unchanged:", kept_lines(left_out(one))),
        _titled("Cannot tell, and still allowed:", told),
        _titled("Commands, those that grant first:", _commands(one)),
        _stale_line(one),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def totals(one: Narrowed) -> str:
    """Return how much is granted, revoked, left out, and cannot be told."""
    plan = one.prepared.plan
    added = sum(change.action is Action.ADD for change in plan.changes)
    counts = f"Left out: {len(left_out(one))}. Cannot tell: {len(untold(one))}."
    if not plan.changes:
        return f"Nothing to narrow. {counts}"
    return f"Narrower policy: {added} to grant, {len(plan.removals)} to revoke. {counts}"


def left_out(one: Narrowed) -> tuple[Kept, ...]:
    """Return what stays although a rule finds it superfluous."""
    return tuple(kept for kept in one.kept if kept.hindrance is not Hindrance.CANNOT_TELL)


def untold(one: Narrowed) -> tuple[Kept, ...]:
    """Return what stays because it cannot be told whether it is needed."""
    return tuple(kept for kept in one.kept if kept.hindrance is Hindrance.CANNOT_TELL)


def changed_entries(one: Narrowed) -> Iterator[tuple[Scope, str, str, str]]:
    """Yield each entry that changes: its scope, the identity, and its usages before and after."""
    for scope in sorted(one.after):
        before, after = one.before[scope], one.after[scope]
        entries = {entry.key: entry for policy in (after, before) for entry in policy}
        for entry in sorted(entries.values(), key=lambda each: each.identity.label):
            first, then = (_usages(policy, entry) for policy in (before, after))
            if first != then:
                yield scope, entry.identity.label, first, then


def before_and_after(one: Narrowed) -> Iterator[str]:
    """Yield a line for each entry that changes."""
    for scope, who, before, after in changed_entries(one):
        yield one_line(f"{scope.database or 'cluster'}: {who}: {before} → {after}")


def _usages(policy: Policy, entry: PolicyEntry) -> str:
    found = policy.entry_of(entry.identity)
    return ", ".join(found.allowed_usages) if found and found.allowed_usages else _NOTHING


def kept_lines(kept: Iterable[Kept]) -> list[str]:
    """Return a line for each usage of an entry that stays, and why."""
    return [
        one_line(f"{label_of(one)}: {reason_of(one)}")
        for one in sorted(kept, key=lambda each: each.allowance.key)
    ]


def label_of(one: Kept) -> str:
    """Return the usage of an entry in a few words."""
    about = one.allowance
    return f"{about.scope.database or 'cluster'}: {about.identity.label} {about.usage}"


def reason_of(one: Kept) -> str:
    """Return why it stays."""
    match one.hindrance:
        case Hindrance.WORKFLOW:
            return f"would fail: {', '.join(one.breaks)}"
        case Hindrance.SUPPRESSED:
            return f"{one.finding.rule} is suppressed: {mute_text(one.finding.mute)}"
        case Hindrance.CANNOT_TELL:
            return f"not visible: {unseen_text(one.unseen)}"
        case _:
            return str(one.hindrance)


def include_word(one: Kept) -> str:
    """Return how a command names a row that cannot be told."""
    about = one.allowance
    who = about.identity.display_name or about.identity.word
    return f"{who}:{about.usage}:{about.scope.database or 'cluster'}"


def _hint(one: Narrowed, write: Write, given: Sequence[str]) -> list[str]:
    rows = [kept for kept in untold(one) if not NEVER & {each.reason for each in kept.unseen}]
    if not rows:
        return []
    named = ",".join((*given, include_word(rows[0])))
    again = Retry((ChangeOption("--include", named),))
    return [f"To revoke one that you know to be unused: {write(again)}"]


def _stale_line(one: Narrowed) -> list[str]:
    stale = {each.key[:2] for step in one.steps for each in _of_stale(step)}
    if not stale:
        return []
    return [f"Undo restores all but the stale entries, which the service rejects: {len(stale)}"]


def _of_stale(step: Step) -> tuple[Allowance, ...]:
    return step.narrowing.removed if step.finding.rule == STALE else ()


def _titled(title: str, lines: Sequence[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []


def _commands(one: Narrowed) -> list[str]:
    return [line for each in commands_of(one.prepared.plan) for line in each.splitlines()]
