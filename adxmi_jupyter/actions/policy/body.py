"""Read the policy a user wrote: JSON, JSON with single quotes, or YAML.

Source: *.alter managed_identity policy* (Azure Data Explorer docs); its examples and people's
scripts use all of these spellings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.errors import InvalidInput, InvalidPolicy, MalformedBody, RepeatedKey
from adxmi_jupyter.fixes import ChangeOption, Explain, Several
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.body import structured
from adxmi_jupyter.model.policy import Policy, PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.service.connection import Connection

_KEYS = {
    "objectid": "ObjectId",
    "allowedusages": "AllowedUsages",
    "displayname": "DisplayName",
    "clientid": "ClientId",
    "tenantid": "TenantId",
    "issystem": "IsSystem",
}
_FORM = '[{"ObjectId": "IDENTITY", "AllowedUsages": "USAGE, …"}]'


def body_policy(
    connection: Connection, text: str, *, allow_unknown_usage: bool = False
) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy a body describes, and what there is to say about its identities.

    An entry has ``ObjectId`` (an object ID, or any other name of an identity) and
    ``AllowedUsages`` (a text with commas, or a list). The properties which the service fills in
    may stand there, so that what was read can be written; they are not sent.

    Raises
    ------
    MalformedBody
        Not JSON or YAML; the line and column are named.
    InvalidPolicy
        Not a list of entries, or an entry without identity or usages, or with unknown keys.
    UnknownUsage, InvalidGuid, UnknownIdentity, AmbiguousIdentity
        See `model.usage.checked` and `model.identity.resolve`.

    """
    entries: list[PolicyEntry] = []
    notes: list[str] = []
    for number, item in enumerate(_items(text), start=1):
        reference, names = _requested(number, item)
        with _fixed_in_the_body():
            found = resolved(connection, (reference,))[0]
            names = usages.checked(names, allow_unknown=allow_unknown_usage)
        entries.append(PolicyEntry(found.identity, names))
        notes += [found.note] if found.note else []
    return Policy(tuple(entries)), tuple(notes)


@contextmanager
def _fixed_in_the_body() -> Iterator[None]:
    """Let a fix say what to write, where it would name an option of the line."""
    try:
        yield
    except InvalidInput as error:
        if isinstance(error.remediation, ChangeOption):
            error.fix = f"in the body, write {error.remediation.value}"
        raise


def _items(text: str) -> list[Any]:
    if not text.strip():
        raise MalformedBody(
            "the policy is missing",
            why="the cell has no body",
            fix=f"write it in the lines below the command: {_FORM}",
        )
    value = _loaded(text)
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list):
        raise InvalidPolicy(
            "the body is not a policy",
            why=f"a policy is a list of entries, this is {type(value).__name__}",
            fix=_FORM,
        )
    return value


def _loaded(text: str) -> Any:
    try:
        return structured(text, form=_FORM)
    except RepeatedKey as error:
        raise InvalidPolicy(error.what, why=error.why, fix=error.fix) from error


def _requested(number: int, item: Any) -> tuple[str, tuple[str, ...]]:
    if not isinstance(item, Mapping):
        raise InvalidPolicy(
            f"entry {number} is not an object",
            why="an entry has ObjectId and AllowedUsages",
            fix=_FORM,
        )
    fields = {_known_key(number, str(key)): value for key, value in item.items()}
    reference = _text(number, "ObjectId", fields.get("ObjectId"))
    allowed = fields.get("AllowedUsages")
    listed = allowed if isinstance(allowed, list) else [allowed]
    texts = [_text(number, "AllowedUsages", one) for one in listed]
    names = tuple(name.strip() for text in texts for name in text.split(",") if name.strip())
    for key, value in (("ObjectId", reference), ("AllowedUsages", names)):
        if not value:
            raise InvalidPolicy(
                f"entry {number} has no {key}",
                why=f"{key} is missing or empty",
                fix=_FORM,
            )
    return reference, names


def _text(number: int, key: str, value: Any) -> str:
    if not isinstance(value, str | int | None):
        raise InvalidPolicy(
            f"{key} of entry {number} is not text",
            why=f"it is, or holds, a {type(value).__name__}",
            fix=_FORM,
        )
    return "" if value is None else str(value).strip()


def _known_key(number: int, key: str) -> str:
    if key.lower() not in _KEYS:
        match = usages.closest(key, _KEYS.values())
        raise InvalidPolicy(
            f"entry {number} has an unknown key {key!r}",
            why=Explain.of("an entry has ", Several.of(_KEYS.values())),
            fix=f"write {match}" if match else _FORM,
        )
    return _KEYS[key.lower()]
