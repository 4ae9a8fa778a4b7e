"""The diagram of a workflow: a box for each part, an arrow into each, and what is broken in red.

Every box is a drawing of its own, so that boxes go on in the next line where there is little
room and letters keep their size. Colours are half transparent, text takes the theme's, and marks,
dashes and dots say the same without colour. Nothing comes from outside.

A front end takes drawings out of a notebook that it does not trust, and leaves their text. So the
text stands in the order in which it is read, and what joins it is in ``desc`` elements, which are
not drawn: what is left is a sentence.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.diagram_model import PLAIN, SIGNS, UNSEEN, css_class, tracks_of

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.diagram_model import Box, Step, Track

_ARROW, _BOX, _PAD = 22, 140, 5
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
    """Return the requirements of a workflow as HTML with inline SVG; `SHEET` is its style.

    Nothing for observations that are about no requirement. `is_old` marks what was found about
    something else.
    """
    tracks = tracks_of(workflow, name, steps, kind)
    if not tracks:
        return ""
    old = " adxmi-old" if is_old else ""
    drawn = "".join(_track(track, is_old=is_old) for track in tracks)
    return f'<div class="adxmi-diagram{old}">{drawn}</div>'


def _track(track: Track, *, is_old: bool) -> str:
    lines = [_lines(box) for box in track.boxes]
    height = _HEAD + max(map(len, lines)) * _LINE + 5
    parts = enumerate(zip(track.boxes, lines, strict=True))
    boxes = "\n".join(_box(one, texts, height, is_first=n == 0) for n, (one, texts) in parts)
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
    told = html.escape("\n".join(box.words))
    return (
        f'<span title="{told}">'
        f'<svg class="{css_class(state)}" aria-hidden="true" width="{width}" height="{height:g}" '
        f'viewBox="0 0 {width} {height:g}" fill="none">'
        f"{'' if is_first else _arrow(state)}"
        f'<rect x="{left + 1}" y="1" width="{_BOX - 2}" height="{height - 2:g}" rx="8"/>'
        f'<text class="h" x="{head}" y="22.5">{html.escape(box.part)}</text>'
        f"{circle if has_mark else ''}{body}</svg></span>"
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
