"""What is wrong with a field, in the words of the form: labels instead of options, no secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CredentialsInLocation, UnknownIdentity
from adxmi_jupyter.masking import masked

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.declaration.fields import FieldSpec

_OPTION = re.compile(r"--[a-z][a-z-]*")
_ALONE = re.compile(r"(--[a-z][a-z-]*) (.+)")
_CREDENTIALS = re.compile(r"(://[^\s,?;]*)[?;][^\s,]*")
_IS_NEW = ', or press "Reload" if it is new or elsewhere'


@dataclass(frozen=True)
class Problem:
    """What is wrong, why, and what to do; `has_secret` if what was typed says how to sign in."""

    what: str
    why: str
    fix: str
    has_secret: bool = False

    @property
    def lines(self) -> tuple[str, str]:
        """What is wrong and why, and what to do."""
        return f"{self.what}: {self.why}", f"fix: {self.fix}"


def in_words(error: AdxmiError, specs: Sequence[FieldSpec]) -> Problem:
    """Return an error about a field, or several, as the form says it."""
    labels = {spec.option: spec.label for spec in specs}
    more = _IS_NEW if isinstance(error, UnknownIdentity) else ""
    return Problem(
        masked(_what(error.what, labels)),
        masked(_labelled(error.why, labels)),
        masked(_fix(error.fix, labels) + more),
        has_secret=isinstance(error, CredentialsInLocation),
    )


def _labelled(text: str, labels: Mapping[str, str]) -> str:
    return _OPTION.sub(lambda found: labels.get(found.group(), found.group()), text)


def _what(text: str, labels: Mapping[str, str]) -> str:
    """Return what is wrong; an option is followed by its label, which is said already."""
    said = _labelled(text, labels)
    head, _, tail = said.rpartition(": ")
    return head if tail in labels.values() and said.startswith(tail) else said


def _fix(text: str, labels: Mapping[str, str]) -> str:
    alone = _ALONE.fullmatch(text)
    if alone is None or alone[1] not in labels:
        return _labelled(text, labels)
    return ": ".join((labels[alone[1]], alone[2].strip('"')))


def without_credentials(text: str) -> str:
    """Return addresses without what says how to sign in there.

    >>> without_credentials("https://a.blob.core.windows.net/c?sig=x, https://b/c;key")
    'https://a.blob.core.windows.net/c, https://b/c'
    """
    return _CREDENTIALS.sub(r"\1", text)
