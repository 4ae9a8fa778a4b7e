"""What every error is: three short lines, without secrets, whatever the service said.

The tree of errors is in `errors`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast


def one_line(text: str) -> str:
    r"""Return the text on one line with control characters shown as escapes.

    Service text may hold newlines or terminal sequences; an error is three lines, whatever it says.

    >>> one_line("a\n  b\x1b[31m")
    'a b\\x1b[31m'
    """
    flat = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in flat)


def told(text: str, longest: int) -> str:
    """Return a text as an error repeats it: without secrets, on one line, of bounded length."""
    from adxmi_jupyter.masking import masked, shortened

    return shortened(one_line(masked(text)), longest)


class _Line:
    """A line of an error, whoever sets it: see `told`."""

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, error: AdxmiError, owner: type | None = None) -> str:
        return cast("str", vars(error)[self._name])

    def __set__(self, error: AdxmiError, text: str) -> None:
        vars(error)[self._name] = told(text, self._longest)


@dataclass(frozen=True)
class ServiceDetails:
    """What the service said besides its message; kept on the error for those who need it.

    No secret is kept in the payload.
    """

    status: int | None = None
    code: str = ""
    type: str = ""
    permanent: bool | None = None
    activity_id: str = ""
    payload: Any = None

    def __post_init__(self) -> None:
        from adxmi_jupyter.masking import masked_payload

        if self.payload is not None:
            object.__setattr__(self, "payload", masked_payload(self.payload))


class AdxmiError(Exception):
    """The base of all errors: three short lines, *what failed*, *why* and *fix*.

    Parameters
    ----------
    what
        What failed, in a few words.
    why
        The reason; the service's own words where it spoke.
    fix
        A line to paste, or a short instruction.
    repeat_with
        Options which, added to the same line, make it pass. The front end that knows the line
        turns them into *fix*.

    The three lines hold no secret that can be recognised, and no text without end. The front end
    also sets `hide`: what keeps secrets of the line out of a stack that is shown.

    """

    what = _Line(500)
    why = _Line(2500)
    fix = _Line(2500)

    def __init__(self, what: str, *, why: str, fix: str = "", repeat_with: str = "") -> None:
        self.what = what
        self.why = why
        self.fix = fix.strip() or f"repeat the line with {repeat_with}"
        self.repeat_with = repeat_with
        self.service = ServiceDetails()
        self.show_stack = False
        self.hide: Callable[[str], str] = str
        super().__init__(self.what)

    def __str__(self) -> str:
        return f"{self.what}\n  why: {self.why}\n  fix: {self.fix}"

    def _render_traceback_(self) -> list[str]:
        if self.show_stack:
            return self.hide("".join(traceback.format_exception(self))).splitlines()
        return f"{type(self).__name__}: {self}".splitlines()
