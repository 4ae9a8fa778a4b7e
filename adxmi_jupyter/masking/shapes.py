"""Secrets that are recognised wherever they stand: keys, tokens, headers, literals."""

from __future__ import annotations

import re

from adxmi_jupyter.masking.mask import MASK, QUOTE

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*+(?:(?<=PRIVATE KEY)|(?<=PGP MESSAGE)|(?<=KEY BLOCK))-----"
    r"(?:(?!-----END)(?!-----BEGIN).)*+(?:-----END[A-Z ]*+-----)?",
    re.DOTALL,
)
_SHAPES = (
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{86}==|[A-Za-z0-9+/_-]{43}=)(?!=)",
    # A JSON Web Token, signed or encrypted; it may be cut, or broken into lines.
    r"\beyJ[\w-]{8,}+(?:\s*+\.\s*+[\w-]{4,}+){1,4}|\beyJ[\w-]{24,}+",
    r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{8,}+",  # a client secret of Microsoft Entra
    r"\bgh[pousr]_\w{20,}+|\bgithub_pat_\w{20,}+|\bglpat-[\w-]{16,}+",
    r"\bxox[abeprs]-[\w-]{10,}+|\bdapi[0-9a-f]{32}\b|\bAIza[\w-]{35}",
    r"\bsk-[\w-]{20,}+|\b[sr]k_(?:live|test)_\w{10,}+|\bnpm_\w{30,}+|\bpypi-\w[\w-]{30,}+",
    r"\b[a-z2-7]{52}\b|\b\w{75}AZDO\w{4}\b",  # a personal access token of Azure DevOps
    r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}+(?:[,;:/\s]++[A-Za-z0-9+/]{24,}+)?",
)
_BARE = re.compile(rf"(?=[\w.~+/-]{{11}})(?:{'|'.join(_SHAPES)})")
"""All of them begin with so many of these characters: short words need no closer look."""
_SCHEMES = (
    r"(?:bearer|basic|digest|negotiate|ntlm|sharedkeylite|sharedkey|sharedaccesssignature"
    r"|api-?key|token|aws4-hmac-sha256)\s++"
)
_HEADER = re.compile(
    rf"(?P<name>\b(?:authorization|(?:set-)?cookie)"
    rf"(?:{QUOTE}\s*+,|(?:{QUOTE})?\s*+[:=])\s*+)"
    rf"(?:(?P<quote>{QUOTE})(?:(?!(?<!\\)(?P=quote)).)++|(?:{_SCHEMES})?[^\n<]++)",
    re.IGNORECASE,
)
_DIGEST = re.compile(r"\b(?P<name>digest\s++)(?=\w++=)[^\n<]++", re.IGNORECASE)
_ENCODED = re.compile(
    r"\b(?P<name>(?:basic|negotiate|ntlm)\s++)(?P<value>[A-Za-z0-9+/]{8,}+={0,2}+)(?![\w.(-])",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"\b(?P<name>(?:bearer|sharedkeylite|sharedkey|sharedaccesssignature|api-?key)\s++)"
    r"(?P<value>[^\s\"'<>,;\\]{6,}+)",
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"[A-Za-z]?[a-z]*+(?:[-_/][a-z]++)*+[.:!?)\]]*+|[a-z_]++=(?:[^=].*)?")
_LITERAL = re.compile(
    r"(?<![\w%\\])[hH](?:"
    r"@\"(?P<a>(?:[^\"]|\"\")*+)|@'(?P<b>(?:[^']|'')*+)"
    r"|\"(?P<c>(?:[^\"\\]|\\.)*+)|'(?P<d>(?:[^'\\]|\\.)*+)"
    r"|```(?P<e>(?:(?!```).)*+)|~~~(?P<f>(?:(?!~~~).)*+)"
    r"|@?(?P<mark>\\++[\"'])(?P<g>(?:(?!(?<!\\)(?P=mark)).)*+))",
    re.DOTALL,
)
_TAIL = re.compile(r"(\*{7}\\*+[\"'])\w[^\s\"'<]*+")
"""What stands directly behind a literal: its quote was part of it, escaped in a way of its own."""
_SHOWN_LITERAL = re.compile(
    r"\s*|[\[{].*|\**|…|\.{3}|\{\{\w+\}\}|.*://.*"
    r"|(?:server|data source|accountendpoint|host|endpoint|defaultendpointsprotocol)\s*=.*",
    re.DOTALL | re.IGNORECASE,
)


def without_shapes(text: str) -> str:
    """Return a text with asterisks for what is a secret wherever it stands."""
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _TAIL.sub(rf"\1{MASK}", _LITERAL.sub(_literal, text))
    for pattern in (_ENCODED, _SCHEME):
        text = pattern.sub(_credential, text)
    text = _HEADER.sub(lambda found: f"{found['name']}{found['quote'] or ''}{MASK}", text)
    text = _DIGEST.sub(rf"\g<name>{MASK}", text)
    return _BARE.sub(MASK, text)


def is_ordinary(word: str) -> bool:
    """Tell whether a word may stand in a sentence, or is a parameter of a challenge."""
    return _ORDINARY.fullmatch(word) is not None


def _credential(found: re.Match[str]) -> str:
    return found.group() if is_ordinary(found["value"]) else f"{found['name']}{MASK}"


def _literal(found: re.Match[str]) -> str:
    """Mask an obfuscated literal, unless it is a policy or a location, which are looked at next."""
    value = next((found[name] for name in "abcdefg" if found[name]), "")
    if _SHOWN_LITERAL.fullmatch(value):
        return found.group()
    return found.group().removesuffix(value) + MASK
