"""What every error is: three short lines, without secrets, whatever the service said.

The tree of errors is in `errors`.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.fixes import Retry, as_words, mapped, naming_at_most

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.fixes import Explain, Fix


def one_line(text: str) -> str:
    r"""Return the text on one line with control characters shown as escapes.

    Service text may hold newlines or terminal sequences; an error is three lines, whatever it says.

    >>> one_line("a\n  b\x1b[31m")
    'a b\\x1b[31m'
    """
    flat = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in flat)


LONGEST_DISPLAYED = 160
"""Characters of *what* and *why* on a screen; the error itself keeps more."""

_ID = re.compile(r"\b([0-9a-fA-F]{8})(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_CUT = " …"
_FEWER = (20, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1)


def told(text: str, longest: int) -> str:
    """Return a text as an error repeats it: without secrets, on one line, of bounded length."""
    from adxmi_jupyter.masking import masked, shortened

    return shortened(one_line(masked(text)), longest)


class _Line:
    """A line of an error, whoever sets it: text, of whatever value was set. See `told`."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, error: AdxmiError, owner: type | None = None) -> str:
        return cast("str", vars(error)[self._name])

    def __set__(self, error: AdxmiError, value: str | Fix) -> None:
        from adxmi_jupyter.masking import masked

        fix = mapped(as_words(value) if isinstance(value, str) else value, masked)
        error.values[self._name] = fix
        vars(error)[self._name] = told(Dialect().fix(fix), self.longest)
        error.on_screen = None


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


def _displayed(dialect: Dialect, fix: Fix, longest: int, most: int) -> str:
    """Return a line that has at most so many characters, as near to the whole one as there is room.

    What does not fit has first fewer things in its lists, then short IDs, and is cut at last.
    `most` is how much of the whole one is looked at.
    """
    whole = told(dialect.fix(fix), most)
    if len(whole) <= longest:
        return whole
    fewer = [told(dialect.fix(naming_at_most(fix, number)), most) for number in _FEWER]
    short = [_ID.sub(r"\1…", text) for text in (whole, *fewer)]
    fitting = (text for text in (*fewer, *short) if len(text) <= longest)
    return next(fitting, None) or _cut(short[0], longest)


def _cut(text: str, longest: int) -> str:
    """Return a text without its end, but with what we have added to the words of a service."""
    at = _opening(text) if text.endswith(")") else text.rfind("; ")
    added = text[at:] if at > 0 and len(text) - at <= longest * 2 // 3 else ""
    head = text[: longest - len(added) - len(_CUT)]
    begin, _, broken = head.rpartition(" ")
    is_short_word = begin and len(broken) < len(head) // 2
    return f"{begin if is_short_word else head}{_CUT}{added}"


def _opening(text: str) -> int:
    """Return where the parenthesis begins that ends a text, with the blank before it; else -1."""
    depth = 0
    for at in range(len(text) - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            return at - 1 if text[at - 1] == " " else -1
    return -1


def _made_again(kind: type[AdxmiError], arguments: tuple[str, ...], state: Any) -> AdxmiError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(state)
    return error


class AdxmiError(Exception):
    """The base of all errors: three short lines, *what failed*, *why* and *fix*.

    Parameters
    ----------
    what
        What failed, in a few words.
    why
        The reason; the service's own words where it spoke.
    fix
        What fixes it, as a value of `fixes`; a plain string is words without any command in them.
        Without one it is the same command once more.

    The lines are also there as values, in `values`: a front end writes them its own way. As
    attributes they are text, as the documentation writes it; so is what a front end made of them,
    once it has. They hold no secret that can be recognised, and no text without end. On a screen
    *what* and *why* are shorter: see `displayed`. The front end also sets `hide`: what keeps
    secrets of the command out of a stack that is shown.

    """

    what = _Line(500)
    why = _Line(2500)
    fix = _Line(2500)

    def __init__(
        self,
        what: str | Explain,
        *,
        why: str | Explain,
        fix: str | Fix = "",
    ) -> None:
        self.values: dict[str, Fix] = {}
        self.what = what
        self.why = why
        self.fix = fix or Retry()
        self.service = ServiceDetails()
        self.show_stack = False
        self.hide: Callable[[str], str] = str
        self.on_screen: tuple[str, str, str] | None = None
        super().__init__(self.what)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again in another process, or as a copy: with all that it tells."""
        return _made_again, (type(self), self.args, vars(self) | {"hide": str})

    @property
    def remediation(self) -> Fix:
        """What fixes it, as a value."""
        return self.values["fix"]

    def written(self, dialect: Dialect) -> tuple[str, str, str]:
        """Return the three lines as a front end writes them."""
        lines = vars(AdxmiError)
        return cast(
            "tuple[str, str, str]",
            tuple(
                told(dialect.fix(self.values[name]), lines[name].longest)
                for name in ("what", "why", "fix")
            ),
        )

    def displayed(self, dialect: Dialect) -> tuple[str, str, str]:
        """Return the three lines as a front end shows them: *what* and *why* are short.

        A fix is whole: it is pasted.
        """
        lines = vars(AdxmiError)
        rooms = {"what": LONGEST_DISPLAYED, "why": LONGEST_DISPLAYED, "fix": lines["fix"].longest}
        return cast(
            "tuple[str, str, str]",
            tuple(
                _displayed(dialect, self.values[name], room, lines[name].longest)
                for name, room in rooms.items()
            ),
        )

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines for a screen, as the front end wrote them if it has."""
        return self.on_screen or self.displayed(Dialect())

    def __str__(self) -> str:
        return f"{self.what}\n  why: {self.why}\n  fix: {self.fix}"

    def _render_traceback_(self) -> list[str]:
        if self.show_stack:
            return self.hide("".join(traceback.format_exception(self))).splitlines()
        what, why, fix = self.lines
        return f"{type(self).__name__}: {what}\n  why: {why}\n  fix: {fix}".splitlines()
