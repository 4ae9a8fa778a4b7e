"""Errors of the query API as data (page: Azure Monitor Log Analytics API errors).

The wording of messages is this server's own: match on status and code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer

_LIMITS = "-2133196797"


@dataclass(eq=False)
class MonitorError(Exception):
    """A request that the API rejects; `inner` are further errors, the innermost last."""

    status: int
    code: str
    message: str
    inner: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the body of the error."""
        error: dict[str, Any] = {}
        for code, message in reversed(((self.code, self.message), *self.inner)):
            error = {"code": code, "message": message} | ({"innererror": error} if error else {})
        return {"error": error}

    def answer(self) -> Answer:
        """Return it as an answer."""
        return json_answer(self.body(), self.status, **self.headers)


def bad_argument(*inner: tuple[str, str]) -> MonitorError:
    """Return the error of a request with something that is none."""
    return MonitorError(400, "BadArgumentError", "The request had some invalid properties", inner)


def syntax_error(message: str) -> MonitorError:
    """Return the error of a text that is no query."""
    return bad_argument(("SyntaxError", "A syntax error occurred."), ("SYN0002", message))


def semantic_error(message: str) -> MonitorError:
    """Return the error of a query that means nothing here, such as a table that is not there."""
    return bad_argument(("SemanticError", "A semantic error occurred."), ("SEM0100", message))


def not_signed_in() -> MonitorError:
    """Return the error of a request without a token."""
    return MonitorError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        headers={"WWW-Authenticate": 'Bearer authorization_uri="https://login.example"'},
    )


def unknown_token() -> MonitorError:
    """Return the error of a token that is none."""
    return MonitorError(403, "InvalidAuthenticationToken", "The access token is invalid.")


def no_access() -> MonitorError:
    """Return the error of a caller without a role on the workspace."""
    return MonitorError(
        403,
        "InsufficientAccessError",
        "The provided credentials have insufficient access to perform the requested operation",
    )


def no_workspace(workspace_id: str) -> MonitorError:
    """Return the error of a workspace that does not exist."""
    return MonitorError(
        404, "WorkspaceNotFoundError", f"There is no workspace with the ID '{workspace_id}'."
    )


def throttled(retry_after: float) -> MonitorError:
    """Return the error of a caller who asks too often."""
    return MonitorError(
        429,
        "ThrottledError",
        "The rate of requests exceeds the limit. Try again later.",
        headers={"Retry_After": f"{retry_after:g}"},
    )


def unavailable() -> MonitorError:
    """Return the error of a service that is out of order."""
    return MonitorError(503, "ServiceUnavailable", "The service is not available at the moment.")


def timed_out(message: str) -> MonitorError:
    """Return the error of a query that ran for too long."""
    return MonitorError(
        504, "GatewayTimeout", "The query ran for too long.", (("Timeout", message),)
    )


def partial_error(message: str) -> dict[str, Any]:
    """Return what stands beside the rows of a result that is cut."""
    cut = {"code": _LIMITS, "message": message, "severity": 2, "severityName": "Error"}
    engine = {
        "code": "EngineError",
        "message": "Something went wrong processing your query on the server.",
        "innererror": cut,
    }
    return {
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [engine],
    }
