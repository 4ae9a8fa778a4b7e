"""The map of a cluster as a picture: four columns of boxes, and lines between them.

It is one image that needs no style of a page, so that it is left as it is in a notebook that is not
trusted. Dashes, dots and signs say the same without colour.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.map_layout import COLUMNS, NO_WORKFLOW
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.map_layout import Box, Layout, Line

WIDTH, HEIGHT = 236, 24
_GAP, _PITCH, _TOP, _EDGE = 52, 31, 30, 8
_LETTERS, _FEW = 33, 4
_SIGNS = {"met": "✓", "not met": "✗", "warning": "!", "unknown": "?", NO_WORKFLOW: "-"}
_COLOURS = {
    "met": "#2ca02c",
    "not met": "#d62728",
    "warning": "#e69114",
    "unknown": "#808080",
    NO_WORKFLOW: "#9a9a9a",
}
_DASHES = {"not met": "6 3", "unknown": "2 3", NO_WORKFLOW: "1 4"}
_SHEET = (
    "svg{font:12px system-ui,sans-serif}rect,path{fill:none}"
    ".p{fill:#ffffff}text{fill:#202020}.d{fill:#606060}.h{font-weight:600}"
    "@media (prefers-color-scheme:dark){.p{fill:#1c1c1c}text{fill:#f2f2f2}.d{fill:#b8b8b8}}"
)
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_IN_ADDRESS = " /:=;,.()-_'"


@dataclass(frozen=True)
class Spot:
    """Where a box stands: the upper left corner, in pixels."""

    x: float
    y: float


def spots_of(layout: Layout) -> Mapping[int, Spot]:
    """Return where the boxes stand, by their numbers; columns are centred beside each other."""
    columns = [layout.of(column) for column in range(len(COLUMNS))]
    tallest = max(map(len, columns), default=0)
    return {
        box.number: Spot(
            _EDGE + column * (WIDTH + _GAP), _TOP + (place + (tallest - len(boxes)) / 2) * _PITCH
        )
        for column, boxes in enumerate(columns)
        for place, box in enumerate(boxes)
    }


def picture(layout: Layout, told: str) -> str:
    """Return the map as an image; `told` is what it says in a sentence."""
    address = quote(without_controls(drawing(layout)), safe=_IN_ADDRESS)
    alt = html.escape(visible(told))
    return (
        f'<div class="{map_class(layout)}" style="overflow-x: auto; max-width: 100%" tabindex="0">'
        f'<img src="data:image/svg+xml,{address}" alt="{alt}" '
        'style="max-width: none; height: auto; display: block"/></div>'
    )


def without_controls(drawn: str) -> str:
    """Return a drawing without characters that XML has no place for."""
    return _NOT_XML.sub("\ufffd", drawn)


def map_class(layout: Layout) -> str:
    """Return the class by which the map finds the picture it takes the place of."""
    told = repr(layout).encode("utf-8", "surrogatepass")
    return f"adxmi-map-{hashlib.blake2b(told, digest_size=8).hexdigest()}"


def shapes(layout: Layout) -> Mapping[str, Any]:
    """Return the map for the browser: where its boxes and lines are, and what they say."""
    spots = spots_of(layout)
    width, height = _size(spots)
    boxes = []
    for box in layout.boxes:
        label, detail = _texts(box)
        boxes.append(
            {
                "number": box.number,
                "x": spots[box.number].x,
                "y": spots[box.number].y,
                "label": label,
                "detail": detail,
                "words": visible(box.words),
                "stroke": _style(box.state),
            }
        )
    lines = [
        {
            "start": one.start,
            "end": one.end,
            "path": _curve(one, spots),
            "stroke": _style(one.state),
        }
        for one in layout.lines
    ]
    heads = [{"x": x, "text": name} for x, name in _heads()]
    size = {"width": WIDTH, "height": HEIGHT}
    return {
        "boxes": boxes,
        "lines": lines,
        "heads": heads,
        "size": size,
        "width": width,
        "height": height,
    }


def _size(spots: Mapping[int, Spot]) -> tuple[float, float]:
    lowest = max((spot.y for spot in spots.values()), default=_TOP)
    width = 2 * _EDGE + len(COLUMNS) * WIDTH + (len(COLUMNS) - 1) * _GAP
    return width, lowest + _PITCH + _EDGE


def _heads() -> Iterator[tuple[float, str]]:
    for place, name in enumerate(COLUMNS):
        yield _EDGE + place * (WIDTH + _GAP), name


def drawing(layout: Layout) -> str:
    """Return the map as a drawing of its own."""
    spots = spots_of(layout)
    width, height = _size(spots)
    heads = "".join(f'<text class="h" x="{x}" y="19">{name}</text>' for x, name in _heads())
    lines = "".join(_line(one, spots) for one in layout.lines)
    boxes = "".join(_box(one, spots[one.number]) for one in layout.boxes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:g}" '
        f'viewBox="0 0 {width} {height:g}"><style>{_SHEET}</style>'
        f'<rect class="p" width="{width}" height="{height:g}"/>{heads}{lines}{boxes}</svg>'
    )


def _line(line: Line, spots: Mapping[int, Spot]) -> str:
    return f'<path d="{_curve(line, spots)}" style="{_style(line.state)}"/>'


def _curve(line: Line, spots: Mapping[int, Spot]) -> str:
    start, end = spots[line.start], spots[line.end]
    x, y = start.x + WIDTH, start.y + HEIGHT / 2
    to, low = end.x, end.y + HEIGHT / 2
    middle = (x + to) / 2
    return f"M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {low:g} {to:g} {low:g}"


def _box(box: Box, spot: Spot) -> str:
    label, detail = _texts(box)
    told = f'<tspan class="d" dx="6">{html.escape(detail)}</tspan>' if detail else ""
    return (
        f'<rect x="{spot.x:g}" y="{spot.y:g}" width="{WIDTH}" height="{HEIGHT}" rx="5" '
        f'style="{_style(box.state)}"/>'
        f'<text x="{spot.x + 8:g}" y="{spot.y + 16:g}">{html.escape(label)}{told}</text>'
    )


def _style(state: str) -> str:
    dashes = _DASHES.get(state)
    thick = 2 if state in {"not met", "warning"} else 1.3
    dashed = f"; stroke-dasharray: {dashes}" if dashes else ""
    return f"stroke: {_COLOURS.get(state, _COLOURS['unknown'])}; stroke-width: {thick}{dashed}"


def _texts(box: Box) -> tuple[str, str]:
    """Return what stands in a box: its sign and label, and the detail behind them."""
    words = f"{_SIGNS.get(box.state, '?')} {box.label}"
    return _fitted(one_line(words), one_line(box.detail))


def _fitted(label: str, detail: str) -> tuple[str, str]:
    """Return both texts as far as there is room for them: the label comes first."""
    short = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
    room = _LETTERS - len(short)
    if len(detail) <= room:
        return short, detail
    return short, f"{detail[: room - 1]}…" if room > _FEW else ""


def legend() -> Iterator[tuple[str, str]]:
    """Yield the signs and what they mean."""
    for state, sign in _SIGNS.items():
        yield sign, state
