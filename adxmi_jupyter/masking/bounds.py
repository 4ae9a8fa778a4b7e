"""Keep texts short that quote what somebody pasted in the wrong place."""

from __future__ import annotations

import re

_LONGEST_WORD = 300
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")
_HEAD, _TAIL = 60, 16


def shortened(text: str, longest: int) -> str:
    """Return a text with its long words, and itself, cut in the middle.

    >>> shortened("there is no " + "q" * 16_000, 1000)
    'there is no qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq…qqqqqqqqqqqqqqqq'
    """
    words = _LONG_WORD.sub(lambda found: _cut(found.group(), _HEAD, _TAIL), text)
    return words if len(words) <= longest else _cut(words, longest * 3 // 4, longest // 4 - 1)


def _cut(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}…{text[-tail:]}"
