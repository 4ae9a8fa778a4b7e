"""Log Analytics: logs that Azure keeps in a workspace, by the SDK's client.

The pipeline is that of Azure Resource Manager: no redirects, one host, within limits. A token is
requested for the host of the cluster's cloud only.

Source: *Azure Monitor Query Logs client library for Python*; *Azure Monitor Log Analytics API
errors*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adxmi_jupyter import errors
from adxmi_jupyter.errors import AdxmiError, MissingPackage, ServiceDetails
from adxmi_jupyter.fixes import ChangeOption, Configure, Explain, Option, Retry, Setting
from adxmi_jupyter.service.connection_causes import cause_of

if TYPE_CHECKING:
    from azure.monitor.query import LogsQueryClient

    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.limits import Limits

Rows = Sequence[Mapping[str, Any]]

NAME = "Log Analytics"
READER = "Log Analytics Reader on the workspace"
_UNKNOWN_NAME = "SEM0100"
_ATTEMPTS = 3


class LogAnalytics:
    """What a principal can read in workspaces; the client is made when it is first needed."""

    def __init__(self, make_client: Callable[[], LogsQueryClient]) -> None:
        self._make_client = make_client
        self._client: LogsQueryClient | None = None

    def rows(
        self, workspace_id: str, query: str, period: tuple[datetime, datetime] | None
    ) -> Rows | None:
        """Return the rows of a query; None where the workspace has no such table or column.

        Moments are texts as Kusto writes them. No period means as long as the workspace keeps it.

        Raises
        ------
        MissingPackage
            The SDK's client is not installed.
        NotAuthorized, ResourceNotFound
            The caller may not read the workspace, or there is none.
        UnreadableAnswer
            The result is cut, or it is none.
        ServiceRefusal, ConnectionFailure, CredentialFailure
            The service refused, was not reached, or there is no token for it.

        """
        require_client()
        from azure.core.exceptions import AzureError

        if self._client is None:
            self._client = self._make_client()
        try:
            answer = self._client.query_workspace(
                workspace_id, query, timespan=period, retry_on_methods=frozenset({"POST"})
            )
        except (AzureError, AdxmiError, ValueError, KeyError, TypeError) as failure:
            error = _typed(failure)
            if error is None:
                return None
            raise error from failure
        if getattr(answer, "partial_error", None) is not None:
            raise _unreadable("it is cut: the service returned a part of the rows")
        return _rows(answer)

    def close(self) -> None:
        """Close the client; the next request opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None


def require_client() -> None:
    """Make sure that the SDK's client is installed.

    Raises
    ------
    MissingPackage
        It is not.

    """
    try:
        import azure.monitor.query  # noqa: F401
    except ImportError as missing:
        raise MissingPackage(
            "the client of Log Analytics is not installed",
            why="azure-monitor-query is needed only where logs of a workspace are read",
            fix='%pip install "adxmi_jupyter[logs]"',
        ) from missing


def log_client(uri: str, signing: Any, limits: Limits, in_flight: InFlight) -> LogsQueryClient:
    """Make the SDK's client for the query API at a host."""
    require_client()
    from azure.core.pipeline.policies import (
        ContentDecodePolicy,
        HeadersPolicy,
        RequestIdPolicy,
        UserAgentPolicy,
    )
    from azure.monitor.query import LogsQueryClient

    from adxmi_jupyter.service.management_client import (
        BoundedPolicy,
        BoundedTransport,
        CautiousRetryPolicy,
        LoopbackPolicy,
        NoCredential,
    )
    from adxmi_jupyter.service.transport import guarded_session
    from adxmi_jupyter.service.trust import endpoint_of

    endpoint = endpoint_of(uri, NAME)
    is_loopback = isinstance(signing, LoopbackPolicy)
    session = guarded_session(endpoint, limits, in_flight, loopback=is_loopback)
    return LogsQueryClient(
        NoCredential(),
        endpoint=uri,
        policies=[
            RequestIdPolicy(),
            HeadersPolicy(),
            UserAgentPolicy(sdk_moniker="monitor-query"),
            ContentDecodePolicy(),
            BoundedPolicy(endpoint, limits.seconds),
            CautiousRetryPolicy(retry_total=1 if is_loopback else _ATTEMPTS),
            signing,
        ],
        transport=BoundedTransport(session=session),
    )


def _rows(answer: Any) -> Rows:
    tables = list(getattr(answer, "tables", None) or ())
    if len(tables) != 1:
        raise _unreadable(f"it has {len(tables)} tables")
    (table,) = tables
    return [
        {name: _cell(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def _cell(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def _typed(failure: Exception) -> AdxmiError | None:
    """Return the typed error for what the SDK raised; None for a table that does not exist."""
    from azure.core import exceptions as azure

    if isinstance(failure, AdxmiError):
        return failure
    if isinstance(failure, azure.HttpResponseError) and failure.response is not None:
        return _refusal(failure)
    if isinstance(failure, azure.ClientAuthenticationError):
        return errors.CredentialFailure(
            f"no token could be had for {NAME}",
            why=failure.message,
            fix=Explain.of("az login, or ", Configure(Setting.CREDENTIAL, "NAME")),
        )
    if isinstance(failure, azure.ServiceResponseError):
        return errors.ConnectionDropped(
            f"the connection to {NAME} broke", why=cause_of(failure), fix=Retry()
        )
    if isinstance(failure, azure.ServiceRequestError):
        return errors.ClusterUnreachable(
            f"{NAME} cannot be reached",
            why=cause_of(failure),
            fix=Explain.of("check the network; audit without ", Option("--workspace"), " works"),
        )
    return _unreadable(f"{type(failure).__name__} while reading it")


def _refusal(failure: Any) -> AdxmiError | None:
    status, codes = failure.response.status_code, _codes(failure.response)
    if status == HTTPStatus.BAD_REQUEST and codes and codes[-1] == _UNKNOWN_NAME:
        return None
    if not codes and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unreadable(f"HTTP {status} without an error of Azure")
    code = codes[0] if codes else ""
    error = _by_status(status, code or f"HTTP {status}")
    error.service = ServiceDetails(
        status=status,
        code=code,
        activity_id=failure.response.headers.get("x-ms-correlation-request-id", ""),
    )
    return error


def _codes(response: Any) -> list[str]:
    """Return the codes of an error and of those inside of it, the outermost first."""
    from adxmi_jupyter.service.failures import decoded

    body, codes = decoded(response), []
    error = body.get("error") if isinstance(body, dict) else None
    while isinstance(error, dict) and isinstance(error.get("code"), str):
        codes.append(error["code"])
        error = error.get("innererror")
    return codes


def _by_status(status: int, why: str) -> AdxmiError:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return errors.NotAuthenticated(
                f"{NAME} did not accept the credential",
                why=why,
                fix=Explain.of("az login, or ", Configure(Setting.CREDENTIAL, "NAME")),
            )
        case HTTPStatus.FORBIDDEN:
            return errors.NotAuthorized(
                f"{NAME} did not authorize this", why=why, fix=f"ask for {READER}"
            )
        case HTTPStatus.NOT_FOUND:
            return errors.ResourceNotFound(
                "there is no such workspace",
                why=why,
                fix=ChangeOption("--workspace", "WORKSPACE-ID"),
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return errors.Throttled(
                f"{NAME} is throttling requests",
                why=why,
                fix=Explain.of("wait a little and ", Retry()),
            )
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return errors.ServiceUnavailable(
                f"{NAME} isn't available at the moment",
                why=why,
                fix=Explain.of("wait a little and ", Retry()),
            )
        case _:
            return errors.CommandRefused(
                f"{NAME} rejected the query", why=why, fix=Explain.of(Retry())
            )


def _unreadable(why: str) -> AdxmiError:
    return errors.UnreadableAnswer(
        f"the answer of {NAME} could not be read",
        why=why,
        fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
    )
