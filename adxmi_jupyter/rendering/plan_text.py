"""A plan as people read it: a line for each change, totals, what stops working, the commands.

Changes that are the same on several databases share a line.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.plan import Action, Reason, Section, Status
from adxmi_jupyter.rendering.html_table import NO_MATH
from adxmi_jupyter.rendering.shown_frame import SafeFrame
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.model.plan import Change, Plan, Replacement, UnmatchedException, Unseen

SIGNS = {Action.ADD: "+", Action.REMOVE: "-"}
BLOCKED, OBSERVED, UNSEEN, REPLACED = "!", "~", "?", "-/+"
_FEW = 4
_DIFFERENCES = ("difference", "differences")
_REASONS = {
    Reason.PROTECTED: "the file protects it",
    Reason.LAST_ADMIN: "it is the last principal in the role",
    Reason.OWN_ACCESS: "it is your own role on all databases",
    Reason.KEY_IDENTITY: "the customer-managed key is read with it",
    Reason.WORKFLOW: "a workflow needs it",
    Reason.DESCRIPTION: "holds the role already, with another description",
    Reason.REPLACED: "the name stands for another identity than at the last apply",
    Reason.NOT_ASSIGNED: (
        "an entry names an identity that isn't assigned to the cluster, and the service rejects "
        "the whole policy"
    ),
}
_STYLE = (
    "white-space: pre-wrap; overflow-wrap: anywhere; "
    "color: var(--jp-ui-font-color1, currentColor); background: transparent"
)
_COLOURS = {
    "+": "rgba(44, 160, 44, .22)",
    "-": "rgba(214, 39, 40, .22)",
    BLOCKED: "rgba(230, 145, 20, .30)",
    OBSERVED: "rgba(31, 119, 180, .22)",
    UNSEEN: "rgba(128, 128, 128, .25)",
}


def plan_text(plan: Plan) -> str:
    """Return the whole plan as text."""
    return "\n".join(line for part in _parts(plan) for line in part)


def _parts(plan: Plan) -> Iterator[list[str]]:
    replaced = map(replaced_line, plan.replacements)
    lines = [*replaced, *change_lines(plan.changes), *map(_unseen_line, plan.unseen)]
    if lines:
        yield [*lines, ""]
    yield [totals(plan)]
    if plan.kept:
        yield [kept_line(plan)]
    if plan.unmatched:
        yield [unmatched_line(plan, one) for one in plan.unmatched]
    broken = broken_by(plan)
    if broken:
        yield ["", "Stops working:", *(f"  {one_line(name)}" for name in broken)]
    if plan.steps:
        sent = (line for command in commands_of(plan) for line in command.splitlines())
        yield ["", "Commands:", *(f"  {line}" for line in sent)]


def broken_by(plan: Plan) -> tuple[str, ...]:
    """Return the workflows that stop working, each once."""
    return tuple(dict.fromkeys(name for one in plan.of(Status.PLANNED) for name in one.breaks))


def commands_of(plan: Plan) -> tuple[str, ...]:
    """Return the exact commands of a plan in their order, in signs that can be seen."""
    return tuple(visible(step.command) for step in plan.steps)


def totals(plan: Plan, source: str = "") -> str:
    """Return how many changes there are of each kind; `source` is how the file is written."""
    if plan.is_empty:
        more = "; part of the cluster could not be read" if plan.unseen else ""
        return f"No changes. The cluster matches {source or plan.source}{more}."
    planned = plan.of(Status.PLANNED)
    if plan.changes and plan.changes == plan.of(Status.OBSERVED) and not plan.replacements:
        unread = f"; {len(plan.unseen)} not readable" if plan.unseen else ""
        return f"Nothing to change; {_counted(len(plan.changes), *_DIFFERENCES)} observed{unread}."
    usages = Counter(one.action for one in planned if one.section is Section.POLICY)
    others = Counter(one.section for one in planned)
    parts = [
        f"{usages[Action.ADD]} to grant",
        f"{usages[Action.REMOVE]} to revoke",
        _counted(others[Section.ASSIGNED], "identity", "identities"),
        _counted(others[Section.ROLES], "role", "roles"),
        _counted(others[Section.CALLOUTS], "rule", "rules") if others[Section.CALLOUTS] else "",
    ]
    replaced = len(plan.replacements)
    parts.append(f"{replaced} replaced" if replaced else "")
    for status in (Status.BLOCKED, Status.OBSERVED):
        count = len(plan.of(status))
        parts.append(f"{count} {status}" if count else "")
    parts.append(f"{len(plan.unseen)} not readable" if plan.unseen else "")
    return f"Plan: {', '.join(filter(None, parts))}."


def kept_line(plan: Plan, source: str = "") -> str:
    """Return what there is to say of what the file doesn't name, and stays.

    `source` is how the file is written.
    """
    return f"Not in {source or plan.source}, and kept (mode additive): {len(plan.kept)}"


def unmatched_line(plan: Plan, one: UnmatchedException) -> str:
    """Return a warning of a name below ``except`` that leaves out no database."""
    return one_line(f"Warning: {plan.source}, line {one.line}: {unmatched_words(one)}")


def unmatched_words(one: UnmatchedException) -> str:
    """Return which name leaves out no database, and which one was probably meant."""
    applied = f"; {one.match}, which it resembles, isn't left out" if one.match else ""
    return f"{one.section}, except: there is no database {one.name!r}{applied}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def change_lines(changes: Iterable[Change]) -> list[str]:
    """Return a line for each change; one for all databases in which it is the same."""
    return [one_line(_line(several)) for several in folded(changes)]


def folded(changes: Iterable[Change]) -> list[list[Change]]:
    """Return changes in groups: those that are the same on several databases are one."""
    same: dict[tuple[object, ...], list[Change]] = {}
    for one in changes:
        key = (one.section, one.key, one.item, one.action, one.status, one.reason, one.breaks)
        same.setdefault((*key, bool(one.database)), []).append(one)
    return list(same.values())


def _line(several: list[Change]) -> str:
    where = scopes_told(several)
    return f"{_sign(several[0])} {where}: {_what(several[0])}{_remark(several[0])}"


def change_label(one: Change) -> str:
    """Return a change in a few words, without what there is to say about it."""
    return one_line(f"{_sign(one)} {one.database or 'cluster'}: {_what(one)}")


def _what(one: Change) -> str:
    return " ".join(filter(None, (one.subject, one.item)))


def _sign(one: Change) -> str:
    if one.status is Status.OBSERVED and one.reason is not Reason.DESCRIPTION:
        return OBSERVED
    sign = SIGNS[one.action]
    return f"{BLOCKED} {sign}" if one.status is Status.BLOCKED else sign


def scopes_told(several: list[Change]) -> str:
    """Return where several changes are the same: the scope, or how many databases."""
    return scope_words([one.database or "cluster" for one in several])


def scope_words(names: Sequence[str]) -> str:
    """Return the names of scopes; of many databases the first ones, and how many there are."""
    if len(names) == 1:
        return names[0]
    more = ", …" if len(names) > _FEW else ""
    return f"{len(names)} databases ({', '.join(names[:_FEW])}{more})"


def remarks_on(one: Change) -> list[str]:
    """Return what there is to know of a change besides what it is."""
    remarks = []
    if one.status is Status.OBSERVED:
        remarks.append("missing" if one.action is Action.ADD else "not in the file")
    if one.reason is not None:
        remarks.append(_REASONS[one.reason])
    if one.breaks:
        remarks.append(f"needed by {', '.join(one.breaks)}")
    if one.why:
        remarks.append(one.why)
    return remarks


def _remark(one: Change) -> str:
    remarks = remarks_on(one)
    return f"  ({'; '.join(remarks)})" if remarks else ""


def applied_text(applied: Applied) -> str:
    """Return what became of each change of an apply, and why something was not applied."""
    if not applied.outcomes:
        return totals(applied.plan)
    counts = Counter(one.result.value for one in applied.outcomes for _ in one.step.changes)
    counted = ", ".join(f"{n} {word}" for word, n in counts.items())
    return "\n".join([*applied_lines(applied), "", counted])


def applied_lines(applied: Applied) -> list[str]:
    """Return a line for each change of an apply, and below it why it was not applied."""
    lines: list[str] = []
    for outcome in applied.outcomes:
        lines += [f"{line}: {outcome.result}" for line in change_lines(outcome.step.changes)]
        if outcome.failure is not None:
            lines.append(f"    {one_line(outcome.failure.what)}: {one_line(outcome.failure.why)}")
        if outcome.because:
            lines.append(f"    depends on {', '.join(change_lines(outcome.because))}")
    return lines


def replaced_line(one: Replacement) -> str:
    """Return a name that stands for another identity than before."""
    if one.is_confirmed:
        return one_line(f"{REPLACED} replace {one.name}: {replaced_words(one)}")
    option = f"confirm it with --replace {one.name}"
    return one_line(f"{BLOCKED} replace {one.name}: {replaced_words(one)}; {option}")


def replaced_words(one: Replacement) -> str:
    """Return what a name stood for, and what it stands for now."""
    return f"object ID {one.before} at the last apply, now {one.after}"


def _unseen_line(one: Unseen) -> str:
    return one_line(f"{UNSEEN} {unseen_words(one)}")


def unseen_words(one: Unseen) -> str:
    """Return what could not be read, and why."""
    return f"{one.section} of the {one.scope}: {one.failure.why}"


class PlanTable(SafeFrame):
    """The frame of a plan, which shows itself as its text; what is made from it is plain.

    A notebook shows its picture, if it has one.
    """

    _text = ""
    _documents: Mapping[str, Callable[[], str]] = MappingProxyType({})
    _picture: Callable[[], str] = str

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        text: str,
        documents: Mapping[str, Callable[[], str]] = MappingProxyType({}),
        picture: Callable[[], str] = str,
    ) -> Self:
        """Return the frame with what it shows: text, picture (HTML), and formats of its own."""
        table = cls(frame)
        table.attrs = frame.attrs
        table._text, table._picture = text, picture
        table._documents = documents
        return table

    def as_document(self, form: str) -> str | None:
        """Return the plan in a format for other tools."""
        make = self._documents.get(form)
        return make() if make else None

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        import pandas as pd

        return pd.DataFrame

    def to_text(self) -> str:
        """Return the plan as text."""
        return self._text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        picture = self._picture()
        if picture:
            return picture
        lines = "\n".join(map(_coloured, self._text.splitlines()))
        return f'<pre class="{NO_MATH}" style="{_STYLE}">{lines}</pre>'


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    shown = html.escape(line)
    return f'<span style="background: {colour}">{shown}</span>' if colour else shown
