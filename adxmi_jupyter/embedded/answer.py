"""An HTTP answer of any API before it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded.web import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"


class Identified(Protocol):
    """What tells one request from another, as response headers."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header names and values."""


@dataclass(frozen=True)
class Answer:
    """Status, body and headers; sent whole unless a fault strikes.

    Without a content type the answer carries no such header.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, ids: Identified) -> Response:
        """Return the response, with the headers that identify the request."""
        headers = {**self.headers, **ids.headers}
        if self.content_type:
            headers["Content-Type"] = self.content_type
        return Response(self.status, self.body, headers)


def json_answer(payload: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer with a JSON body; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(payload).encode(), headers=named)
