"""Texts that must not be shown: keys, signatures, tokens, passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from adxmi_jupyter.masking import MASK


class Secret:
    """A text that shows itself as asterisks everywhere; only `reveal` gives it away.

    Two of them are equal if their texts are. It can be copied, but not pickled: a secret is no
    part of what is stored.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    @property
    def is_masked(self) -> bool:
        """Whether it is but the asterisks that somebody else put in the place of a secret."""
        return set(self._text) == {"*"}

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


NO_SECRET = Secret("")

Show = Callable[[Secret], str]
"""How a secret is written: `Secret.reveal` for use, ``str`` for display."""
