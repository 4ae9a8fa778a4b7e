"""Connection strings of which the service shows asterisks in place of how they sign in.

Source: *Storage connection strings* (Azure Data Explorer docs): what is secret is shown as
asterisks. Whether an identity is shown there, no page says.
"""

from __future__ import annotations

from adxmi_jupyter.model.connection_string.database import USER
from adxmi_jupyter.model.connection_string.uri import IDENTITY, split_uri

_NAMES = frozenset((IDENTITY, *USER))


def hides_identity(text: str) -> bool:
    """Tell whether asterisks may stand for an identity.

    Not those of a known secret: a signature behind ``?``, a key or password behind its word.

    >>> hides_identity("https://a.blob.core.windows.net/c;*******")
    True
    >>> hides_identity("https://a.blob.core.windows.net/c?*******")
    False
    """
    return is_illegible(text) or any(map(_is_hidden, _parts(text)))


def is_illegible(text: str) -> bool:
    """Tell whether asterisks stand for where a string leads, or for an identity that it names.

    A string that shows both has nothing but a secret to hide.

    >>> is_illegible("https://a.blob.core.windows.net/c;*******")
    False
    """
    parts = _parts(text)
    uri = split_uri(text.strip())
    leads_nowhere = "*" in uri.host if uri else any(map(_is_hidden, parts))
    return leads_nowhere or any(_names_hidden(part) for part in parts)


def _parts(text: str) -> tuple[str, ...]:
    """Return what is parted by semicolons; of a URI what comes after it."""
    uri = split_uri(text.strip())
    return uri.parts if uri else tuple(part.strip() for part in text.split(";"))


def _is_hidden(part: str) -> bool:
    return set(part) == {"*"}


def _names_hidden(part: str) -> bool:
    name, _, value = part.partition("=")
    return " ".join(name.lower().split()) in _NAMES and _is_hidden(value.strip())
