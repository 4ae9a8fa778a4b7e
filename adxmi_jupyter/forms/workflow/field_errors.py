"""What is wrong with a field, in the words of the form: labels instead of options, no secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CredentialsInLocation, UnknownIdentity
from adxmi_jupyter.rendering.dialects import InForm

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.declaration.fields import FieldSpec

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
    what, why, fix = error.displayed(InForm(labels={spec.option: spec.label for spec in specs}))
    more = _IS_NEW if isinstance(error, UnknownIdentity) else ""
    return Problem(what, why, fix + more, has_secret=isinstance(error, CredentialsInLocation))


def without_credentials(text: str) -> str:
    """Return addresses without what says how to sign in there.

    >>> without_credentials("https://a.blob.core.windows.net/c?sig=x, https://b/c;key")
    'https://a.blob.core.windows.net/c, https://b/c'
    """
    return _CREDENTIALS.sub(r"\1", text)
