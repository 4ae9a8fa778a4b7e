"""Values that are put into the texts of a policy file: ``${NAME}`` and ``{{name}}``.

They are put into texts that are read already, so that no value can add a key, or end a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adxmi_jupyter.model.usage import closest

_REFERENCE = re.compile(
    r"\$\$(?P<escaped>\{\{)|\$(?P<dollar>\$\{)|\$\{(?P<environment>[^{}]*)\}"
    r"|\{\{\s*(?P<given>[^{}]*?)\s*\}\}"
)
_SIGN = re.compile(r"\{\{|\$(?=\{(?!\{))")


def escaped(text: str) -> str:
    """Return what has to stand in a file so that it says this text.

    >>> escaped("a ${b} {{c}}")
    'a $${b} $${{c}}'
    """
    return _SIGN.sub(lambda found: "$$" if found.group() == "$" else "$${{", text)


class UnknownReference(Exception):
    """A text names a variable that there is not; whoever knows its place makes a typed error."""

    def __init__(self, written: str, why: str, match: str) -> None:
        super().__init__(why)
        self.written, self.why, self.match = written, why, match


@dataclass(frozen=True)
class Variables:
    """Variables of the environment, and those that are given; `whence` says how these are."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    whence: str = "--var and --var-file give"

    def put_into(self, text: str) -> str:
        """Return a text with the values of its variables.

        ``$${`` stands for ``${``, and ``$${{`` for ``{{``.

        Raises
        ------
        UnknownReference
            There is no such variable.

        """
        return _REFERENCE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        if found["dollar"] or found["escaped"]:
            return found["dollar"] or found["escaped"]
        if found["environment"] is not None:
            return self._one(found, self.environment, found["environment"], "the environment has")
        return self._one(found, self.given, found["given"], self.whence)

    @staticmethod
    def _one(found: re.Match[str], among: Mapping[str, str], name: str, whence: str) -> str:
        if name not in among:
            raise UnknownReference(found.group(), f"{whence} no {name}", closest(name, among))
        return among[name]
