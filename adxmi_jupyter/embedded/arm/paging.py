"""Lists in pages, with an absolute address of the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest


def page_of(call: ArmRequest, items: Sequence[Mapping[str, Any]]) -> Answer:
    """Return the page that the call asks for; `$top` may make it smaller."""
    start = whole_number(call.query.get("$skiptoken"), 0)
    size = min(
        whole_number(call.query.get("$top"), call.settings.page_size) or 1, call.settings.page_size
    )
    body: dict[str, Any] = {"value": list(items[start : start + size])}
    if start + size < len(items):
        given = {k: v for k, v in call.query.items() if k != "$skiptoken"}
        query = urlencode({**given, "$skiptoken": start + size}, quote_via=quote)
        body["nextLink"] = f"{call.base_uri}{quote(call.path)}?{query}"
    return json_answer(body)


def whole_number(text: str | None, default: int) -> int:
    """Return a parameter's number; an ArmError (400) when it is none."""
    if text is None:
        return default
    if not text.isdecimal():
        raise bad_request(f"'{text}' is not a number.", "InvalidQueryParameterValue")
    return int(text)
