"""The picture of ``check``: a diagram of each workflow, its findings below it, and their fixes.

Of more than a few workflows a summary is shown in place of the pictures: each cause once.
Findings stand in a table of words, with signs beside them, in plain inline styles: a front end
takes drawings and style sheets out of a notebook that it does not trust, and what is left has the
words, the signs and their colours. Those are half transparent and text takes the theme's, so that
it works on light and dark ground; signs and words say the same without colour.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

import pandas as pd

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.check_causes import causes, of_kinds
from adxmi_jupyter.rendering.check_frames import checks_frame, name_of, noun_of
from adxmi_jupyter.rendering.check_summary import Summary
from adxmi_jupyter.rendering.diagram import pictures
from adxmi_jupyter.rendering.diagram_model import SIGNS, step_of, tracks_of
from adxmi_jupyter.rendering.html_table import NO_MATH
from adxmi_jupyter.rendering.shown_frame import Whole
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.rendering.check_causes import Cause
    from adxmi_jupyter.rendering.diagram_model import Step

_MOST_DRAWN = 4
_WORST_FIRST = ("not met", "unknown", "warning")
_ROUND = 22
_COLOURS = {
    "met": "44, 160, 44",
    "not met": "214, 39, 40",
    "unknown": "128, 128, 128",
    "warning": "230, 145, 20",
}
_CELL = (
    "border: none; padding: 2px 4px; text-align: left; vertical-align: top; "
    "white-space: normal; overflow-wrap: anywhere; max-width: 860px"
)


@dataclass(frozen=True)
class _Row:
    """One finding, and its fix as it is typed."""

    step: Step
    fix: str

    @property
    def head(self) -> str:
        """What it is."""
        return one_line(f"{self.step.title}: {self.step.subject}")

    @property
    def body(self) -> str:
        """What was found, and what fixes it."""
        return one_line(" — ".join(part for part in (self.step.evidence, self.fix) if part))

    @property
    def state(self) -> str:
        """What is known of it, in a word."""
        return self.step.state


@dataclass(frozen=True)
class _Shown:
    """What was checked, as it is shown."""

    checked: Checked
    name: str
    rows: tuple[_Row, ...]

    @property
    def workflow(self) -> str:
        """What kind of thing it is."""
        return noun_of(self.checked)

    @property
    def title(self) -> str:
        """What was checked."""
        return one_line(f"{self.workflow} {self.name}")

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its findings, as they are drawn."""
        return tuple(one.step for one in self.rows)

    @property
    def tracks(self) -> tuple[str, ...]:
        """Its parts on a line, with their signs; another line for an external table's."""
        tracks = tracks_of(self.workflow, self.name, self.steps, self.checked.kind)
        return tuple(one.words for one in tracks)

    @property
    def missing(self) -> int:
        """How many of its requirements are not met."""
        return sum(one.state == "not met" for one in self.rows)

    @property
    def is_met(self) -> bool:
        """Whether every requirement is met, without a warning."""
        return all(one.state == "met" for one in self.rows)

    @property
    def summary(self) -> str:
        """How it stands, in few words."""
        counts = Counter(one.state for one in self.rows)
        told = [f"{counts[state]} {state}" for state in _WORST_FIRST if counts[state]]
        return ", ".join(told) or "all requirements met"


class CheckTable(Whole):
    """The frame of a check with a picture of its workflows; what is made from it is plain.

    The picture is drawn from the findings themselves, as long as the cells are those that were
    written of them: a frame that is changed in place is plain as well.
    """

    _shown: tuple[_Shown, ...] = ()
    _summary: Summary | None = None
    _cells: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        checks: Checks,
        *,
        write: Callable[[Fix], str],
        with_database: bool = False,
        only: Collection[State] = (),
    ) -> Self:
        """Return the frame of a check; `write` writes a fix as it is typed.

        `only` leaves the findings in some states.
        """
        cells = checks_frame(checks, write=write, with_database=with_database, only=only)
        table = cls(cells)
        table._cells = cells.copy()
        groups: dict[tuple[str, str], list[Checked]] = {}
        for one in checks.checked:
            called = (noun_of(one), name_of(one, with_database=with_database))
            groups.setdefault(called, []).append(one)
        table._shown = tuple(
            _Shown(some[0], name, rows)
            for (_, name), some in groups.items()
            if (rows := tuple(_Row(step_of(f), write(f.fix)) for one in some for f in one.findings))
        )
        if only or len(table._shown) > _MOST_DRAWN:
            named = partial(name_of, with_database=with_database)
            wanted = only or (State.NOT_MET, State.UNKNOWN, State.WARNING)
            found = causes(checks, wanted, write=write, name=named)
            table._summary = _summary(table._shown, found, is_whole=not only)
        return table

    def to_text(self) -> str:
        """Return what was checked as text; of many the counts, and what is not met by cause."""
        if self._summary is not None:
            return self._summary.to_text()
        if len(self._shown) == 1:
            return _text(self._shown[0])
        told = (_line(one) if one.is_met else _text(one) for one in _worst_first(self._shown))
        return "\n\n".join((_counts(self._shown), *told)) if self._shown else ""

    @property
    def lacks_a_requirement(self) -> bool:
        """Whether any requirement is not met."""
        return any(one.missing for one in self._shown)

    @property
    def _is_unchanged(self) -> bool:
        """Whether its cells are those of the picture, whatever columns a user has added."""
        if self._cells is None:
            return False
        now = pd.DataFrame(self)
        return self._cells.equals(now.loc[:, now.columns.isin(self._cells.columns)])

    def __repr__(self) -> str:
        return self.to_text() if self._is_unchanged else super().__repr__()

    def _repr_html_(self) -> str | None:
        if not self._is_unchanged:
            return super()._repr_html_()
        if self._summary is not None:
            return self._summary.to_html()
        if len(self._shown) == 1:
            drawn = _head(self._shown[0]) + _picture(self._shown[0])
        else:
            drawn = "".join(map(_folded_if_met, _worst_first(self._shown)))
            drawn = drawn and f"<div>{html.escape(_counts(self._shown))}</div>{drawn}"
        return f'<div class="{NO_MATH}">{drawn}</div>' if drawn else ""


def _summary(every: Sequence[_Shown], found: tuple[Cause, ...], *, is_whole: bool) -> Summary:
    if not is_whole:
        return Summary(_counts(every), found)
    good = [one for one in every if one.is_met]
    return Summary(
        _counts(every),
        found,
        of_kinds(one.checked for one in good),
        tuple(_names_met(good)),
        "Details of one: WORKFLOW check NAME. Filters: check --only, --identity, --database.",
    )


def _counts(every: Sequence[_Shown]) -> str:
    broken = sum(one.missing > 0 for one in every)
    good = sum(one.is_met for one in every)
    unsure = len(every) - broken - good
    return (
        f"{len(every)} checked: {broken} with requirements not met, {unsure} with unknown "
        f"requirements or warnings, {good} with all requirements met"
    )


def _names_met(good: Iterable[_Shown]) -> list[str]:
    """Return a line for each kind of workflow with the names of those with all requirements met."""
    names: dict[str, list[str]] = {}
    for one in good:
        names.setdefault(one.workflow, []).append(one.name)
    return [one_line(f"{kind} {', '.join(called)}") for kind, called in names.items()]


def _fixes(shown: _Shown) -> str:
    """Return the fixes of what is missing, to be copied; nothing where all is well."""
    lines = "\n".join(one.fix for one in shown.rows if one.fix)
    if not lines:
        return ""
    return (
        f"<div>Commands that fix it:</div>"
        f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0 12px 4px; '
        f'background: none">{html.escape(visible(lines))}</pre>'
    )


def _worst_first(every: Iterable[_Shown]) -> list[_Shown]:
    """Return what was checked with what is missing first, and what is met last."""
    return sorted(every, key=lambda one: (one.is_met, not one.missing))


def _folded_if_met(shown: _Shown) -> str:
    if not shown.is_met:
        return _head(shown) + _picture(shown)
    head = html.escape(_line(shown))
    return f"<details><summary>{head}</summary>{_picture(shown)}</details>"


def _head(shown: _Shown) -> str:
    return f'<div style="font-weight: 600">{html.escape(_told(shown))}</div>'


def _told(shown: _Shown) -> str:
    return f"{shown.title}: {shown.summary}"


def _line(shown: _Shown) -> str:
    """Return how something stands of which no requirement is missing."""
    return f"{SIGNS['met']} {_told(shown)}"


def _picture(shown: _Shown) -> str:
    """Return what was checked as HTML: its diagram, its findings, and what fixes them."""
    head = html.escape(_told(shown))
    body = "".join(map(_drawn, shown.rows))
    return (
        f"{pictures(shown.workflow, shown.name, shown.steps, kind=shown.checked.kind)}"
        f'<table class="adxmi-chain" aria-label="{head}" style="border: none; margin: 4px 0; '
        f'border-collapse: collapse"><tbody>{body}</tbody></table>'
        f"{_fixes(shown)}"
    )


def _text(shown: _Shown) -> str:
    """Return what was checked as text, a line for each finding, its fix below."""
    lines = [shown.title, *(f"  {track}" for track in shown.tracks)]
    for row in shown.rows:
        lines.append(f"  {SIGNS.get(row.state, '?')} {row.head}")
        if row.body:
            lines.append(f"      {row.body}")
    return "\n".join(lines)


def _drawn(row: _Row) -> str:
    # The fix is told below, among the commands to copy.
    more = f"<br/><small>{html.escape(visible(one_line(row.step.evidence) or row.state))}</small>"
    return (
        f'<tr style="background: none"><td style="{_CELL}; min-width: 32px">{_mark(row.state)}</td>'
        f'<td style="{_CELL}; padding-bottom: 10px">'
        f"{html.escape(visible(row.head))}{more}</td></tr>"
    )


def _mark(state: str) -> str:
    """Return the sign of a finding in a circle; its edge is broken where it is not met."""
    colour = _COLOURS.get(state, _COLOURS["unknown"])
    edge = "dashed" if state == "not met" else "solid"
    return (
        f'<span style="display: inline-block; width: {_ROUND}px; line-height: {_ROUND}px; '
        f"border: 2px {edge} rgb({colour}); border-radius: {_ROUND}px; text-align: center; "
        f'background: rgba({colour}, .2)">{SIGNS.get(state, "?")}</span>'
    )
