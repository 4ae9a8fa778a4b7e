"""Why a connection failed, in plain words: no names of classes, no addresses with their queries."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

_LOST = "it closed the connection before its answer was complete"


def innermost(failure: BaseException) -> BaseException:
    """Return what the others wrap: it says what happened.

    Errors of azure-core are not always raised from the one that they wrap, but hold it. What is
    wrapped may hold what wraps it.
    """
    seen = [failure]
    while (inner := _within(seen[-1], seen)) is not None:
        seen.append(inner)
    return seen[-1]


def _within(failure: BaseException, seen: Sequence[BaseException]) -> BaseException | None:
    held = getattr(failure, "inner_exception", None)
    wrapped = (failure.__cause__, failure.__context__, held)
    return next(
        (one for one in wrapped if isinstance(one, BaseException) and one not in seen), None
    )


def cause_of(failure: BaseException | None) -> str:
    """Return why a request got no answer, as words after "cannot be reached" or "broke"."""
    if failure is None:
        return "there was no connection"
    found = innermost(failure)
    match found:
        case socket.gaierror():
            return "its name can't be resolved: DNS has no address for it"
        case ssl.SSLCertVerificationError():
            return found.verify_message or "its certificate could not be verified"
        case ssl.SSLError():
            reason = (getattr(found, "reason", None) or "no reason given").replace("_", " ").lower()
            return f"the TLS handshake failed: {reason}"
        case ConnectionRefusedError():
            return "nothing accepts connections at its address and port"
        case ConnectionError():
            return _LOST
        case TimeoutError():
            return "it did not answer in time"
        case OSError() if found.strerror:
            return found.strerror[:1].lower() + found.strerror[1:]
    text = str(found)
    return type(found).__name__ if not text or set(text) & set("?/") else text  # it may be signed
