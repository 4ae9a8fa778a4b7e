"""What Azure Resource Manager answers to those who read: one object, and nothing else counts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from adxmi_jupyter.service.arm_failures import unreadable
from adxmi_jupyter.service.failures import decoded


def is_same_path(told: str, asked: str) -> bool:
    """Tell whether a resource ID is the path that was asked for."""
    # Azure spells the names of types now with a capital, now without.
    return told.strip("/").casefold() == unquote(asked).strip("/").casefold()


def codes_of(error: Any) -> set[str]:
    """Return the codes of an error and of its details."""
    listed = error.get("details")
    details = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return {str(each.get("code")) for each in (error, *details)}


def object_in(response: Any) -> dict[str, Any]:
    """Return the object that an answer holds: only a 200 has one, and no error is one."""
    try:
        answer = _in_camel_case(decoded(response))
    except RecursionError:
        raise unreadable("it is nested too deeply") from None
    if response.status_code != HTTPStatus.OK:
        raise unreadable(f"HTTP {response.status_code}, where an answer has HTTP 200")
    if not isinstance(answer, dict):
        raise unreadable("it is not a JSON object")
    if answer.get("error") is not None:
        raise unreadable("HTTP 200 with an error in it")
    return answer


def _in_camel_case(value: Any) -> Any:
    """Return JSON with keys as Azure documents them: some versions begin some with a capital."""
    if isinstance(value, list):
        return [_in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {f"{key[:1].lower()}{key[1:]}": _in_camel_case(item) for key, item in value.items()}
