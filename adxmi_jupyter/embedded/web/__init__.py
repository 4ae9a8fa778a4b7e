"""The HTTP server of the embedded Azure: h11 reads and writes the protocol, asyncio the sockets.

It is small because it is loaded by every process that uses the embedded Azure: a framework takes
longer to import than all the rest of it.
"""

from adxmi_jupyter.embedded.web.application import (
    Application,
    Handler,
    Route,
    delete,
    get,
    post,
    put,
    route,
)
from adxmi_jupyter.embedded.web.messages import (
    BodyTooLargeError,
    Headers,
    Request,
    Response,
    UnreadableBodyError,
    not_found,
)

__all__ = [
    "Application",
    "BodyTooLargeError",
    "Handler",
    "Headers",
    "Request",
    "Response",
    "Route",
    "UnreadableBodyError",
    "delete",
    "get",
    "not_found",
    "post",
    "put",
    "route",
]
