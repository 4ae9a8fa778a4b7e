"""What people look for and what takes no managed identity; declarations name it, and the way out.

Source: *Managed identities overview* and the pages of each (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import IdentityNotSupported

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix


@dataclass(frozen=True)
class Unsupported:
    """Something that takes no managed identity.

    `words` are what one would type for it, as a noun or a choice; `instead` is what to do.
    """

    title: str
    why: str
    instead: str | Fix
    words: tuple[str, ...] = ()

    def is_meant_by(self, word: str) -> bool:
        """Tell whether a typed word means it; blanks, dashes and underscores are one."""
        return _plain(word) in map(_plain, self.words)

    def refusal(self) -> IdentityNotSupported:
        """Return the error for whoever wants it."""
        return IdentityNotSupported(
            f"{self.title} cannot use a managed identity", why=self.why, fix=self.instead
        )


def refusing(those: Sequence[Unsupported]) -> Callable[[str], str]:
    """Return a function that passes any word but those of what is unsupported.

    Raises
    ------
    IdentityNotSupported
        By the function, for such a word.

    """

    def read(word: str) -> str:
        for one in those:
            if one.is_meant_by(word):
                raise one.refusal()
        return word

    return read


def _plain(word: str) -> str:
    return "-".join(word.lower().replace("_", " ").replace("-", " ").split())
