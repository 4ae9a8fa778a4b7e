"""Rules for the names in connection strings, and how to speak of them in errors.

What stands where a name should may be a secret that slipped: only what looks like a name is
repeated.
"""

from __future__ import annotations

import re

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.fixes import ChangeOption, Explain
from adxmi_jupyter.masking import holds_secret

_HARMLESS = re.compile(r"[$\w][\w.\- ]{0,63}")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_PATHS = {";": "%3B", "?": "%3F", "#": "%23", "\\": "/"}


def shown(name: str, otherwise: str, *, quotes: bool = True) -> str:
    """Return a name for an error text, or other words where it does not look like a name."""
    if not _HARMLESS.fullmatch(name):
        return otherwise
    return repr(name) if quotes else name


def host_of_account(account: str, suffix: str) -> str:
    """Return the host of an account that is given by its name, its host or its address."""
    bare = account.strip().lower()
    if bare.startswith("https://"):
        bare = bare.removeprefix("https://").partition("/")[0]
    bare = bare.removesuffix("/").removesuffix(":443")
    return bare if "." in bare else f"{bare}.{suffix}"


def check_host(host: str) -> None:
    """Refuse what is no fully qualified host name in lower case.

    Raises
    ------
    InvalidConnectionString
        It is one label, an IP address, or has other characters.

    """
    if _HOST.fullmatch(host):
        return
    raise InvalidConnectionString(
        f"{shown(host, 'the host')} isn't a fully qualified host name",
        why="a host is named by labels with dots between, such as erp01.database.windows.net",
        fix="copy the host name from the page of the resource in the portal",
    )


def check_path(path: str) -> None:
    """Refuse a path that would be read as something else in a connection string.

    Raises
    ------
    InvalidConnectionString
        It holds one of ``; ? #`` or a backslash, or has a blank at an end, which must be written
        another way; or it holds a secret.

    """
    if holds_secret(path):
        raise InvalidConnectionString(
            "the path holds a key, a signature or a token",
            why="the ? or ; that separates it from the path is missing, so it would be shown",
            fix=Explain.of(
                "put the ? or ; back before it; or use a managed identity: ",
                ChangeOption("--identity", "IDENTITY"),
            ),
        )
    if path != path.strip():
        raise InvalidConnectionString(
            "the path begins or ends with a blank",
            why="blanks at its ends are not read, so the name would lose them",
            fix="write %20 in its place",
        )
    found = next((character for character in path if character in _IN_PATHS), "")
    if found:
        raise InvalidConnectionString(
            f"the path holds the character {found}",
            why=f"it would not be read as a part of the path: {_MEANINGS[found]}",
            fix=f"write {_IN_PATHS[found]} in its place",
        )


_MEANINGS = {
    ";": "the authentication follows it",
    "?": "a shared access signature follows it",
    "#": "what follows it is never sent",
    "\\": "folders are separated by /",
}


def check_characters(text: str) -> None:
    """Refuse characters that are invisible and that no connection string needs.

    Raises
    ------
    InvalidConnectionString
        The text holds a line break or another control character, or has blanks around it.

    """
    if _CONTROL.search(text):
        raise InvalidConnectionString(
            "the connection string holds a control character",
            why="it is one line of visible characters",
            fix="write it on one line",
        )
    if text != text.strip():
        raise InvalidConnectionString(
            "the connection string begins or ends with a blank",
            why="blanks around it are not read, so what is at its ends would lose them",
            fix="write %20 for a blank that belongs to a name",
        )
