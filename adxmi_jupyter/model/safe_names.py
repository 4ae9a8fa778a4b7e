"""Names of files for things that others have named: one each, on every system."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_OTHER = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 80
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def safe_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return a name of a file, without a suffix, for each of some names that are all different.

    What a directory or a system reads otherwise becomes a hyphen. A name that lost something by
    that, and two that differ in upper and lower case only, have a digest of the whole name.

    >>> safe_names(["contoso.westeurope", "../etc", "con"])
    ('contoso.westeurope', 'etc-f7f9121f', 'con-1143da2b')
    """
    lowered = [one.lower() for one in names]
    return tuple(
        one if _is_safe(one) and lowered.count(one.lower()) == 1 else _with_digest(one)
        for one in names
    )


def _is_safe(name: str) -> bool:
    is_plain = bool(name) and not _OTHER.search(name) and name == name.strip(".-")
    return is_plain and len(name) <= _LONGEST and not _DEVICES.fullmatch(name)


def _with_digest(name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    kept = _OTHER.sub("-", name).strip(".-")[:_LONGEST]
    return f"{kept}-{digest}" if kept else digest
