"""The map of a cluster as a DataFrame that shows itself as a picture, or as a tree of text."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.display import WIDE
from adxmi_jupyter.rendering.html_page import html_page
from adxmi_jupyter.rendering.html_table import NO_MATH
from adxmi_jupyter.rendering.map_layout import (
    NO_WORKFLOW,
    allowed_by,
    layout,
    state_of,
    target_of,
)
from adxmi_jupyter.rendering.map_picture import drawing, legend, picture, without_controls
from adxmi_jupyter.rendering.requirements import evidence, subject, title
from adxmi_jupyter.rendering.shown_frame import ResultFrame
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.access_paths import AccessMap
    from adxmi_jupyter.rendering.map_layout import Box, Layout

_COLUMNS = dict.fromkeys(
    (
        *("identity", "object_id", "usage", "allowed_by", "workflow", "name", "database"),
        *("target", "state", "missing"),
    ),
    TEXT,
)
_STYLE = "@media print { svg { max-width: 100%; height: auto; } }"
_SIGNS = {state: sign for sign, state in legend()}


def map_frame(found: AccessMap) -> pd.DataFrame:
    """Return a row for each way from an identity to a target, all columns string.

    Columns: ``identity``, ``object_id``; ``usage`` and ``allowed_by`` (``cluster``, the database
    whose policy allows it, ``unknown``, or empty); ``workflow``, ``name``, ``database``;
    ``target``; ``state`` (``met``, ``not met``, ``warning``, ``unknown``, or ``no workflow`` for
    what a policy allows that no workflow needs); ``missing`` has the requirements that aren't met.
    """
    rows: list[tuple[str, ...]] = [
        (
            *(one.identity.label, one.identity.object_id, one.usage, allowed_by(one)),
            *(one.workflow, one.name, one.database, target_of(one), state_of(one)),
            "; ".join(dict.fromkeys(f"{title(f.about)}: {subject(f.about)}" for f in one.missing)),
        )
        for one in found.paths
    ]
    rows += [(one.label, one.object_id, *[""] * 6, NO_WORKFLOW, "") for one in found.idle]
    return fixed_frame(_COLUMNS, rows)


class MapFrame(ResultFrame):
    """The frame of a map with its picture; what is made from it is a plain table."""

    _head: str = ""
    _notes: tuple[str, ...] = ()
    _layout: Layout | None = None

    @classmethod
    def of(cls, found: AccessMap) -> Self:
        """Return the map of a cluster."""
        frame = cls(map_frame(found))
        frame._choice = WIDE
        frame._layout = layout(found)
        frame._head = _head(found, frame._layout)
        frame._notes = tuple(_notes(found))
        return frame

    def to_text(self) -> str:
        """Return the map as a tree: identities, what they are allowed, workflows and targets."""
        if self._layout is None:
            return super().to_text()
        return "\n".join((self._head, "", *_tree(self._layout), *("", _legend()), *self._notes))

    def as_document(self, form: str) -> str | None:
        """Return the picture as a drawing, or on a page that loads nothing and prints."""
        if self._layout is None or form not in {"svg", "html"}:
            return None
        drawn = without_controls(drawing(self._layout))
        if form == "svg":
            return drawn
        notes = "".join(f"<p>{html.escape(visible(one))}</p>" for one in self._notes)
        head = html.escape(visible(self._head))
        heading = f'<h1 style="font-size: 1.2em">{head}</h1>'
        below = f'<p style="white-space: pre-wrap">{html.escape(_legend())}</p>'
        return html_page("adxmi map", _STYLE, f"{heading}\n{drawn}\n{below}\n{notes}")

    def __repr__(self) -> str:
        return self.to_text() if self._layout is not None else super().__repr__()

    def _repr_html_(self) -> str | None:
        if self._layout is None:
            return super()._repr_html_()
        if self._live is not None:
            self._live.add_map(self._layout)
        told = "".join(f"<div>{html.escape(visible(one))}</div>" for one in self._notes)
        return (
            f'<div class="{NO_MATH}"><div>{html.escape(visible(self._head))}</div>'
            f"{picture(self._layout, self._head)}"
            '<div style="font-size: 90%; white-space: pre-wrap">'
            f"{html.escape(_legend())}</div>{told}</div>"
        )


def _legend() -> str:
    return "   ".join(f"{sign} {state}" for sign, state in legend())


def _head(found: AccessMap, drawn: Layout) -> str:
    needed = [one for one in found.paths if one.is_needed]
    workflows = {(one.workflow, one.name, one.database): one for one in needed}
    broken = {
        (one.workflow, one.name, one.database) for one in needed if state_of(one) == "not met"
    }
    identities = {one.identity.label for one in found.paths} | {one.label for one in found.idle}
    folded = "; what is alike is one box" if drawn.is_folded else ""
    idle = sum(not one.is_needed for one in found.paths)
    return one_line(
        f"{found.cluster}: identities: {len(identities)}; workflows: {len(workflows)}, of which"
        f" {len(broken)} not met; permissions that no workflow needs: {idle}{folded}"
    )


def _notes(found: AccessMap) -> Iterator[str]:
    for checked in found.unread:
        for one in checked.findings:
            yield one_line(f"{checked.database}: {subject(one.about)} unknown: {evidence(one)}")
    if any(not one.is_needed for one in found.paths):
        yield (
            "No workflow: queries, exports and SDK ingestion leave none behind, so such a"
            " permission can still be in use."
        )
    if found.unassigned is None:
        yield "Assigned identities are unknown: identities without any permission are left out."


def _tree(drawn: Layout) -> Iterator[str]:
    """Yield the lines of the tree; a box that several lead to stands below each of them."""
    below: dict[int, list[Box]] = {}
    boxes = {one.number: one for one in drawn.boxes}
    for line in drawn.lines:
        below.setdefault(line.start, []).append(boxes[line.end])
    for identity in drawn.of(0):
        yield _told(identity)
        for permission in below.get(identity.number, ()):
            yield f"  {_told(permission)}"
            for workflow in below.get(permission.number, ()):
                targets = ", ".join(_told(one) for one in below.get(workflow.number, ()))
                yield f"    {_told(workflow)}" + (f" → {targets}" if targets else "")


def _told(box: Box) -> str:
    detail = f" ({box.detail})" if box.detail else ""
    return one_line(f"{_SIGNS.get(box.state, '?')} {box.label}{detail}")
