"""Keep secrets out of texts that are shown: lines people typed, right or wrong, and messages.

`ConnectionString.masked` shows what could be read; this is for everything else, so it looks for
what secrets look like and rather hides too much.
"""

from __future__ import annotations

import re

from adxmi_jupyter.model.connection_string.secret import MASK

_URI = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_NAMES = (
    r"(?:account|shared|shared\s?access|app|application|api|client)[\s_-]?(?:key|secret)"
    r"|pass(?:word|wd)|pwd|(?:access|user|usr|app|application)?[\s_]?token|secret"
    r"|shared\s?access\s?signature|aws\s?credentials"
)
_PAIR = re.compile(
    # Without quotes around it a value goes on to the semicolon, whatever it holds.
    rf"(?P<name>\b(?:{_NAMES})\s*=\s*)(?:\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')?[^;]*",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"\b(?P<name>sig|x-amz-(?:signature|security-token))=[^\s&;'\"]+", re.IGNORECASE
)
_BARE = re.compile(r"[A-Za-z0-9+/]{86}==|\beyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A key of a storage account, a token: recognised wherever they stand."""
_SUFFIX = re.compile(r"(?:sharedkey|awscredentials)=", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?:^|&)(?:sig|signature|x-amz-[a-z-]+|code|[a-z-]*(?:key|token|secret)|password|pwd)=",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\s*(?:impersonate|(?:managed_identity|database|collection|authentication)\s*=.*|\**)\s*",
    re.IGNORECASE,
)


def scrubbed(text: str) -> str:
    """Return a text with asterisks for what looks like a secret of a connection string.

    >>> scrubbed("https://a.blob.core.windows.net/b;managed_identity=system;c2VjcmV0")
    'https://a.blob.core.windows.net/b;managed_identity=system;*******'
    """
    by_uri = _URI.sub(lambda found: _scrubbed_uri(found.group()), text)
    by_name = _PAIR.sub(rf"\g<name>{MASK}", by_uri)
    by_signature = _SIGNATURE.sub(rf"\g<name>={MASK}", by_name)
    return _BARE.sub(MASK, by_signature)


def holds_secret(path: str) -> bool:
    """Tell whether a path holds what is surely a secret: a ``?`` or ``;`` was lost before it."""
    return any(pattern.search(path) for pattern in (_SIGNATURE, _BARE, _SUFFIX))


def _scrubbed_uri(uri: str) -> str:
    head, *parts = uri.split(";")
    location, mark, query = head.partition("?")
    scheme, slashes, rest = location.partition("://")
    user, at, after = rest.rpartition("@")
    if ":" in user:
        rest = f"{MASK}{at}{after}"
    shown = scheme + slashes + rest + mark + (MASK if _SIGNED.search(query) else query)
    return ";".join([shown, *map(_scrubbed_part, parts)])


def _scrubbed_part(part: str) -> str:
    if _HARMLESS.fullmatch(part):
        return part
    name, equals, value = part.partition("=")
    return f"{name}={MASK}" if equals and value.strip("=") and name.isalpha() else MASK
