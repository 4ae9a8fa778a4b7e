"""Errors of the Resource Manager API as data; codes and statuses are those of the service.

The wording of messages is this server's own: match on status and code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(eq=False)
class ArmError(Exception):
    """A request that Resource Manager or a resource provider rejects."""

    status: int
    code: str
    message: str
    details: tuple[dict[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the error body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def bad_request(message: str, code: str = "BadRequest") -> ArmError:
    """Return the error of a request that asks for something impossible."""
    return ArmError(400, code, message)


def unauthenticated(code: str, message: str) -> ArmError:
    """Return the error of a request without a usable token."""
    challenge = f'Bearer authorization_uri="https://login.example", error="{code}"'
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def authorization_failed(who: str, action: str, scope: str) -> ArmError:
    """Return the error of a caller whose Azure roles lack an action."""
    return ArmError(
        403,
        "AuthorizationFailed",
        f"{who} lacks the permission for action '{action}' over scope '{scope}', "
        "or the scope is invalid.",
    )


def linked_authorization_failed(who: str, action: str, scope: str, linked: str) -> ArmError:
    """Return the error of a caller who may write the resource, not use what it refers to."""
    return ArmError(
        403,
        "LinkedAuthorizationFailed",
        f"{who} may write '{scope}', but lacks the permission for action '{action}' "
        f"on the linked scope '{linked}', or that scope is invalid.",
    )


def subscription_not_found(subscription_id: str) -> ArmError:
    """Return the error for a subscription that does not exist."""
    return ArmError(
        404, "SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found."
    )


def group_not_found(name: str) -> ArmError:
    """Return the error for a resource group that does not exist."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def not_found(kind: str, name: str, group: str) -> ArmError:
    """Return the error of a top-level resource, which Resource Manager itself misses."""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found.",
        headers={"x-ms-failure-cause": "gateway"},
    )


def child_not_found(resource_id: str) -> ArmError:
    """Return the error of a child resource, which its provider misses."""
    return ArmError(
        404, "ResourceNotFound", f"The resource with identifier '{resource_id}' is not found."
    )


def conflict(code: str, message: str) -> ArmError:
    """Return the error of a write that collides with something."""
    return ArmError(409, code, message)


def precondition_failed(resource_id: str) -> ArmError:
    """Return the error of a write whose If-Match is not the present etag."""
    return ArmError(
        412, "PreconditionFailed", f"'{resource_id}' has changed: If-Match is not its etag."
    )


def throttled(retry_after: float) -> ArmError:
    """Return the error of a request above the rate limit."""
    return ArmError(
        429,
        "TooManyRequests",
        "Too many requests for this subscription; try again later.",
        headers={"Retry-After": f"{retry_after:g}", "x-ms-failure-cause": "gateway"},
    )


def unavailable() -> ArmError:
    """Return the answer of a service that cannot take requests for the moment."""
    return ArmError(503, "ServiceUnavailable", "The service is temporarily unavailable.")
