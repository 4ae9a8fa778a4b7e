"""What a client sends: database, text and IDs, from a JSON body or from URL parameters."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.results import RequestIds
from adxmi_jupyter.embedded.request_json import MalformedJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.web import Request

# What the SDKs send in place of a name.
_UNNAMED = "[none]"
_BEFORE_TEXT = re.compile(r"(?:\s|//[^\r\n]*)*")


class MalformedRequestError(Exception):
    """The request is no JSON object with the text `csl` in it."""


class Endpoint(Enum):
    """Where a request came in; decides what it may hold and the shape of the answer."""

    MANAGEMENT = "v1/rest/mgmt"
    INGESTION = "ingest/v1/rest/mgmt"
    QUERY_V1 = "v1/rest/query"
    QUERY_V2 = "v2/rest/query"


@dataclass(frozen=True)
class KustoRequest:
    """One command or query, with the database it names, if any.

    `application` and `user` are what the client calls itself, empty for what it does not say.
    `options` are those of its request properties, `parameters` the values of query parameters.
    """

    text: str
    database: str | None
    application: str = ""
    user: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_command(self) -> bool:
        """Tell a management command from a query: it starts with a dot, after any comments."""
        match = _BEFORE_TEXT.match(self.text)
        return self.text.startswith(".", match.end() if match else 0)


def request_ids(request: Request) -> RequestIds:
    """Return the client's request ID, or a made-up one, and a new activity ID."""
    sent = request.headers.get("x-ms-client-request-id")
    return RequestIds(sent or f"unspecified;{uuid.uuid4()}", str(uuid.uuid4()))


async def read_request(request: Request) -> KustoRequest:
    """Return what the request asks for; MalformedRequestError when that cannot be told."""
    fields = request.query if request.method == "GET" else _object(await request.read())
    text, database = fields.get("csl"), fields.get("db")
    if not isinstance(text, str) or not isinstance(database, str | None):
        raise MalformedRequestError
    properties = _properties(fields.get("properties"))
    options = _members(properties, "Options")
    return KustoRequest(
        text,
        database or None,
        _named(request, options, "request_app_name", "x-ms-app"),
        _named(request, options, "request_user", "x-ms-user"),
        options,
        _members(properties, "Parameters"),
    )


def _properties(properties: Any) -> Mapping[str, Any]:
    """Return request properties, which may be an object or its JSON text."""
    if isinstance(properties, str) and properties:
        properties = _object(properties)
    if properties and not isinstance(properties, dict):
        raise MalformedRequestError
    return properties or {}


def _members(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = properties.get(name)
    return found if isinstance(found, dict) else {}


def _named(request: Request, options: Mapping[str, Any], option: str, header: str) -> str:
    """Return a name that the client gives itself: an option goes before a header."""
    given = str(options.get(option) or request.headers.get(header) or "").strip()
    return "" if given == _UNNAMED else given


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        value = load_json(text)
    except MalformedJsonError as error:
        raise MalformedRequestError from error
    if not isinstance(value, dict):
        raise MalformedRequestError
    return value
