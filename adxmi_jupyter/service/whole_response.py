"""A response whose body is in memory already, so that nothing is decoded twice.

What reads it as a stream finds one, made when it is asked for: most SDK clients do not.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

# Headers about the bytes on the wire, which are read by then; and cookies, which aren't needed.
_DROPPED = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}


class WholeResponse(requests.Response):
    """The response to a request, with its whole body.

    Parameters
    ----------
    request
        The request.
    answer
        The answer of urllib3, whose body was read.
    body
        The body, decompressed.

    """

    _stream: Any = None

    def __init__(self, request: requests.PreparedRequest, answer: Any, body: bytes) -> None:
        super().__init__()
        self._body = body
        self._version = answer.version
        self._decoded: tuple[str | None, str] | None = None
        self.request = request
        self.url = request.url or ""
        self.status_code = answer.status
        self.reason = answer.reason
        self.headers = CaseInsensitiveDict(_kept(answer.headers))
        # JSON is UTF-8; without this, requests guesses from the whole text, for seconds.
        self.encoding = get_encoding_from_headers(self.headers) or "utf-8-sig"

    @property
    def content(self) -> bytes:
        """The body."""
        return self._body

    @property
    def text(self) -> str:
        """The body in the encoding of the response."""
        if self._decoded is None or self._decoded[0] != self.encoding:
            self._decoded = self.encoding, super().text
        return self._decoded[1]

    @property
    def raw(self) -> Any:
        """The body as a stream of urllib3."""
        if self._stream is None:
            self._stream = self._streamed()
        return self._stream

    @raw.setter
    def raw(self, stream: Any) -> None:
        self._stream = stream

    def _streamed(self) -> urllib3.HTTPResponse:
        return urllib3.HTTPResponse(
            io.BytesIO(self._body),
            headers=self.headers,
            status=self.status_code,
            version=self._version,
            reason=self.reason,
            preload_content=False,
            request_method=self.request.method,
        )


def _kept(headers: Any) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in headers.items() if name.lower() not in _DROPPED)
