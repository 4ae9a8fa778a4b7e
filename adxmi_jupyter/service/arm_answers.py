"""What Azure Resource Manager answers: objects, and failures as typed errors.

Failures are told apart by status and code, never by a message's wording.

Source: *Common Azure Resource Manager errors*; REST reference of Microsoft.Kusto.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from adxmi_jupyter import errors
from adxmi_jupyter.errors import AdxmiError, ServiceDetails
from adxmi_jupyter.fixes import Command, Configure, Explain, Retry, Setting
from adxmi_jupyter.service.connection_causes import cause_of
from adxmi_jupyter.service.failures import decoded

_BUSY = {"RequestConflict", "ServiceIsInMaintenance", "Conflict"}


def typed(failure: Exception, what: str) -> AdxmiError:
    """Return the typed error for what the SDK raised while doing `what`."""
    from azure.core import exceptions as azure

    if isinstance(failure, AdxmiError):
        return failure
    if isinstance(failure, azure.ClientAuthenticationError) and failure.response is None:
        return errors.CredentialFailure(
            "no token could be had for Azure Resource Manager",
            why=failure.message,
            fix=Explain.of("az login, or ", Configure(Setting.CREDENTIAL, "NAME")),
        )
    if isinstance(failure, azure.HttpResponseError) and failure.response is not None:
        if _is_no_refusal(failure):
            return _unreadable(failure)
        return _refusal(failure.response, _body(failure), what)
    if isinstance(failure, azure.ServiceResponseError):
        return errors.ConnectionDropped(
            "the connection to Azure Resource Manager broke",
            why=cause_of(failure),
            fix=Retry(),
        )
    if isinstance(failure, azure.ServiceRequestError):
        return errors.ClusterUnreachable(
            "Azure Resource Manager cannot be reached",
            why=cause_of(failure),
            fix="check the network; policy and role do not need Resource Manager",
        )
    return _unreadable(failure)


def _unreadable(failure: Exception) -> AdxmiError:
    return unreadable(f"{type(failure).__name__} while reading it")


def unreadable(why: str) -> AdxmiError:
    """Return the error for an answer that is not what the protocol says."""
    return errors.UnreadableAnswer(
        "the answer of Azure Resource Manager could not be read",
        why=why,
        fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
    )


def _is_no_refusal(failure: Any) -> bool:
    """Tell whether a good answer says nothing: the SDK takes that for a failed operation."""
    if failure.response.status_code >= HTTPStatus.BAD_REQUEST or failure.error is not None:
        return False
    answer = decoded(failure.response)
    return not (isinstance(answer, dict) and answer.get("status"))


def typed_answer(response: Any) -> AdxmiError:
    """Return the typed error for an answer that is a refusal."""
    body = decoded(response)
    error = body.get("error") if isinstance(body, dict) else None
    return _refusal(response, error if isinstance(error, dict) else {}, "Azure Resource Manager")


def _body(failure: Any) -> dict[str, Any]:
    error = failure.error
    if error is None:
        return {}
    return {"code": error.code or "", "message": error.message or ""}


def _refusal(response: Any, body: dict[str, Any], what: str) -> AdxmiError:
    status = response.status_code
    code = body.get("code")
    if not _is_told(response, code):
        return unreadable(f"HTTP {status} without an error of Azure")
    code = str(code or "")
    error = _typed(status, code, str(body.get("message") or f"HTTP {status}"), what)
    error.service = ServiceDetails(
        status=status,
        code=code,
        activity_id=response.headers.get("x-ms-correlation-request-id", ""),
        payload=body,
    )
    return error


def _is_told(response: Any, code: object) -> bool:
    """Tell whether it is Azure that says so, and no gateway: only Azure knows that it did nothing.

    What is out of order says nothing, and may have carried the request out.
    """
    status = response.status_code
    is_challenge = status == HTTPStatus.UNAUTHORIZED and "WWW-Authenticate" in response.headers
    is_error = isinstance(code, str) and bool(code.strip())
    return is_error or is_challenge or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _typed(status: int, code: str, why: str, what: str) -> AdxmiError:
    if code in _BUSY:
        return errors.ClusterBusy(
            "the cluster is busy with another change", why=why, fix=Explain.of(Retry(), " later")
        )
    if status < HTTPStatus.BAD_REQUEST:  # an operation that began well and then failed
        return errors.OperationFailed(
            f"{what} failed",
            why=f"{code}: {why}",
            fix=Explain.of(Command.of("identity", "list"), " shows what is there"),
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return errors.NotAuthenticated(
            "Azure Resource Manager did not accept the credential",
            why=why,
            fix=Explain.of("sign in again (az login), or ", Configure(Setting.CREDENTIAL, "NAME")),
        )
    if status == HTTPStatus.FORBIDDEN:
        return errors.NotAuthorized(
            "Azure Resource Manager did not authorize this",
            why=why,
            fix=errors.NotAuthorized.ask_for_action,
        )
    if status == HTTPStatus.NOT_FOUND:
        return errors.ResourceNotFound(
            f"{what}: no such resource", why=why, fix=Command.of("identity", "list", "--all")
        )
    if status == HTTPStatus.PRECONDITION_FAILED:
        return errors.ClusterChanged(
            "the cluster changed in between; nothing was written",
            why=why,
            fix=Explain.of(Retry(), ": it starts from the cluster as it is now"),
        )
    return _other(status, why)


def _other(status: int, why: str) -> AdxmiError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.Throttled(
            "Azure Resource Manager is throttling requests",
            why=why,
            fix=Explain.of("wait a little and ", Retry()),
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.ServiceUnavailable(
            "Azure Resource Manager isn't available at the moment",
            why=why,
            fix=Explain.of("wait a little and ", Retry()),
        )
    return errors.CommandRefused(
        "Azure Resource Manager rejected the request", why=why, fix="fix what the message names"
    )


def is_same_path(told: str, asked: str) -> bool:
    """Tell whether a resource ID is the path that was asked for."""
    # Azure spells the names of types now with a capital, now without.
    return told.strip("/").casefold() == unquote(asked).strip("/").casefold()


def codes_of(error: Any) -> set[str]:
    """Return the codes of an error and of its details."""
    listed = error.get("details")
    details = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return {str(each.get("code")) for each in (error, *details)}


def object_in(response: Any) -> dict[str, Any]:
    """Return the object that an answer holds: only a 200 has one, and no error is one."""
    try:
        answer = _in_camel_case(decoded(response))
    except RecursionError:
        raise unreadable("it is nested too deeply") from None
    if response.status_code != HTTPStatus.OK:
        raise unreadable(f"HTTP {response.status_code}, where an answer has HTTP 200")
    if not isinstance(answer, dict):
        raise unreadable("it is not a JSON object")
    if answer.get("error") is not None:
        raise unreadable("HTTP 200 with an error in it")
    return answer


def _in_camel_case(value: Any) -> Any:
    """Return JSON with keys as Azure documents them: some versions begin some with a capital."""
    if isinstance(value, list):
        return [_in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {f"{key[:1].lower()}{key[1:]}": _in_camel_case(item) for key, item in value.items()}
