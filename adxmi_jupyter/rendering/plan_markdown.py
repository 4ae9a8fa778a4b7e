"""A plan as Markdown: a comment on a pull request, or the summary of a step.

What would be removed, or is blocked, comes first, so that what is cut for the limit of a comment is
what is added. What was cut is counted, and the saved plan has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.rendering.markdown import (
    MOST_CHARACTERS,
    code,
    fenced,
    fitting,
    folded,
    row,
)
from adxmi_jupyter.rendering.plan_text import (
    BLOCKED,
    OBSERVED,
    REPLACED,
    SIGNS,
    UNSEEN,
    broken_by,
    kept_line,
    remarks_on,
    replaced_words,
    totals,
    unmatched_line,
)
from adxmi_jupyter.rendering.plan_text import folded as same_changes

if TYPE_CHECKING:
    from adxmi_jupyter.model.plan import Change, Plan, Replacement, Unseen

MARK = "<!-- adxmi -->"
"""By which a pipeline finds its comment again."""
_HEAD = (row(("", "Where", "What", "Note")), row(("---",) * 4))
_RESERVED = 1000
_NAMED = 20
_BROKEN_NAMED = 50
_VERBS = {Action.ADD: "add", Action.REMOVE: "remove"}
_DIFFERENCES = {Action.ADD: "missing", Action.REMOVE: "not in the file"}
_ORDER = {Status.BLOCKED: 0, Status.OBSERVED: 2}
_REMOVED, _ADDED = 1, 3


def plan_markdown(plan: Plan, limit: int = MOST_CHARACTERS) -> str:
    """Return a plan as Markdown of at most so many characters."""
    section = plan_section(plan, f"### adxmi: {code(plan.cluster)}", limit - len(MARK) - 1)
    return f"{MARK}\n{section}"


def plan_section(plan: Plan, title: str, limit: int) -> str:
    """Return a plan below a title, which is Markdown already, of about so many characters."""
    said = totals(plan, code(plan.source))
    top = "\n".join([title, "", f"**{said}**", *_kept(plan), ""])
    broken = "\n".join(_broken(plan))
    rows = [*_rows(plan)]
    room = limit - len(top) - len(broken) - sum(map(len, _HEAD)) - _RESERVED
    count = fitting(rows, room)
    parts = [top, *([*_HEAD, *rows[:count], ""] if count else ())]
    if count < len(rows):
        parts.append(f"_{len(rows) - count} more lines are left out: a comment is limited._\n")
    parts += [broken] if broken else []
    room -= sum(len(one) + 1 for one in rows[:count])
    parts += _commands(plan, room)
    return "\n".join(parts).rstrip() + "\n"


def _kept(plan: Plan) -> Iterator[str]:
    if plan.kept:
        yield f"\n{kept_line(plan, code(plan.source))}"
    for one in plan.unmatched:
        yield f"\n{code(unmatched_line(plan, one))}"


def _rows(plan: Plan) -> Iterator[str]:
    groups = sorted(same_changes(plan.changes), key=lambda several: _rank(several[0]))
    blocked = [one for one in groups if one[0].status is Status.BLOCKED]
    yield from map(_replaced_row, plan.replacements)
    yield from map(_row, blocked)
    yield from map(_unseen_row, plan.unseen)
    yield from map(_row, groups[len(blocked) :])


def _rank(one: Change) -> int:
    added = _ADDED if one.action is Action.ADD else _REMOVED
    return _ORDER.get(one.status, added)


def _row(several: list[Change]) -> str:
    one = several[0]
    what = " ".join(filter(None, (code(one.subject), code(one.item))))
    return row((_sign(one), _where(several), what, code("; ".join(remarks_on(one)))))


def _sign(one: Change) -> str:
    verb = f"{code(SIGNS[one.action])} {_VERBS[one.action]}"
    if one.status is Status.OBSERVED:
        return f"{code(OBSERVED)} {_DIFFERENCES[one.action]}"
    return (
        f"{code(BLOCKED)} blocked: {_VERBS[one.action]}" if one.status is Status.BLOCKED else verb
    )


def _where(several: list[Change]) -> str:
    names = [code(one.database) if one.database else "cluster" for one in several]
    if len(names) == 1:
        return names[0]
    more = ", …" if len(names) > _NAMED else ""
    return f"{len(names)} databases: {', '.join(names[:_NAMED])}{more}"


def _replaced_row(one: Replacement) -> str:
    sign = f"{code(REPLACED)} replace" if one.is_confirmed else f"{code(BLOCKED)} blocked: replace"
    return row((sign, "", code(one.name), code(replaced_words(one))))


def _unseen_row(one: Unseen) -> str:
    what = f"{one.section} could not be read"
    return row((f"{code(UNSEEN)} unknown", code(str(one.scope)), what, code(one.failure.why)))


def _broken(plan: Plan) -> Iterator[str]:
    names = broken_by(plan)
    if not names:
        return
    rest = len(names) - _BROKEN_NAMED
    yield "**Stops working:**"
    yield ""
    yield from (f"* {code(name)}" for name in names[:_BROKEN_NAMED])
    if rest > 0:
        yield f"* and {rest} more"
    yield ""


def _commands(plan: Plan, room: int) -> Sequence[str]:
    blocks = [fenced(step.command, "kusto") for step in plan.steps]
    count = fitting(blocks, room)
    rest = len(blocks) - count
    told = f"_{rest} more commands are left out: a comment is limited._" if rest else ""
    if not count:
        return [told] if told else []
    content = "\n".join(blocks[:count]) + (f"\n\n{told}" if told else "")
    return [folded(f"Commands ({len(blocks)})", content)]
