"""What a client sends: database, text and IDs, from a JSON body or from URL parameters."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.results import RequestIds
from adxmi_jupyter.embedded.request_json import MalformedJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

_BEFORE_TEXT = re.compile(r"(?:\s|//[^\r\n]*)*")


class MalformedRequestError(Exception):
    """The request is no JSON object with the text `csl` in it."""


@dataclass(frozen=True)
class KustoRequest:
    """One command or query, with the database it names, if any."""

    text: str
    database: str | None

    @property
    def is_command(self) -> bool:
        """Tell a management command from a query: it starts with a dot, comments aside."""
        match = _BEFORE_TEXT.match(self.text)
        return self.text.startswith(".", match.end() if match else 0)


def request_ids(request: web.BaseRequest) -> RequestIds:
    """Return the client's request ID, or a made-up one, and a new activity ID."""
    sent = request.headers.get("x-ms-client-request-id")
    return RequestIds(sent or f"unspecified;{uuid.uuid4()}", str(uuid.uuid4()))


async def read_request(request: web.BaseRequest) -> KustoRequest:
    """Return what the request asks for; MalformedRequestError when that cannot be told."""
    fields = request.query if request.method == "GET" else _object(await request.read())
    text, database = fields.get("csl"), fields.get("db")
    if not isinstance(text, str) or not isinstance(database, str | None):
        raise MalformedRequestError
    properties = fields.get("properties")
    if isinstance(properties, str) and properties:
        properties = _object(properties)
    if properties and not isinstance(properties, dict):
        raise MalformedRequestError
    return KustoRequest(text, database or None)


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        value = load_json(text)
    except MalformedJsonError as error:
        raise MalformedRequestError from error
    if not isinstance(value, dict):
        raise MalformedRequestError
    return value
