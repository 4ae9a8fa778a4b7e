"""A question for a list of choices, and the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.model.declaration.listed import Source

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError

_LAST_ADDRESS = re.compile(r"[^\s,]*$")


@dataclass(frozen=True)
class Question:
    """What to list: `inside` which part of the value, in which database, beside which `given`.

    `given` are the values of the fields that the list depends on, in the order of their names.
    """

    source: Source
    database: str = ""
    given: tuple[str, ...] = ()
    inside: str = ""


@dataclass(frozen=True)
class Choice:
    """A value to choose; `goes_on` tells whether there is more to choose inside of it."""

    value: str
    label: str
    goes_on: bool = False


@dataclass(frozen=True)
class Choices:
    """What can be chosen, and the permission that shows all of it.

    `failure` is why there is nothing, if asking failed; `missing` names fields of which one has to
    be filled in first; `most` is the number of files after which the service stopped, if it did.
    """

    every: tuple[Choice, ...] = ()
    required: str = ""
    failure: AdxmiError | None = None
    missing: tuple[str, ...] = ()
    most: int = 0


def level(source: Source, text: str) -> tuple[str, str]:
    """Return what stands before the value to complete, and the part of it to look inside of.

    >>> level(Source.LOCATIONS, "https://a/b, https://contosolake.blob.core.windows.net/arch")
    ('https://a/b, ', 'https://contosolake.blob.core.windows.net/')
    """
    if source is Source.EVENT_HUBS:
        namespace, found, _ = text.partition("/eventhubs/")
        return "", namespace + found if found else ""
    if source is Source.MODELS:
        return "", _host(text)
    if source is Source.LOCATIONS:
        last = _LAST_ADDRESS.search(text)
        start = last.start() if last else len(text)
        address = text[start:]
        host = _host(address)
        return text[:start], f"{address.rpartition('/')[0]}/" if host else ""
    return "", ""


def _host(address: str) -> str:
    """Return the part of an address with its host, once that has come to its end."""
    scheme, found, rest = address.partition("://")
    host, ended, _ = rest.partition("/")
    return f"{scheme}://{host}/" if found and ended and host else ""
