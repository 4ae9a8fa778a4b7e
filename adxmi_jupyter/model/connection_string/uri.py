"""Split a URI with what follows it, and read the authentication out of the pieces.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConflictingAuthentication, InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import (
    HIDDEN,
    IMPERSONATION,
    NO_AUTHENTICATION,
    Method,
    by_secret,
    managed_identity,
)
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.uri_target import UriTarget

_URI = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>.*)", re.IGNORECASE
)
_KEYWORDS = {
    "token": Method.TOKEN,
    "sharedkey": Method.ACCOUNT_KEY,
    "awscredentials": Method.AWS_KEYS,
}
IDENTITY, _IMPERSONATE = "managed_identity", "impersonate"
_KEY = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_WHOLE_KEY = re.compile(r"[A-Za-z0-9+/]{86}==")


@dataclass(frozen=True)
class Uri:
    """The pieces of a URI: host in lower case, path without its first slash, `parts` after ``;``.

    Nothing of it is shown: any piece may hold a secret.
    """

    scheme: str
    user: str = field(repr=False)
    host: str = field(repr=False)
    path: str = field(repr=False)
    query: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)


def split_uri(text: str) -> Uri | None:
    """Split a text into the pieces of a URI; None if it is none."""
    head, *parts = text.split(";")
    location, _, query = head.partition("?")
    found = _URI.fullmatch(location)
    if found is None:
        return None
    user, _, host = found["authority"].rpartition("@")
    return Uri(
        scheme=found["scheme"].lower(),
        user=user,
        host=host.lower().removesuffix(":443"),
        path=found["path"].removeprefix("/").strip(),
        query=query.strip(),
        parts=tuple(part.strip() for part in parts if part.strip()),
    )


def read_authentication(
    uri: Uri, target: UriTarget, *, query: str
) -> tuple[Authentication, tuple[str, ...]]:
    """Read how to sign in, and notes on how that was written; `query` is what may be a signature.

    Raises
    ------
    ConflictingAuthentication
        There is more than one way.
    InvalidConnectionString
        A part is none of the ways, or is a misspelt one.

    """
    found = [_part(part) for part in uri.parts]
    if query:
        found.insert(0, _signature(query))
    if len(found) > 1:
        methods = " and ".join(str(one.method) for one in found)
        raise ConflictingAuthentication(
            f"there are {len(found)} ways to sign in: {methods}",
            why="there can be one; a ; in the name of a blob is read as the beginning of another",
            fix="keep the managed identity and remove the rest; write %3B for a ; in a name",
        )
    if not found:
        return NO_AUTHENTICATION, ()
    return found[0], _spelling(found[0], uri.parts, target)


def _signature(query: str) -> Authentication:
    names = {pair.partition("=")[0].lower() for pair in query.split("&")}
    if set(query) == {"*"}:
        return HIDDEN
    if "sig" in names:
        return by_secret(Method.SAS, query)
    if {"x-amz-signature", "signature"} & names:
        return by_secret(Method.PRESIGNED_URL, query)
    raise InvalidConnectionString(
        "what follows ? isn't a shared access signature",
        why="a signature has a part sig=…, and nothing else can stand there",
        fix="remove the ? and what follows",
    )


def _part(part: str) -> Authentication:
    name, equals, value = (piece.strip() for piece in part.partition("="))
    keyword = name.lower()
    if keyword == _IMPERSONATE and not equals:
        return IMPERSONATION
    if keyword == IDENTITY and equals:
        return managed_identity(value)
    if set(part) == {"*"} or (keyword in _KEYWORDS and set(value) == {"*"}):
        return HIDDEN
    if keyword in _KEYWORDS and equals:
        return by_secret(_KEYWORDS[keyword], value)
    return _bare_key(part, keyword)


def _bare_key(part: str, keyword: str) -> Authentication:
    """Read a part without a known word as an account key, unless something else was meant."""
    if keyword == SYSTEM or is_guid(keyword):
        raise InvalidConnectionString(
            "an identity is in the place of an account key",
            why="without a word before it, what follows ; is an account key",
            fix=f"write ;{IDENTITY}={keyword}",
        )
    is_key = _KEY.fullmatch(part) is not None
    match = closest(keyword, [_IMPERSONATE] if is_key else [IDENTITY, *_KEYWORDS, _IMPERSONATE])
    if match:
        equals = "" if match == _IMPERSONATE else "="
        raise InvalidConnectionString(
            "what follows ; isn't a known way to sign in",
            why=f"it resembles {match}{equals}, and is not it",
            fix=f"write ;{match}{equals}",
        )
    if not is_key:
        raise InvalidConnectionString(
            "what follows ; isn't a known way to sign in",
            why=f"it is neither {IDENTITY}=, {_IMPERSONATE}, token=, sharedkey= nor "
            "AwsCredentials=, and no account key looks like it",
            fix="write %3B for a ; in the name of a blob",
        )
    return by_secret(Method.ACCOUNT_KEY, part)


def _spelling(
    authentication: Authentication, parts: tuple[str, ...], target: UriTarget
) -> tuple[str, ...]:
    if authentication.method is Method.HIDDEN:
        return ("its secret is hidden, so how it authenticates is unknown",)
    if authentication.method is not Method.ACCOUNT_KEY:
        return ()
    has_word = parts[0].lower().startswith("sharedkey")
    notes = []
    if has_word == target.bare_key:
        form = "the key alone after ;" if target.bare_key else "sharedkey= before the key"
        notes.append(f"{target.kind} is documented with {form}")
    if not _WHOLE_KEY.fullmatch(authentication.secret.reveal()):
        notes.append("the account key is not 64 bytes in base 64: it may be something else")
    return tuple(notes)
