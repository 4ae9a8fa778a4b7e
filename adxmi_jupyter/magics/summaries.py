"""The summary of a noun, read from its source: help and completion list many, and import none.

Importing all nouns would take longer than all else that ``adxmi --help`` does.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

_DECLARATION = (
    r"^(?:def|class) {name}\((?:[^()]|\(\))*\)(?: -> [^:\n]+)?:(?: +#[^\n]*)?\s+"
    r'"""(?P<summary>.+?)(?:"""|$)'
)


def summary_of(module: str, name: str) -> str:
    """Return the first line of the docstring of a function or class, ignoring its case.

    It is empty where there is no source.
    """
    spec = find_spec(module)
    get_source = getattr(spec.loader, "get_source", None) if spec else None
    source = (get_source(module) if get_source else None) or ""
    pattern = _DECLARATION.format(name=re.escape(name))
    match = re.search(pattern, source, re.MULTILINE | re.IGNORECASE)
    return match["summary"].rstrip(".") if match else ""
