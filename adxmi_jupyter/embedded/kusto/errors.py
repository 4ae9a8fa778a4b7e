"""Errors of the Kusto API as data: HTTP status, code, exception type and message.

Types and statuses follow the documentation pages "Kusto.Data exceptions" and "REST response";
the wording of messages is this server's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_DATA = "Kusto.Data.Exceptions."


@dataclass(eq=False)
class KustoError(Exception):
    """A request that the service rejects."""

    status: int
    code: str
    summary: str
    type: str
    message: str
    permanent: bool = True
    inner_code: str = ""

    def __str__(self) -> str:
        return self.message

    def body(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return the OneApi error body; `context` identifies the request."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.summary,
            "@type": self.type,
            "@message": self.message,
            "@context": context,
            "@permanent": self.permanent,
        }
        if self.inner_code:
            error["innererror"] = {
                **error,
                "code": self.inner_code,
                "message": "A semantic error occurred.",
                "@errorCode": self.inner_code,
                "@errorMessage": self.message,
            }
        return {"error": error}


class PartialFailureError(KustoError):
    """A query that fails after its answer has begun."""


class CancelledError(KustoError):
    """A request that ended because somebody wanted it to."""


def cancelled(message: str) -> CancelledError:
    """Return the error of a query that was cancelled, or whose client has left."""
    return CancelledError(
        400,
        "General_BadRequest",
        "Request is invalid and cannot be executed.",
        f"{_DATA}KustoBadRequestException",
        message,
    )


def bad_request(message: str) -> KustoError:
    """Return the error of a well-formed request that asks for something impossible."""
    return KustoError(
        400,
        "General_BadRequest",
        "Request is invalid and cannot be executed.",
        f"{_DATA}KustoBadRequestException",
        message,
    )


def syntax_error(detail: str, line: int, column: int) -> KustoError:
    """Return the error of a text that is no command the grammar knows."""
    return KustoError(
        400,
        "BadRequest_SyntaxError",
        "Request is invalid and cannot be executed.",
        f"{_DATA}SyntaxException",
        f"Syntax error at line {line}, column {column}: {detail}",
    )


def not_supported(name: str) -> KustoError:
    """Return the error of a command that Kusto knows and this server does not run."""
    return bad_request(
        f"The command {name} is not supported by the embedded Azure, or not in this form."
    )


def semantic_error(detail: str) -> KustoError:
    """Return the error of a query that parses but means nothing here."""
    return KustoError(
        400,
        "General_BadRequest",
        "Request is invalid and cannot be executed.",
        f"{_DATA}SemanticException",
        f"Semantic error: {detail}",
        inner_code="SEM0100",
    )


def database_not_found(name: str) -> KustoError:
    """Return the error for a database that does not exist."""
    return KustoError(
        400,
        "BadRequest_DatabaseNotExist",
        "Request is invalid and cannot be executed.",
        f"{_DATA}DatabaseNotFoundException",
        f"Database '{name}' could not be found.",
    )


def entity_not_found(kind: str, name: str, database: str) -> KustoError:
    """Return the error for a table or another entity that the database does not have."""
    is_table = kind == "Table"
    return KustoError(
        400,
        "BadRequest_TableNotExist" if is_table else "General_BadRequest",
        "Request is invalid and cannot be executed.",
        f"{_DATA}{'TableNotFound' if is_table else 'EntityNotFoundInContainer'}Exception",
        f"There is no {kind} '{name}' in the database '{database}'.",
    )


def entity_exists(kind: str, name: str, database: str) -> KustoError:
    """Return the error of a request to create what the database has already."""
    return KustoError(
        400,
        "General_BadRequest",
        "Request is invalid and cannot be executed.",
        f"{_DATA}EntityAlreadyExistsException",
        f"There is a {kind} '{name}' in the database '{database}' already.",
    )


def update_policy_error(reason: str, message: str) -> KustoError:
    """Return the error of an update policy's query (page: Ingestion error codes)."""
    return KustoError(
        400,
        f"UpdatePolicy_{reason}",
        "Request is invalid and cannot be executed.",
        f"{_DATA}KustoBadRequestException",
        message,
    )


def unauthorized_operation(principal: str, operation: str, target: str) -> KustoError:
    """Return the error of a caller whose roles do not permit the operation."""
    return KustoError(
        403,
        "Forbidden",
        "Caller is not authorized to perform this action",
        "Kusto.Common.Svc.Exceptions.UnauthorizedOperationException",
        f"Principal '{principal}' is not authorized to perform operation "
        f"'{operation}' on '{target}'.",
    )


def limits_exceeded(message: str) -> PartialFailureError:
    """Return the error of a query whose result is cut (page: Query limits)."""
    return PartialFailureError(
        400,
        "LimitsExceeded",
        "Request is invalid and cannot be executed.",
        f"{_DATA}KustoServicePartialQueryFailureLimitsExceededException",
        f"Query execution has exceeded the allowed limits (80DA0003): {message}",
    )


def timed_out(message: str) -> KustoError:
    """Return the error of a query that ran for too long."""
    return KustoError(
        504,
        "RequestExecutionTimeout",
        "Request execution timed out.",
        f"{_DATA}KustoServiceTimeoutException",
        message,
        permanent=False,
    )


def throttled() -> KustoError:
    """Return the error of a request above the rate limit."""
    return KustoError(
        429,
        "TooManyRequests",
        "Request is denied due to throttling.",
        f"{_DATA}KustoRequestThrottledException",
        "The request was throttled. Capacity: 1, "
        "Origin: RequestRateLimitPolicy/WorkloadGroup/default",
        permanent=False,
    )


def unavailable() -> KustoError:
    """Return the answer of a service that cannot take requests for the moment."""
    return KustoError(
        503,
        "ServiceUnavailable",
        "The service is temporarily unavailable.",
        f"{_DATA}KustoServicePartialOutageException",
        "The service is temporarily unavailable. Try again later.",
        permanent=False,
    )
