"""Secrets in addresses: the user before a host, signatures, and the parts behind semicolons."""

from __future__ import annotations

import re

from adxmi_jupyter.masking.mask import MASK

_URI = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s'\"<>]+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\b(?:sig|x-amz-(?:signature|security-token))=[^\s&;'\"]+", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9+/]{86}==|\beyJ[\w-]+\.[\w-]+\.[\w-]+")
_SUFFIX = re.compile(r"(?:sharedkey|awscredentials)=", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?:^|&(?:amp;)?|\\u0026)(?:sig|signature|x-amz-[a-z-]+|code|[a-z_-]*(?:key|token|secret)"
    r"|client_assertion|password|pwd)=",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\s*(?:impersonate|(?:managed_identity|database|collection|authentication)\s*=.*|\**"
    r"|\{\{\w+\}\})[\s)\]}.,:|`~\\]*",
    re.IGNORECASE,
)
_LONG_USER = 20
"""Characters of a user before a host; that long, it is a token."""
_ENTITY = re.compile(r"(&(?:[a-z]+|#\w+));", re.IGNORECASE)


def holds_secret(path: str) -> bool:
    """Tell whether a path holds what is surely a secret: a ``?`` or ``;`` was lost before it."""
    return any(pattern.search(path) for pattern in (_SIGNATURE, _KEY, _SUFFIX))


def without_locations(text: str) -> str:
    """Return a text with asterisks for the secrets of the addresses in it."""
    return _URI.sub(lambda found: _masked_uri(found.group()), text)


def _masked_uri(uri: str) -> str:
    # The semicolon of &amp; and the like separates nothing.
    head, *parts = _ENTITY.sub("\\1\x00", uri).split(";")
    location, mark, query = head.partition("?")
    scheme, slashes, rest = location.partition("://")
    user, at, after = rest.rpartition("@")
    if ":" in user or (len(user) > _LONG_USER and "/" not in user):
        rest = f"{MASK}{at}{after}"
    signed = _SIGNED.search(query.replace("\x00", ";"))
    shown = scheme + slashes + rest + mark + (MASK if signed else without_locations(query))
    return ";".join([shown, *map(_masked_part, parts)]).replace("\x00", ";")


def _masked_part(part: str) -> str:
    if _HARMLESS.fullmatch(part):
        return part
    name, equals, value = part.partition("=")
    if equals and not value and name.isalpha():
        return part  # a quote ends the address here, and the value begins behind it
    return f"{name}={MASK}" if equals and value.strip("=") and name.isalpha() else MASK
