"""The diagram of a workflow: a box for each part, an arrow into each, and what is broken in red.

Every box is a drawing of its own, so that boxes go on in the next line where there is little
room and letters keep their size. Marks, dashes and dots say the same without colour. Nothing comes
from outside.

A form has the drawings in its page, in the colours of the theme. In a result they are pictures:
a front end takes drawings, classes of style and labels out of a notebook that it does not trust,
and leaves an ``<img>`` with all that is in it, its ``alt`` and its ``title``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from urllib.parse import quote

from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.diagram_model import PLAIN, SIGNS, UNSEEN, css_class, tracks_of

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.diagram_model import Box, Step, Track

# Five boxes fit beside each other in JupyterLab with its sidebar, in a window of 1,200 pixels.
_ARROW, _BOX, _PAD = 14, 138, 4
_INNER = _BOX - 2 * _PAD
_BESIDE_MARK = 33
_HEAD, _LINE = 34, 15.5
_LETTERS = 11.5
_MOST_LINES = {"about": 2, "name": 2, "wrong": 2, "detail": 4}
_IS_BOLD = {"about": True, "name": False, "wrong": True, "detail": False}
_CUT = "…"
_BOLD = 1.08
_WEIGHT = {True: ' class="b"', False: ""}

_COLOURS = {
    "met": "44, 160, 44",
    "not met": "214, 39, 40",
    "warning": "230, 145, 20",
    "unknown": "128, 128, 128",
}
_TEXT = "var(--jp-ui-font-color1, currentColor)"
_EDGE = "var(--jp-border-color1, #8888)"

SHEET = f"""
.adxmi-diagram {{margin: 4px 0 8px; max-width: 100%;
  font-family: var(--jp-ui-font-family, inherit); color: {_TEXT};}}
.adxmi-diagram .adxmi-through {{font-size: 12px; margin: 8px 0 3px; overflow-wrap: anywhere;}}
.adxmi-diagram .adxmi-track {{display: flex; flex-wrap: wrap; row-gap: 8px; line-height: 0;}}
.adxmi-diagram svg {{display: block; height: auto; font-size: {_LETTERS}px; overflow: hidden;}}
.adxmi-diagram text {{fill: {_TEXT}; unicode-bidi: isolate; white-space: pre;}}
.adxmi-diagram .h {{font-size: 13px; font-weight: 600;}}
.adxmi-diagram .m {{font-size: 12px; font-weight: 600; text-anchor: middle;}}
.adxmi-diagram .b {{font-weight: 600;}}
.adxmi-diagram rect, .adxmi-diagram circle, .adxmi-diagram path {{
  stroke: {_EDGE}; stroke-width: 1.5; fill: none;}}
.adxmi-diagram .not-met rect {{stroke-dasharray: 6 3;}}
.adxmi-diagram :is(.not-met, .warning) :is(rect, circle, path) {{stroke-width: 2;}}
.adxmi-diagram :is(.unknown, .unseen) :is(rect, .to) {{stroke-dasharray: 2 3;}}
.adxmi-diagram.adxmi-old {{filter: grayscale(1); font-style: italic;}}
""" + "".join(
    f".adxmi-diagram .{css_class(state)} :is(rect, circle, path) {{stroke: rgb({colour});}}\n"
    f".adxmi-diagram .{css_class(state)} :is(rect, circle) {{fill: rgba({colour}, .12);}}\n"
    for state, colour in _COLOURS.items()
)


_PAPER, _INK, _GREY = "#ffffff", "#202020", "#888888"
_DARK_PAPER, _LIGHT_INK = "#1c1c1c", "#f2f2f2"
_TINT = 0.12


def _mixed(colour: str, paper: str) -> str:
    """Return a tint of a colour on paper, as a colour that covers what is behind it."""
    on = [int(paper[place : place + 2], 16) for place in (1, 3, 5)]
    own = map(int, colour.split(","))
    mixed = (round(o * _TINT + p * (1 - _TINT)) for o, p in zip(own, on, strict=True))
    return f"rgb({', '.join(map(str, mixed))})"


def _on(paper: str, ink: str) -> str:
    """Return the colours of a picture on paper; its boxes cover the ground of the page."""
    tints = "".join(
        f".{css_class(state)} :is(rect,circle){{fill:{_mixed(colour, paper)}}}"
        for state, colour in _COLOURS.items()
    )
    return f"text{{fill:{ink}}}rect{{fill:{paper}}}{tints}"


# Read on its own, and not by the page around it: what is no box shows on light and on dark ground.
_PICTURE_SHEET = (
    f"svg{{font:{_LETTERS}px system-ui,sans-serif}}text{{white-space:pre}}"
    ".h{font-size:13px;font-weight:600}"
    ".m{font-size:12px;font-weight:600;text-anchor:middle}.b{font-weight:600}"
    f"rect,circle,path{{stroke:{_GREY};stroke-width:1.5}}path{{fill:none}}"
    ".not-met rect{stroke-dasharray:6 3}:is(.not-met,.warning) :is(rect,circle,path)"
    "{stroke-width:2}:is(.unknown,.unseen) :is(rect,.to){stroke-dasharray:2 3}"
    + "".join(
        f".{css_class(state)} :is(rect,circle,path){{stroke:rgb({colour})}}"
        for state, colour in _COLOURS.items()
    )
    + _on(_PAPER, _INK)
    + f"@media (prefers-color-scheme:dark){{{_on(_DARK_PAPER, _LIGHT_INK)}}}"
)
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_IN_ADDRESS = " /:=;,.()-_'"


@dataclass(frozen=True)
class _Text:
    """A line in a box, and what stands before it where tags are gone."""

    words: str
    before: str
    is_bold: bool


def diagram(
    workflow: str,
    name: str,
    steps: Sequence[Step],
    *,
    kind: CheckedKind = CheckedKind.WORKFLOW,
    is_old: bool = False,
) -> str:
    """Return the requirements of a workflow for a form: inline SVG, of which `SHEET` is the style.

    Nothing for observations that are about no requirement. `is_old` marks what was found about
    something else.
    """
    tracks = tracks_of(workflow, name, steps, kind)
    if not tracks:
        return ""
    old = " adxmi-old" if is_old else ""
    drawn = "".join(_track(track, is_old=is_old) for track in tracks)
    return f'<div class="adxmi-diagram{old}">{drawn}</div>'


def pictures(
    workflow: str, name: str, steps: Sequence[Step], *, kind: CheckedKind = CheckedKind.WORKFLOW
) -> str:
    """Return the requirements of a workflow as HTML with an image for each box.

    It needs no style of a page, and is left as it is in a notebook that is not trusted.
    """
    drawn = "".join(map(_track_of_pictures, tracks_of(workflow, name, steps, kind)))
    return drawn and f'<div class="adxmi-diagram" style="margin: 4px 0 8px">{drawn}</div>'


def _track_of_pictures(track: Track) -> str:
    images = "".join(_image(*one) for one in _drawings(track))
    caption = html.escape(track.caption)
    return f'{caption and f"<div>{caption}</div>"}<div style="line-height: 0">{images}</div>'


def _image(box: Box, drawing: str) -> str:
    words = html.escape(_spoken(box))
    whole = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ">", f"><style>{_PICTURE_SHEET}</style>", 1
    )
    address = quote(_NOT_XML.sub("\ufffd", whole), safe=_IN_ADDRESS)
    told = html.escape("\n".join(box.words))
    style = "display: inline-block; max-width: 100%; height: auto; margin: 0 0 8px"
    return f'<img src="data:image/svg+xml,{address}" alt="{words}" title="{told}" style="{style}"/>'


def _drawings(track: Track) -> Iterator[tuple[Box, str]]:
    """Return the boxes of a track with their drawings, all of one height."""
    lines = [_lines(box) for box in track.boxes]
    height = _HEAD + max(map(len, lines)) * _LINE + 5
    for n, (box, texts) in enumerate(zip(track.boxes, lines, strict=True)):
        yield box, _box(box, texts, height, is_first=n == 0)


def _track(track: Track, *, is_old: bool) -> str:
    boxes = "\n".join(
        f'<span title="{html.escape(chr(10).join(box.words))}">{drawing}</span>'
        for box, drawing in _drawings(track)
    )
    words = "; ".join(_spoken(one) for one in track.boxes)
    label = html.escape(f"Before the change: {words}" if is_old else words)
    caption = f'<div class="adxmi-through">{html.escape(track.caption)}</div>'
    return (
        f"{caption if track.caption else ''}"
        f'<div class="adxmi-track" role="img" aria-label="{label}">{boxes}</div>'
    )


def _spoken(box: Box) -> str:
    return ", ".join(box.words)


def _lines(box: Box) -> list[_Text]:
    """Return what stands in a box below its head."""
    texts = [("about", one) for one in box.about]
    for step in box.steps:
        is_wrong = step.state not in {"met", UNSEEN}
        name = f"{SIGNS.get(step.state, SIGNS['unknown'])} {step.title}"
        texts.append(("wrong" if is_wrong else "name", name))
        if is_wrong and step.evidence:
            texts.append(("detail", step.evidence))
    if box.note:
        texts.append(("name", box.note))
    return [line for n, (kind, text) in enumerate(texts) for line in _wrapped(kind, text, n)]


def _wrapped(kind: str, text: str, number: int) -> Iterator[_Text]:
    before = ": " if number == 0 or kind == "detail" else "; "
    is_bold = _IS_BOLD[kind]
    for line in _fitted(one_line(text), _MOST_LINES[kind], _BOLD if is_bold else 1):
        yield _Text(line, before, is_bold)
        before = " "


def _box(box: Box, lines: Sequence[_Text], height: float, *, is_first: bool) -> str:
    left = 0 if is_first else _ARROW
    width = left + _BOX
    state = box.state
    mark = SIGNS[state]
    has_mark = state not in {PLAIN, UNSEEN}
    head = left + (_BESIDE_MARK if has_mark else _PAD)
    body = "".join(
        f"<desc>{one.before}</desc>"
        f'<text{_WEIGHT[one.is_bold]} x="{left + _PAD}" y="{_HEAD + 11 + n * _LINE:g}">'
        f"{html.escape(one.words)}</text>"
        for n, one in enumerate(lines)
    )
    circle = (
        f'<circle cx="{left + 17}" cy="18" r="10"/>'
        f'<desc> </desc><text class="m" x="{left + 17}" y="22">{mark}</text>'
    )
    return (
        f'<svg class="{css_class(state)}" aria-hidden="true" width="{width}" height="{height:g}" '
        f'viewBox="0 0 {width} {height:g}" fill="none">'
        f"{'' if is_first else _arrow(state)}"
        f'<rect x="{left + 1}" y="1" width="{_BOX - 2}" height="{height - 2:g}" rx="8"/>'
        f'<text class="h" x="{head}" y="22.5">{html.escape(box.part)}</text>'
        f"{circle if has_mark else ''}{body}</svg>"
    )


def _arrow(state: str) -> str:
    """Return the arrow into a box; a cross stands in the gap if the box is broken."""
    end = _ARROW - 3
    is_broken = state == "not met"
    line = "M1 18h3" if is_broken else f"M2 18H{end}"
    cross = "M3 13.5l9 9m0-9l-9 9" if is_broken else ""
    return f'<desc>→ </desc><path class="to" d="{line}"/><path d="M{end - 6} 13l6 5-6 5{cross}"/>'


def _fitted(text: str, most: int, wide: float) -> list[str]:
    """Return a text in lines that fit into a box; what is left over is cut off."""
    room = _INNER / wide
    lines: list[str] = []
    rest = text
    while rest and len(lines) <= most:
        line, rest = _first_line(rest, room)
        lines.append(line)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while _width(last + _CUT) > room:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + _CUT]


def _first_line(text: str, room: float) -> tuple[str, str]:
    """Part a text where its first line ends: at a blank, else after / or -, else anywhere."""
    fits = _fitting(text, room)
    if fits == len(text):
        return text, ""
    blank = text.rfind(" ", 0, fits + 1)
    if blank > 0:
        return text[:blank], text[blank + 1 :]
    seam = max(text.rfind(sign, fits // 2, fits) for sign in "/-.") + 1
    end = seam or max(fits, 1)
    return text[:end], text[end:]


def _fitting(text: str, room: float) -> int:
    """Return how many letters of a text there is room for."""
    for n, letter in enumerate(text):
        room -= _em(letter) * _LETTERS
        if room < 0:
            return n
    return len(text)


def _width(text: str) -> float:
    """Return about how wide a text is drawn, in pixels; fonts differ, so rather too wide."""
    return sum(map(_em, text)) * _LETTERS


def _em(letter: str) -> float:
    if letter in "ijl.,:;'|!()[] ":
        return 0.36
    if letter in "tfr/-":
        return 0.42
    if east_asian_width(letter) in "WF":
        return 1.05
    if letter in "mwMW@%…→✓✗":
        return 0.95
    return 0.7 if letter.isupper() else 0.6
