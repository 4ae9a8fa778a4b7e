"""HTTP of the queues and the temporary container (pages: Queue and Blob service REST API)."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.ingestion.uploads import (
    StorageError,
    put_blob,
    put_block,
    put_block_list,
)
from adxmi_jupyter.embedded.state.queues import (
    ACCOUNT,
    FAILED_QUEUE,
    LIFE,
    READY_QUEUE,
    SUCCESSFUL_QUEUE,
    TEMPORARY,
    QueuedMessage,
    is_signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adxmi_jupyter.embedded.cluster_host import ClusterHost
    from adxmi_jupyter.embedded.state.world import World

_MESSAGES = f"/{ACCOUNT}/(?P<queue>{READY_QUEUE}|{FAILED_QUEUE}|{SUCCESSFUL_QUEUE})/messages"
_BLOB = f"/{ACCOUNT}/{TEMPORARY}/(?P<blob>.+)"
_TEXT = re.compile(r"<MessageText>(.*?)</MessageText>", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")
_HIDDEN_SECONDS = "30"
_MOST_MESSAGES = 32


Handler = Callable[["World", web.Request, bytes], web.Response]


class StorageApi:
    """Answers where `.get ingestion resources` sends clients."""

    def __init__(self, host: ClusterHost) -> None:
        self._host = host

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [
            web.post(_MESSAGES, self._served(self._put_message)),
            web.get(_MESSAGES, self._served(_get_messages)),
            web.delete(f"{_MESSAGES}/(?P<message>[^/]+)", self._served(_delete_message)),
            web.put(_BLOB, self._served(_put_blob)),
            web.get(_BLOB, self._served(_get_blob)),
        ]

    def _served(self, handler: Handler) -> web.Handler:
        async def serve(request: web.Request) -> web.Response | None:
            host = self._host
            await host.pause(host.latency)
            if not host.is_running:
                return None
            body = await request.read()
            world = host.world
            with world.lock:
                try:
                    answer = handler(world, request, body)
                except StorageError as error:
                    answer = _error_response(error)
            version = request.headers.get("x-ms-version", "2025-01-05")
            ids = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-version": version}
            return replace(answer, headers={**answer.headers, **ids})

        return serve

    def _put_message(self, world: World, request: web.Request, body: bytes) -> web.Response:
        """Take a message and ingest what it names at once, so that no caller has to wait."""
        from adxmi_jupyter.embedded.ingestion.messages import receive

        name = request.names["queue"]
        _check(world, request, name, "a")
        match = _TEXT.search(body.decode("utf-8", "replace"))
        if match is None:
            raise StorageError(400, "InvalidXmlDocument", "The request has no MessageText.")
        message = QueuedMessage(html.unescape(match[1]))
        receive(world, message.text, self._host.kusto_uri)
        return _xml([{**_times(message), **_receipt(message)}], 201)


def _get_messages(world: World, request: web.Request, _: bytes) -> web.Response:
    name = request.names["queue"]
    queue, number = world.ingestion.queues[name], _number(request)
    if request.query.get("peekonly") == "true":
        _check(world, request, name, "r")
        return _xml([{**_times(m), **_content(m)} for m in queue.peek(number)])
    _check(world, request, name, "p")
    taken = queue.take(number, _hidden_seconds(request))
    return _xml([{**_times(m), **_receipt(m), **_content(m)} for m in taken])


def _delete_message(world: World, request: web.Request, _: bytes) -> web.Response:
    name = request.names["queue"]
    _check(world, request, name, "p")
    queue = world.ingestion.queues[name]
    message = queue.find(request.names["message"])
    if message is None:
        raise StorageError(404, "MessageNotFound", "There is no such message.")
    if request.query.get("popreceipt") != message.pop_receipt:
        raise StorageError(
            400,
            "PopReceiptMismatch",
            "The specified pop receipt did not match the pop receipt for a dequeued message.",
        )
    queue.messages.remove(message)
    return web.Response(204)


def _put_blob(world: World, request: web.Request, body: bytes) -> web.Response:
    _check(world, request, TEMPORARY, "w")
    state, name = world.ingestion, request.names["blob"]
    match request.query.get("comp", ""):
        case "":
            put_blob(state, name, body)
        case "block":
            put_block(state, name, request.query.get("blockid", ""), body)
        case "blocklist":
            put_block_list(state, name, body.decode("utf-8", "replace"))
        case other:
            raise StorageError(400, "UnsupportedBlobOperation", f"'{other}' is not supported.")
    return web.Response(201, headers=_blob_headers())


def _get_blob(world: World, request: web.Request, _: bytes) -> web.Response:
    _check(world, request, TEMPORARY, "r")
    data = world.ingestion.temporary.get(request.names["blob"])
    if data is None:
        raise StorageError(404, "BlobNotFound", "There is no such blob.")
    headers = {
        **_blob_headers(),
        "x-ms-blob-type": "BlockBlob",
        "Content-Type": "application/octet-stream",
    }
    wanted = _RANGE.fullmatch(request.headers.get("x-ms-range", request.headers.get("Range", "")))
    first = int(wanted[1]) if wanted else 0
    last = min(int(wanted[2] or len(data)) if wanted else len(data), len(data) - 1)
    if wanted and first > last:
        raise StorageError(416, "InvalidRange", "The blob does not reach that far.")
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return web.Response(206 if wanted else 200, data[first : last + 1], headers)


def _blob_headers() -> dict[str, str]:
    now = format_datetime(datetime.now(UTC), usegmt=True)
    return {"ETag": f'"{uuid.uuid4().hex}"', "Last-Modified": now}


def _check(world: World, request: web.Request, name: str, permission: str) -> None:
    """Raise a StorageError (403) unless the query holds a signature that permits this."""
    if not is_signed(name, world.ingestion.secret, request.query_string, permission):
        raise StorageError(
            403, "AuthenticationFailed", "The shared access signature is missing or does not do."
        )


def _number(request: web.Request) -> int:
    text = request.query.get("numofmessages", "1")
    if _NUMBER.fullmatch(text) is None or not 1 <= int(text) <= _MOST_MESSAGES:
        raise _out_of_range("A request gets 1 to 32 messages.")
    return int(text)


def _hidden_seconds(request: web.Request) -> float:
    text = request.query.get("visibilitytimeout", _HIDDEN_SECONDS)
    if _NUMBER.fullmatch(text) is None:
        raise _out_of_range("A message is hidden for a number of seconds.")
    return float(text)


def _out_of_range(message: str) -> StorageError:
    return StorageError(400, "OutOfRangeQueryParameterValue", message)


def _times(message: QueuedMessage) -> dict[str, str]:
    return {
        "MessageId": message.message_id,
        "InsertionTime": format_datetime(message.inserted, usegmt=True),
        "ExpirationTime": format_datetime(message.inserted + LIFE, usegmt=True),
    }


def _receipt(message: QueuedMessage) -> dict[str, str]:
    visible = format_datetime(datetime.now(UTC), usegmt=True)
    return {"PopReceipt": message.pop_receipt, "TimeNextVisible": visible}


def _content(message: QueuedMessage) -> dict[str, str]:
    return {"DequeueCount": str(message.dequeue_count), "MessageText": message.text}


def _xml(messages: Iterable[Mapping[str, str]], status: int = 200) -> web.Response:
    items = "".join(f"<QueueMessage>{_elements(each)}</QueueMessage>" for each in messages)
    return _document(f"<QueueMessagesList>{items}</QueueMessagesList>", status)


def _error_response(error: StorageError) -> web.Response:
    inner = _elements({"Code": error.code, "Message": error.message})
    return _document(f"<Error>{inner}</Error>", error.status, {"x-ms-error-code": error.code})


def _elements(values: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{html.escape(text)}</{name}>" for name, text in values.items())


def _document(
    root: str, status: int, headers: Mapping[str, str] = MappingProxyType({})
) -> web.Response:
    text = f'<?xml version="1.0" encoding="utf-8"?>{root}'
    named = {"Content-Type": "application/xml; charset=utf-8", **headers}
    return web.Response(status, text.encode(), named)
