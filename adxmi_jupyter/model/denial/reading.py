"""Read the text of a refusal, whatever people paste: what it means, and what it names.

A body as JSON, a stack, a row of a table, a line of a log, or the three lines of this tool's own
errors: all are searched for codes, exception types and statuses, never for wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import UnknownRefusal
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.masking import masked
from adxmi_jupyter.model.connection_string.secret import Secret
from adxmi_jupyter.model.denial.codes import (
    BY_OTHER,
    NAMED_ONLY,
    known_codes,
    meaning_of,
    meaning_of_status,
    rank_of,
)
from adxmi_jupyter.model.denial.concern import Concern
from adxmi_jupyter.model.denial.inner import (
    endpoint_meaning,
    impersonates,
    inner_meaning,
    usages_run,
)
from adxmi_jupyter.model.denial.names import names_in

if TYPE_CHECKING:
    from adxmi_jupyter.model.denial.concern import Meaning
    from adxmi_jupyter.model.denial.names import Names
    from adxmi_jupyter.model.usage import Usage

_LONGEST = 100_000
"""Characters that are read: the end of a log tells what happened last."""

_NO_NAME = re.compile(r"[^\s'\"<>;,]{1000,}")
"""Longer than any code or name; what follows would take long to look for names in."""

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_HUMPS = re.compile(r"_|[a-z][A-Z][a-z]|[A-Z]\d")
_BEFORE = re.compile(
    r"(?:(?:code|error|status|state|reason|kind|result|type)[\"'\\]*\s*[:=]\s*[\"'\\]*"
    r"|(?:^|\n)[\s>]*(?:why:\s*)?|[(\[\t|]\s*|,|<(?:\w+:)?(?:code|errorcode)>\s*)\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\"'\\)\]:,|\t\n<]|\s{2}|\s*\Z")
_STATUS = re.compile(
    r"(?:\bHTTP(?:/[\d.]+)?|\bstatus(?:[_ -]?code)?|\bResponse)[\"'\\]*[\s:=\[(]*"
    r"(?P<status>[1-5]\d\d)\b|\((?P<alone>[45]\d\d)\)"
    r"|\b(?P<error>[45]\d\d) (?:Client|Server) Error"
    r"|(?:Error|Exception): (?P<first>[45]\d\d)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"['\"](\w+)['\"]")
_ESCAPED = re.compile(r"\\u00(?P<hex>[2-7][0-9a-fA-F])")
_LINE_ENDS = re.compile(r"(?:\\[rnt])+")
# The last line of this tool's own errors: what it proposed, which the service didn't deny.
_OWN_FIX = re.compile(r"(?<=\n)[ \t>]{0,20}fix: [^\n]{0,2000}?adxmi [^\n]{0,5000}")
# What a command asked for: options of this tool, and the body of a policy.
_WANTED = re.compile(
    r"--(?:identity|usage)(?:\s{1,3}|=)(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|[^\s\"']{1,300})"
    r"|\[\s{0,9}\{[^\[\]{}]{0,300}\bObjectId\b[^\[\]]{0,5000}\]",
    re.IGNORECASE,
)
_HOST_ADDRESS = re.compile(r"\b169\.254\.169\.254\b|/metadata/identity/oauth2/token")
_PRINCIPALS = re.compile(r"/principalAssignments?\b|\bprincipal assignment\b", re.IGNORECASE)
_STRICT = ("invalid_request", "BadRequest", "Throttled", "NotAuthorized", "AccessDenied")
_AUTHENTICATION = "AuthenticationFailed"
_XML_CODE = re.compile(rf"<Code>\s*{_AUTHENTICATION}\s*</Code>", re.IGNORECASE)
_HOST = "ManagedIdentityCredential"
_PRINCIPAL_NOT_FOUND = "PrincipalNotFound"


@dataclass(frozen=True)
class Denial:
    """What a text says: its codes, those that tell most first, and what it names.

    The text itself is kept to look for further names, and shown nowhere.
    """

    meaning: Meaning
    codes: tuple[str, ...]
    status: int | None
    names: Names
    text: Secret

    @property
    def code(self) -> str:
        """The code that tells most, or the status; empty where there is neither."""
        return self.codes[0] if self.codes else f"HTTP {self.status}" if self.status else ""

    @property
    def usages(self) -> tuple[Usage, ...]:
        """The usages that it names; else those that the commands and operations in it need."""
        return self.names.usages or tuple(usages_run(self.text.reveal()))

    @property
    def impersonates(self) -> bool:
        """Whether whoever sends the request reaches the target, and no managed identity does."""
        return not self.names.identities and impersonates(self.text.reveal())

    def without_wishes(self) -> Denial:
        """Return it without what a command in its text asked for, which wasn't denied."""
        plain = _WANTED.sub(" ", self.text.reveal())
        if plain == self.text.reveal():
            return self
        return replace(self, names=names_in(plain), text=Secret(plain))

    def mentions(self, name: str, *, is_quoted: bool = False) -> bool:
        """Tell whether a name stands in the text as a whole, in quotes if `is_quoted`."""
        if len(name) < 2:  # noqa: PLR2004 - a letter alone is no name
            return False
        own = re.escape(name)
        marks = rf"(?:--[a-z-]+[ =]|[\"'\[`])\"?{own}(?=[\"'\]`\s]|\Z)"
        pattern = marks if is_quoted else rf"(?<![\w.-]){own}(?![\w-]|\.\w)"
        return re.search(pattern, self.text.reveal(), re.IGNORECASE) is not None

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a pattern is found anywhere in the text."""
        return pattern.search(self.text.reveal()) is not None

    def mentioned(self, names: Iterable[str], *, is_quoted: bool = False) -> tuple[str, ...]:
        """Return those of some names that stand in the text."""
        return tuple(name for name in names if self.mentions(name, is_quoted=is_quoted))

    def names_operation(self, *parts: str) -> bool:
        """Tell whether a word in quotes, as names of operations are, has all these parts."""
        words = _QUOTED.findall(self.text.reveal())
        return any(all(part in word for part in parts) for word in words)


def read(text: str) -> Denial:
    """Read the text of a refusal.

    Raises
    ------
    UnknownRefusal
        It holds no code, exception type or status that is known, and names nothing that an
        identity is needed for.

    """
    last = _OWN_FIX.sub("", _unescaped(text[-_LONGEST:]))
    shown = "\n".join(masked(line, _LONGEST) for line in last.splitlines())
    codes = _codes(last, shown)
    statuses = [int(next(filter(None, one.groups()))) for one in _STATUS.finditer(last)]
    status = next((one for one in statuses if meaning_of_status(one)), None)
    names = names_in(shown)
    meaning = _meaning(shown, codes, status, names)
    if meaning is None:
        raise _unknown(last)
    return Denial(meaning, codes, status, names, Secret(shown))


def _unescaped(text: str) -> str:
    """Return a text with what JSON and stacks escape as the characters that are meant."""
    plain = _ESCAPED.sub(lambda found: chr(int(found["hex"], 16)), text)
    return _NO_NAME.sub("", _LINE_ENDS.sub("\n", plain).replace("\\/", "/"))


def _meaning(text: str, codes: tuple[str, ...], status: int | None, names: Names) -> Meaning | None:
    found = meaning_of(codes[0]) if codes else None
    return (
        endpoint_meaning(text, found)
        or _of_storage(text, codes)
        or inner_meaning(text, found)
        or _by_code(found, status, names)
    )


def _of_storage(text: str, codes: tuple[str, ...]) -> Meaning | None:
    """Return what a code means that Azure Storage and Azure Resource Manager both have."""
    is_of_storage = codes[:1] == (_AUTHENTICATION,) and _XML_CODE.search(text)
    return BY_OTHER if is_of_storage else None


def _by_code(found: Meaning | None, status: int | None, names: Names) -> Meaning | None:
    by_status = meaning_of_status(status) if status else None
    if found is None:
        return by_status or (NAMED_ONLY if names else None)
    if found.concern is Concern.UNSPECIFIED and by_status is not None:
        # An SDK's exception says less than the status beside it.
        return found if by_status.concern is Concern.STATEMENT else by_status
    return found


def _codes(text: str, shown: str) -> tuple[str, ...]:
    """Return the codes of a text; those of which only the family is known, where none is secret."""
    known = set(known_codes())
    found = dict.fromkeys(one for one in _found_codes(text) if one in known)
    found |= dict.fromkeys(_found_codes(shown))
    return tuple(sorted(found, key=rank_of))


def _found_codes(text: str) -> Iterator[str]:
    for token in _TOKEN.finditer(text):
        word = token.group()
        if meaning_of(word) is None:
            continue
        if (_HUMPS.search(word) and word not in _STRICT) or _stands_as_code(text, token):
            yield word
    if _HOST_ADDRESS.search(text):
        yield _HOST
    if _PRINCIPALS.search(text):
        yield from (_PRINCIPAL_NOT_FOUND for _ in re.finditer("ResourceNotFound", text))


def _stands_as_code(text: str, token: re.Match[str]) -> bool:
    """Tell whether a word that may be a plain one stands where codes do."""
    before = text[max(token.start() - 40, 0) : token.start()]
    return bool(_BEFORE.search(before) and _AFTER.match(text, token.end()))


def _unknown(text: str) -> UnknownRefusal:
    what = "the text isn't a known error message" if text.strip() else "there is no text"
    return UnknownRefusal(
        what,
        why="error codes, exception types and HTTP statuses are understood, and what names an "
        "identity, a usage or a target; not sentences",
        fix=Command.of("check"),
    )
