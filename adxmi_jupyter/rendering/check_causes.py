"""What is wrong with many workflows, each cause once: what it is, whom it concerns, what fixes it.

Workflows share causes: an identity that is not assigned stops all that use it. Of what could not be
read, the reason is the cause: it is mostly one missing permission.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.declaration.requirements import Allowed, GrantedInKusto
from adxmi_jupyter.rendering.requirements import evidence, problem, subject, title

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks, Finding
    from adxmi_jupyter.fixes import Fix

WORST_FIRST = (State.NOT_MET, State.UNKNOWN, State.WARNING, State.MET)
_CALLED = {
    CheckedKind.POLICY: "policy entry",
    CheckedKind.DENIAL: "error message",
    CheckedKind.UNREAD: "list",
    CheckedKind.NOTHING: "list",
}
_NAMED = 3
_OF_A_DATABASE = (Allowed, GrantedInKusto)


@dataclass(frozen=True)
class Cause:
    """A finding that one or more workflows share.

    `what` says what is wrong, `why` how that is known, `fix` is a command; `affected` counts the
    workflows by their kind, `names` are theirs.
    """

    state: State
    requirement: str
    what: str
    why: str
    fix: str
    affected: str
    names: tuple[str, ...]

    @property
    def some_names(self) -> str:
        """The first names, and how many more there are."""
        more = len(self.names) - _NAMED
        told = ", ".join(self.names[:_NAMED])
        return f"{told} and {more} more" if more > 0 else told


def causes(
    checks: Checks,
    states: Iterable[State],
    *,
    write: Callable[[Fix], str],
    name: Callable[[Checked], str],
) -> tuple[Cause, ...]:
    """Return what was found in some states, the worst and most frequent first.

    `write` writes a fix as it is typed, `name` names a workflow.
    """
    wanted = set(states)
    groups: dict[Hashable, list[tuple[Checked, Finding]]] = {}
    for one in checks.checked:
        for found in one.findings:
            if found.state in wanted:
                groups.setdefault(_key(one, found), []).append((one, found))
    every = [_cause(group, write, name) for group in groups.values()]
    every.sort(key=lambda one: (WORST_FIRST.index(one.state), -len(one.names)))
    return tuple(every)


def _key(one: Checked, found: Finding) -> Hashable:
    if found.state is State.UNKNOWN:
        return found.state, found.key, found.evidence, found.fix
    where = one.database if isinstance(found.about, _OF_A_DATABASE) else ""
    return found.state, found.about, where, found.fix


def _cause(
    group: Sequence[tuple[Checked, Finding]],
    write: Callable[[Fix], str],
    name: Callable[[Checked], str],
) -> Cause:
    workflows = list(dict.fromkeys(one for one, _ in group))
    first, found = group[0]
    abouts = {other.about for _, other in group}
    what = problem(found, first.database) if len(abouts) == 1 else _several(group)
    return Cause(
        found.state,
        title(found.about),
        one_line(what),
        one_line(evidence(found)),
        one_line(write(found.fix)),
        counted(_called(one) for one in workflows),
        tuple(one_line(name(one)) for one in workflows),
    )


def _several(group: Sequence[tuple[Checked, Finding]]) -> str:
    """Name what a cause is about that concerns several things, by the first of them."""
    subjects = list(dict.fromkeys(filter(None, (subject(found.about) for _, found in group))))
    more = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
    return ": ".join(filter(None, (title(group[0][1].about), f"{''.join(subjects[:1])}{more}")))


def _called(one: Checked) -> str:
    return _CALLED.get(one.kind) or one.workflow.replace("-", " ")


def counted(kinds: Iterable[str]) -> str:
    """Return how many there are of each kind.

    >>> counted(["external table", "update policy", "external table"])
    '2 external tables, 1 update policy'
    """
    return ", ".join(f"{n} {_plural(kind, n)}" for kind, n in Counter(kinds).items())


def of_kinds(checked: Iterable[Checked]) -> str:
    """Return how many were checked of each kind."""
    return counted(map(_called, checked))


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return f"{kind[:-1]}ies" if kind.endswith(("cy", "ry")) else f"{kind}s"
