"""What an exception says of a refusal: more than its message, where it carries more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from adxmi_jupyter.errors import AdxmiError

_DEEPEST = 10
_LONGEST = 20_000


def text_of(failure: BaseException) -> str:
    """Return types, messages, statuses, codes and bodies of an exception and of its causes.

    The classes of the SDKs are not imported for this: what they carry is looked at by name.
    """
    return "\n".join(part for one in _causes(failure) for part in _parts(one) if part)


def _causes(failure: BaseException) -> Iterator[BaseException]:
    now: BaseException | None = failure
    for _ in range(_DEEPEST):
        if now is None:
            return
        yield now
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def _parts(failure: BaseException) -> Iterator[str]:
    if isinstance(failure, AdxmiError):
        # Its fix names what a command wanted, which the service didn't deny.
        yield f"{type(failure).__name__}: {failure.what}\n  why: {failure.why}"
        said = failure.service
        details = {"status": said.status, "code": said.code, "@type": said.type}
        yield json.dumps({name: value for name, value in details.items() if value})
        yield json.dumps(said.payload, default=str) if said.payload else ""
        return
    yield f"{type(failure).__name__}: {failure}"
    told = getattr(failure, "error", None)
    yield from (f"code: {one}" for one in _texts(told, "code", "type"))
    yield from _of_answer(getattr(failure, "http_response", None))
    yield from _of_answer(getattr(failure, "response", None))


def _texts(told: Any, *names: str) -> Iterator[str]:
    for name in names:
        value = getattr(told, name, None)
        if isinstance(value, str):
            yield value


def _of_answer(answer: Any) -> Iterator[str]:
    status = getattr(answer, "status_code", None)
    if isinstance(status, int):
        yield f"HTTP {status}"
    body = getattr(answer, "text", None)
    try:
        text = body() if callable(body) else body
    except (AttributeError, TypeError, ValueError, RuntimeError):  # a stream, or read already
        return
    if isinstance(text, str):
        yield text[:_LONGEST]
