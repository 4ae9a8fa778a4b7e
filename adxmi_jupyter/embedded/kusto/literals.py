"""Texts written as literals of commands."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """Return a text as a literal in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def single_quoted(text: str) -> str:
    """Return a text as a literal in single quotes."""
    inner = quoted(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def hidden(text: str) -> str:
    """Return a text as a verbatim literal that logs do not show: `h@"…"`."""
    doubled = text.replace('"', '""')
    return f'h@"{doubled}"'
