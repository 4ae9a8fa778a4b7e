"""Why a connection failed is told in words, not by the class that Python has for it."""

import http.client
import socket
import ssl

import pytest
from azure.core.exceptions import AzureError, ServiceRequestError

from adxmi_jupyter.service.connection_causes import cause_of


def wrapped(inner):
    """Return an error of an SDK that repeats what the one below it says, as SDKs do."""
    outer = ValueError(f"Max retries exceeded with url: /?sig=SIGNED ({inner!r})")
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "name can't be resolved"),
        (ConnectionRefusedError(111, "Connection refused"), "nothing accepts connections"),
        (http.client.RemoteDisconnected("Remote end closed"), "closed the connection"),
        (TimeoutError("timed out"), "did not answer in time"),
        (OSError(113, "No route to host"), "no route to host"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "the TLS handshake failed"),
    ],
)
def test_a_cause_is_told_in_words(failure, words):
    told = cause_of(wrapped(failure))

    assert words in told
    assert type(failure).__name__ not in told
    assert "Errno" not in told


def test_what_an_error_of_azure_core_holds_is_its_cause():
    inner = ConnectionRefusedError(111, "Connection refused")

    told = cause_of(ServiceRequestError("https://a.example/?sig=SIGNED", error=inner))

    assert told == "nothing accepts connections at its address and port"


def test_an_address_with_a_signature_is_never_repeated():
    assert cause_of(ValueError("https://a.example/?sig=SIGNED")) == "ValueError"


def test_errors_that_hold_each_other_have_an_end():
    inner, outer = AzureError("inner"), AzureError("outer")
    inner.inner_exception, outer.inner_exception = outer, inner

    assert cause_of(outer) == "inner"
