"""The SDK's client for Azure Resource Manager: for a cloud, and for a server on this machine.

The pipeline is the SDK's, less what could act unasked: it follows no redirects, registers no
resource providers, and never repeats a write whose first attempt may have been applied.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from azure.core.pipeline.policies import (
    ContentDecodePolicy,
    CustomHookPolicy,
    HeadersPolicy,
    HTTPPolicy,
    NetworkTraceLoggingPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy

from adxmi_jupyter.errors import Throttled
from adxmi_jupyter.service.arm_answers import typed_answer
from adxmi_jupyter.service.deadline import current, within
from adxmi_jupyter.service.transport import guarded_session
from adxmi_jupyter.service.trust import endpoint_of

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse
    from azure.mgmt.kusto import KustoManagementClient

    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.trust import ServiceEndpoint

NAME = "Azure Resource Manager"

_READS = frozenset({"GET", "HEAD"})
_LONGEST_POLL = 300.0


def management_client(
    base_url: str,
    subscription: str,
    credential: Any,
    poll_every: float,
    limits: Limits,
    in_flight: InFlight,
) -> KustoManagementClient:
    """Make the SDK's client for Azure Resource Manager of a cloud."""
    signing = ARMChallengeAuthenticationPolicy(credential, f"{base_url}/.default")
    return _client(base_url, subscription, signing, poll_every, limits, in_flight, attempts=3)


def loopback_client(
    base_url: str,
    subscription: str,
    token: str,
    poll_every: float,
    limits: Limits,
    in_flight: InFlight,
) -> KustoManagementClient:
    """Make the SDK's client for a server on this machine, which no proxy leads to."""
    signing = LoopbackPolicy(token)
    return _client(base_url, subscription, signing, poll_every, limits, in_flight, attempts=1)


def _client(
    base_url: str,
    subscription: str,
    signing: Any,
    poll_every: float,
    limits: Limits,
    in_flight: InFlight,
    *,
    attempts: int,
) -> KustoManagementClient:
    from azure.mgmt.kusto import KustoManagementClient, __version__

    endpoint = endpoint_of(base_url, NAME)
    is_loopback = isinstance(signing, LoopbackPolicy)
    session = guarded_session(endpoint, limits, in_flight, loopback=is_loopback)
    return KustoManagementClient(
        NoCredential(),
        subscription,
        base_url,
        policies=[
            RequestIdPolicy(),
            HeadersPolicy(),
            UserAgentPolicy(sdk_moniker=f"mgmt-kusto/{__version__}"),
            ContentDecodePolicy(),
            BoundedPolicy(endpoint, limits.seconds),
            CautiousRetryPolicy(retry_total=attempts),
            signing,
            CustomHookPolicy(),
            NetworkTraceLoggingPolicy(),
            ARMHttpLoggingPolicy(),
        ],
        transport=BoundedTransport(session=session),
        polling_interval=poll_every,
    )


class NoCredential:
    """The SDK wants a credential even where the policies are given."""

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        """Never give one."""
        raise AssertionError("the signing policy gives the token")


class LoopbackPolicy(SansIOHTTPPolicy[Any, Any]):
    """Send a token over plain http, which the SDK's own policy refuses: on this machine only.

    The transport sees to it that the request goes nowhere else.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the token."""
        request.http_request.headers["Authorization"] = f"Bearer {self._token}"


class BoundedPolicy(HTTPPolicy[Any, Any]):
    """Keep a request at its service, before any token is requested for it, and to its time.

    The time includes all attempts and pauses.
    """

    def __init__(self, endpoint: ServiceEndpoint, seconds: float) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._seconds = seconds

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Send the request to the next policy; raises as `ServiceEndpoint.check`."""
        self._endpoint.check(request.http_request.url)
        with within(self._seconds):
            return self.next.send(request)


class CautiousRetryPolicy(RetryPolicy[Any, Any]):
    """The SDK's retries for what reads; writes again only what was surely not executed.

    The SDK repeats PUT, PATCH and DELETE after HTTP 500 and lost answers, when the first attempt
    may have been applied: the second then meets a changed resource, as if others had changed it.
    """

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Repeat reads only, unless the caller names methods."""
        options.setdefault("retry_on_methods", _READS)
        return super().configure_retries(options)

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Tell whether to send again; never when the pause would outlast the deadline."""
        if response.http_request.method.upper() in settings["methods"]:
            wanted = bool(super().is_retry(settings, response))
        else:
            wanted = _is_throttled(response.http_response)
        return wanted and settings["total"] > 0 and self._pause(settings, response) < _left()

    def _pause(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> float:
        try:
            asked = self.get_retry_after(response)
        except (ValueError, OverflowError):  # neither seconds nor a date
            return float("inf")
        return float(self.get_backoff_time(settings) if asked is None else asked)


class BoundedTransport(RequestsTransport):  # type: ignore[misc]
    """The SDK's transport, whose pauses end: with the request, or when polling, in minutes."""

    def sleep(self, duration: float) -> None:
        """Pause; a request that has no such time left fails when it is sent next."""
        super().sleep(min(duration, _left(), _LONGEST_POLL))


def _is_throttled(answer: Any) -> bool:
    """Tell whether Azure itself says so: a gateway may, of a request that was carried out."""
    if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        return False
    answer.read()
    return isinstance(typed_answer(answer), Throttled)


def _left() -> float:
    deadline = current()
    return float("inf") if deadline is None else deadline.left
