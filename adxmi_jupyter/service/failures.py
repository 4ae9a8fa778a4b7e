"""What the Azure SDKs raise, as typed errors.

The SDK is already loaded when something of it fails, so its classes are imported here only then.
Nothing is decided by a message's wording: status, code, ``@type`` and ``@permanent`` only.

Source: *Error codes in client libraries*, *Query/management HTTP response* (Azure Data Explorer
docs).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adxmi_jupyter import errors
from adxmi_jupyter.errors import AdxmiError, ServiceDetails
from adxmi_jupyter.fixes import ChangeOption, Configure, DryRun, Explain, Retry, Setting
from adxmi_jupyter.service.connection_causes import cause_of

if TYPE_CHECKING:
    from azure.kusto.data.exceptions import KustoNetworkError
    from requests import Response


# Asked without a header that the SDK sends, the service says so in a text instead of JSON.
_CODED = re.compile(r"[A-Z][A-Za-z]*_[A-Z][A-Za-z]*: ")


def typed(failure: Exception, cluster: str) -> AdxmiError:
    """Return the typed error for what a request to a cluster raised."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.kusto.data import exceptions as kusto

    inner = _typed_already(failure)
    if inner is not None:
        return inner
    if isinstance(failure, kusto.KustoThrottlingError):
        return _throttled(failure)
    if isinstance(failure, kusto.KustoNetworkError):
        return _network(failure, cluster)
    if isinstance(failure, kusto.KustoServiceError):
        return _service(failure, cluster)
    if isinstance(failure, kusto.KustoAuthenticationError):
        return _no_token(failure.exception)
    if isinstance(failure, ClientAuthenticationError):
        return _no_token(failure)
    return _unreadable(f"{type(failure).__name__} while reading it")


def _typed_already(failure: BaseException) -> AdxmiError | None:
    """Return the typed error that the transport or a credential raised below the SDK."""
    within = (failure, failure.__cause__, getattr(failure, "exception", None))
    return next((one for one in within if isinstance(one, AdxmiError)), None)


def retry_after(failure: AdxmiError) -> float | None:
    """Return the seconds the service asked to wait, if it did."""
    payload = failure.service.payload
    return payload.get("retry_after") if isinstance(payload, dict) else None


def _throttled(failure: Exception) -> AdxmiError:
    response = failure.args[1] if len(failure.args) > 1 else None
    body = _json(response)
    if not body and (response is None or "Retry-After" not in response.headers):
        # A gateway may say so about a request that the service carried out.
        return _with_details(_unreadable(_content(response)), body, response)
    error = errors.Throttled(
        "the service is throttling requests",
        why=_message(body) or "HTTP 429, too many requests",
        fix=Explain.of("wait a little and ", Retry()),
    )
    return _with_details(error, body, response, retry_after=asked_pause(response))


def _network(failure: KustoNetworkError, cluster: str) -> AdxmiError:
    import requests

    cause = failure.__cause__
    if isinstance(cause, requests.exceptions.SSLError):
        return errors.UntrustedCertificate(
            f"the certificate of {cluster} is not trusted",
            why=cause_of(cause),
            fix="set REQUESTS_CA_BUNDLE to the file with your organisation's root certificate",
        )
    if _never_sent(failure):
        return errors.ClusterUnreachable(
            f"{cluster} cannot be reached",
            why=cause_of(cause),
            fix="check the name, the network and whether the cluster is running",
        )
    if isinstance(cause, requests.exceptions.Timeout):
        return errors.RequestTimedOut(
            f"no answer from {cluster}",
            why="the time allowed for a request is over",
            fix=Explain.of(Configure(Setting.TIMEOUT, "SECONDS"), " allows more"),
        )
    return errors.ConnectionDropped(
        f"the connection to {cluster} broke",
        why=cause_of(cause),
        fix=Retry(),
    )


def _never_sent(failure: KustoNetworkError) -> bool:
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = failure.__cause__
    if failure.endpoint.endswith("auth/metadata"):
        return True
    if isinstance(cause, requests.exceptions.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    inner = cause.args[0] if cause is not None and cause.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def _service(failure: Any, cluster: str) -> AdxmiError:
    response = failure.http_response
    status = response.status_code if response is not None else None
    body = _json(response)
    if status == HTTPStatus.UNAUTHORIZED and (body or "WWW-Authenticate" in response.headers):
        error: AdxmiError = _not_authenticated(cluster)
    elif status == HTTPStatus.NOT_FOUND:
        error = errors.ClusterUnreachable(
            f"{cluster} isn't a Kusto endpoint",
            why="HTTP 404 where the management endpoint should be",
            fix="check the cluster's address",
        )
    elif status is None or status < HTTPStatus.BAD_REQUEST:
        error = _unreadable(_content(response))
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        error = errors.ServiceUnavailable(
            f"{cluster} is out of order for now",
            why=_message(body) or f"HTTP {status}",
            fix=Explain.of("wait a little and ", Retry()),
        )
    elif not (body or _CODED.match(failure.message_text)):  # only the service knows what it did
        error = _unreadable(_content(response))
    else:
        error = _refusal(status, body, failure.message_text)
    return _with_details(error, body, response)


def _refusal(status: int, body: dict[str, Any], text: str) -> AdxmiError:
    why = _message(body) or text
    code, kind = str(body.get("code", "")), str(body.get("@type", ""))
    if status == HTTPStatus.FORBIDDEN:
        return errors.NotAuthorized(
            "the service did not authorize this",
            why=why,
            fix=errors.NotAuthorized.ask_for_role,
        )
    if code == "BadRequest_DatabaseNotExist" or kind.endswith(".DatabaseNotFoundException"):
        return errors.DatabaseNotFound(
            "there is no such database", why=why, fix=ChangeOption("--database", "NAME")
        )
    return errors.CommandRefused(
        "the service rejected the command",
        why=why,
        fix=Explain.of("fix what the message names; ", DryRun(), " the text that is sent"),
    )


def _not_authenticated(cluster: str) -> AdxmiError:
    return errors.NotAuthenticated(
        f"{cluster} did not accept the credential",
        why="HTTP 401: the token is expired, for another tenant, or its principal has no role here",
        fix=Explain.of("sign in again (az login), or ", Configure(Setting.CREDENTIAL, "NAME")),
    )


def _no_token(failure: BaseException) -> AdxmiError:
    return errors.CredentialFailure(
        "no token could be had",
        why=str(getattr(failure, "message", "") or failure).strip() or type(failure).__name__,
        fix=Explain.of("az login, or ", Configure(Setting.CREDENTIAL, "NAME")),
    )


def unreadable_answer(detail: str) -> AdxmiError:
    """Return the error for an answer that is not what the protocol says."""
    return _unreadable(detail)


def _unreadable(detail: str) -> AdxmiError:
    return errors.UnreadableAnswer(
        "the answer could not be read",
        why=f"it is not what the Kusto protocol says: {detail}",
        fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
    )


def _with_details(
    error: AdxmiError,
    body: dict[str, Any],
    response: Response | None,
    *,
    retry_after: float | None = None,
) -> AdxmiError:
    headers = response.headers if response is not None else {}
    error.service = ServiceDetails(
        status=response.status_code if response is not None else None,
        code=str(body.get("code", "")),
        type=str(body.get("@type", "")),
        permanent=body.get("@permanent"),
        activity_id=headers.get("x-ms-activity-id", ""),
        payload={"retry_after": retry_after} if retry_after is not None else body,
    )
    return error


def _json(response: Response | None) -> dict[str, Any]:
    """Return what the service says of an error; empty if the answer is not the service's."""
    body = decoded(response) if response is not None else None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return {}
    return error


def decoded(response: Any) -> Any:
    """Return the JSON of an answer; None if it is none."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _message(body: dict[str, Any]) -> str:
    return str(body.get("@message") or body.get("message") or "")


def _content(response: Response | None) -> str:
    if response is None:
        return "no response"
    if not response.content:
        return f"HTTP {response.status_code} without a body"
    kind = response.headers.get("Content-Type", "no type")
    wrong = "that is not JSON" if decoded(response) is None else "that belongs to something else"
    return f"HTTP {response.status_code} with a body of {kind} {wrong}"


def asked_pause(response: Response | None) -> float | None:
    """Return the seconds that an answer asks to wait, by number or date; None if it does not say.

    Of a date, they are those since the moment that the answer itself names: the clock of this
    machine does not matter.
    """
    if response is None:
        return 0.0
    asked = response.headers.get("Retry-After", "")
    try:
        seconds = float(asked)
    except ValueError:
        until, now = _moment(asked), _moment(response.headers.get("Date", ""))
        if until is None:
            return None
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    return seconds if 0 <= seconds < math.inf else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
