"""The SDK's client with a transport of ours, and answers that say whether they are whole.

Importing this module loads the SDK.

Source: *Kusto Data library for Python* (Azure Data Explorer docs).
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from azure.kusto.data import KustoClient
from azure.kusto.data._cloud_settings import CloudSettings
from azure.kusto.data.exceptions import KustoClientInvalidConnectionStringException

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.service.address import ClusterAddress
from adxmi_jupyter.service.answer import Answer
from adxmi_jupyter.service.failures import unreadable_answer
from adxmi_jupyter.service.in_flight import InFlight
from adxmi_jupyter.service.transport import guarded_session
from adxmi_jupyter.service.trust import check_sign_in, endpoint_of, is_well_known
from adxmi_jupyter.service.wholeness import frames_of, partial_failure, read_v1, read_v2

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    import pandas as pd

    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.wholeness import Reading


def make_client(
    uri: str,
    *,
    loopback: bool,
    authenticate: Callable[[str], Any],
    limits: Limits,
    in_flight: InFlight | None = None,
    clouds: MutableMapping[str, Any] | None = None,
) -> KustoClient:
    """Make the SDK's client for a cluster whose host was checked (see `trust.check_host`).

    Parameters
    ----------
    uri
        The cluster.
    loopback
        Whether it is on this machine: proxies then do not apply.
    authenticate
        Returns the SDK's connection string builder for a URI.
    limits
        Of each request.
    in_flight
        The requests to the cluster that are under way; only those of this client if left out.
    clouds
        What sign-in metadata say, by region: well-known clusters of one region say the same.

    """
    azure_log = logging.getLogger("azure")
    if not azure_log.handlers:  # else Python prints the SDK's warnings into people's notebooks
        azure_log.addHandler(logging.NullHandler())
    builder = authenticate(uri)
    builder.application_for_tracing = "adxmi_jupyter"
    builder.user_name_for_tracing = "[none]"  # else the name of your account on this machine
    session = guarded_session(
        endpoint_of(uri, uri),
        limits,
        in_flight or InFlight(),
        loopback=loopback,
        socket_options=KustoClient.compose_socket_options(),
    )
    return _Client(uri, builder, session, {} if clouds is None else clouds)


def _own_settings() -> type[CloudSettings]:
    """Return the SDK's reader of metadata with a lock and a memory of its own."""
    own = {"_cloud_cache": {}, "_cloud_cache_lock": threading.Lock()}
    return type("OneCluster", (CloudSettings,), own)


class _Client(KustoClient):
    """The SDK's client, whose requests end when and where they have to.

    There is no public way to give it a session, or to read its answers otherwise.
    """

    def __init__(
        self, uri: str, builder: Any, session: Any, clouds: MutableMapping[str, Any]
    ) -> None:
        super().__init__(builder)
        self._session.close()
        self._session = session
        self._address = ClusterAddress(uri)
        self._clouds = clouds
        self._asks_for_token = bool(builder.token_credential_login)

    def validate_endpoint(self) -> None:
        # Reads the cluster's metadata, too. The host itself was checked already: against the
        # same list and the hosts that the user added, which the SDK doesn't know.
        self._read_metadata()
        try:
            super().validate_endpoint()  # type: ignore[no-untyped-call]
        except KustoClientInvalidConnectionStringException as failure:
            check_sign_in(self._address, failure)

    def _read_metadata(self) -> None:
        """Read the metadata before the SDK does, which holds a lock of all clusters meanwhile.

        One cluster that does not answer would keep all others waiting.
        """
        uri = self._address.uri
        if not self._asks_for_token or uri in CloudSettings._cloud_cache:  # noqa: SLF001
            return
        region = self._address.host.partition(".")[2] if is_well_known(self._address) else ""
        known = self._clouds.get(region) if region else None
        session: Any = self._session
        found = known or _own_settings().get_cloud_info_for_cluster(uri, None, session)
        if region:
            self._clouds[region] = found
        CloudSettings.add_to_cache(uri, found)

    @staticmethod
    def _kusto_parse_by_endpoint(endpoint: str, response_json: Any) -> Any:
        # The SDK reads neither fragments nor what the last frame says, it overlooks the error
        # list of a v1 answer, and drops all rows of an answer that has an error among them.
        is_v2 = isinstance(response_json, list)
        if not is_v2 and not isinstance(response_json, dict):
            raise unreadable_answer("it is neither tables nor frames")
        return _whole(endpoint, read_v2(response_json) if is_v2 else read_v1(response_json))

    @staticmethod
    def _handle_http_error(
        exception: Exception,
        endpoint: str | None,
        payload: Any,
        response: Any,
        status: int,
        response_json: Any,
        response_text: str | None,
    ) -> NoReturn:
        frames = frames_of(response_text or "") if status == HTTPStatus.OK else []
        if response_json is None and frames:
            _whole(endpoint or "", read_v2(frames, is_cut=True))
        KustoClient._handle_http_error(  # noqa: SLF001
            exception, endpoint, payload, response, status, response_json, response_text
        )


def _whole(endpoint: str, reading: Reading) -> Any:
    """Return the SDK's dataset of what was read.

    Raises
    ------
    PartialFailure
        It is not whole; `partial` of the error is what came.

    """
    tables: Any = reading.tables if "/v2/" in endpoint else {"Tables": reading.tables}
    dataset = KustoClient._kusto_parse_by_endpoint(endpoint, tables)  # noqa: SLF001
    if reading.failures or dataset.errors_count:
        raise partial_failure(reading.failures, dataset.get_exceptions(), _came(dataset))
    return dataset


def _came(dataset: Any) -> pd.DataFrame | None:
    """Return what came of the first result; None if nothing of it can be read."""
    with suppress(AdxmiError, IndexError):
        return Answer(dataset.primary_results[0]).frame()
    return None
