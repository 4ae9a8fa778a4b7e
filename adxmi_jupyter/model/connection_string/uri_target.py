"""Targets that are URIs, and the suffixes that say how to sign in.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from abc import abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.fixes import ChangeOption, Explain
from adxmi_jupyter.masking import MASK
from adxmi_jupyter.model.connection_string.authentication import Method
from adxmi_jupyter.model.connection_string.names import shown
from adxmi_jupyter.model.connection_string.value import Target

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.secret import Show

BY_ENTRA = (Method.MANAGED_IDENTITY, Method.IMPERSONATION, Method.TOKEN)
ANY_CASE = (Method.NONE, Method.HIDDEN)


class Scheme(StrEnum):
    """The endpoint and the way to write it: ``https`` to one of two hosts, or ``abfss``."""

    BLOB = "blob"
    DFS = "dfs"
    ABFSS = "abfss"

    @property
    def endpoint(self) -> str:
        """The label of the host name: ``blob`` or ``dfs``."""
        return "blob" if self is Scheme.BLOB else "dfs"


class UriTarget(Target):
    """A target that is a URI, with the authentication after it."""

    @property
    @abstractmethod
    def uri(self) -> str:
        """The target without authentication."""

    @property
    def bare_key(self) -> bool:
        """Whether an account key stands without a word before it."""
        return False

    def text(self, authentication: Authentication, show: Show) -> str:
        """Write the URI, then a query that signs it, or a suffix."""
        return self.uri + _signed(authentication, show, bare_key=self.bare_key)

    def check(self, authentication: Authentication) -> None:
        """Refuse also a secret that would be read as something else."""
        super().check(authentication)
        text = authentication.secret.reveal()
        if ";" in text or text != text.strip():
            raise InvalidConnectionString(
                f"the {authentication.method} holds a semicolon or a blank at an end",
                why="neither occurs in one, so it was not copied whole or too much was",
                fix=Explain.of(
                    "copy it again, or use a managed identity: ",
                    ChangeOption("--identity", "IDENTITY"),
                ),
            )


def _signed(authentication: Authentication, show: Show, *, bare_key: bool) -> str:
    secret = show(authentication.secret)
    match authentication.method:
        case Method.NONE:
            return ""
        case Method.MANAGED_IDENTITY:
            return f";managed_identity={authentication.identity}"
        case Method.IMPERSONATION:
            return ";impersonate"
        case Method.SAS | Method.PRESIGNED_URL:
            return f"?{secret}"
        case Method.TOKEN:
            return f";token={secret}"
        case Method.AWS_KEYS:
            return f";AwsCredentials={secret}"
        case Method.ACCOUNT_KEY:
            return f";{secret}" if bare_key else f";sharedkey={secret}"
        case _:
            return f";{MASK}"


def azure_uri(scheme: Scheme, host: str, container: str, path: str) -> str:
    """Write the URI of a path in a container in one of the three forms."""
    if scheme is Scheme.ABFSS:
        return f"abfss://{container}@{host}/{path}"
    return f"https://{host}/{container}" + (f"/{path}" if path else "")


def invalid_name(
    what: str, name: str, rule: str, pattern: re.Pattern[str]
) -> InvalidConnectionString:
    """Return the error for a name Azure would refuse; a spelling that would do is offered."""
    better = re.sub(r"[\s_]", "", name.lower())
    is_offered = better != name and pattern.fullmatch(better) is not None
    return InvalidConnectionString(
        f"{shown(name, 'that')} cannot be the name of the {what}"
        if name
        else f"no {what} is named",
        why=f"the name has {rule}",
        fix=f"write {better}"
        if is_offered
        else f"copy the name of the {what} from its page in the portal",
    )
