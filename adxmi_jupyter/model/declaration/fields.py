"""The fields of a declaration: what a user fills in, and how it is read, asked and explained.

A field is a pydantic field. Its annotation is one of `types`, which says how a text is read
(`FieldKind` tells front ends which widget or option suits); `field` adds what people read and to
which choices it belongs.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError, PydanticUndefined

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.listed import Listed

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_TYPED = "adxmi"


class FieldKind(enum.Enum):
    """What a field is, for front ends: which option type, which widget, which completion."""

    TEXT = "text"
    LINE = "text of one line"
    NAME = "name of something new"
    CHOICE = "one of several"
    NUMBER = "number"
    FLAG = "yes or no"
    TIMESPAN = "length of time"
    MOMENT = "date and time"
    PERIODS = "periods of time"
    IDENTITY = "managed identity"
    COLUMNS = "columns"
    PARTITIONS = "partitions"
    PATH = "path of partitions"
    LOCATION = "storage location"
    SERVER = "host of a server"
    ACCOUNT = "Cosmos DB account"
    MODEL = "deployed model"
    ARTIFACTS = "files with names"
    TABLE = "table"
    EXTERNAL_TABLE = "external table"
    NAMES = "several names"
    RESOURCE = "Azure resource"
    JSON = "JSON object"
    JSON_LIST = "JSON array"
    BODY = "text of several lines"


@dataclass(frozen=True)
class FieldSpec:
    """One field as front ends see it.

    `only_for` maps the name of another field to the values of it that give this field a meaning;
    `property_name` is what the service calls it in ``with (…)``, empty if it goes elsewhere.
    `least` and `most` bound numbers and lengths of time, where they are bounded. `is_common` tells
    whether a form shows it at once although it may be left out, `listed` where its values are.
    `required_for` is as `only_for`: beside these values it must be filled in.
    """

    name: str
    label: str
    help: str
    kind: FieldKind
    choices: tuple[str, ...]
    is_required: bool
    default: object
    only_for: Mapping[str, tuple[str, ...]]
    property_name: str
    example: str
    least: Any = None
    most: Any = None
    is_common: bool = False
    listed: Listed | None = None
    required_for: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)

    @property
    def option(self) -> str:
        """The option of a line that fills the field in."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def placeholder(self) -> str:
        """What stands for a value where none is known, in help and in fixes."""
        return _PLACEHOLDERS.get(self.kind, "TEXT")

    def applies(self, values: Mapping[str, object]) -> bool:
        """Tell whether the field has a meaning beside these values of the others."""
        return _beside(values, self.only_for)

    def is_needed(self, values: Mapping[str, object]) -> bool:
        """Tell whether the field must be filled in beside these values of the others."""
        by_these = bool(self.required_for) and _beside(values, self.required_for)
        return self.applies(values) and (self.is_required or by_these)


def _beside(values: Mapping[str, object], wanted: Mapping[str, tuple[str, ...]]) -> bool:
    return all(str(values.get(name)) in allowed for name, allowed in wanted.items())


_PLACEHOLDERS = {
    FieldKind.NAME: "NAME",
    FieldKind.CHOICE: "CHOICE",
    FieldKind.NUMBER: "N",
    FieldKind.TIMESPAN: "TIME",
    FieldKind.MOMENT: "DATE",
    FieldKind.PERIODS: "START..END",
    FieldKind.IDENTITY: "IDENTITY",
    FieldKind.COLUMNS: "NAME:TYPE,…",
    FieldKind.LOCATION: "URL",
    FieldKind.SERVER: "HOST",
    FieldKind.ACCOUNT: "ACCOUNT",
    FieldKind.MODEL: "URL",
    FieldKind.ARTIFACTS: "NAME=URL,…",
    FieldKind.TABLE: "TABLE",
    FieldKind.EXTERNAL_TABLE: "NAME",
    FieldKind.NAMES: "NAME[,…]",
    FieldKind.RESOURCE: "ID",
    FieldKind.JSON: "JSON",
    FieldKind.JSON_LIST: "JSON",
}


def field(
    label: str,
    help_text: str,
    default: object = PydanticUndefined,
    *,
    default_text: str = "",
    only_for: Mapping[str, Sequence[str]] | None = None,
    required: bool | Mapping[str, Sequence[str]] = False,
    property_name: str = "",
    example: str = "",
    common: bool = False,
    **constraints: Any,
) -> Any:
    """Declare a field.

    Parameters
    ----------
    label
        The name of the field in a form.
    help_text
        A noun phrase, for a flag an imperative; what more there is to know follows as sentences.
    default
        What it is when left out; without one it must be filled in.
    default_text
        What the service does when it is left out, where `default` does not say so.
    only_for
        Other fields and the values of them that give this one a meaning.
    required
        Whether it must be filled in where it has a meaning, or beside which values of others.
    property_name
        Its name in the statement's ``with (…)``, if it goes there.
    example
        A value to show people; no fix has it, since who pastes a fix must not write to a place that
        only an example knows.
    common
        Whether many users fill it in although it may be left out.
    constraints
        As pydantic's, such as ``ge`` and ``le``.

    """
    more: dict[str, Any] = {
        "only_for": _texts(only_for),
        "required_for": {} if isinstance(required, bool) else _texts(required),
        "required": required is True or default is PydanticUndefined,
        "property_name": property_name,
        "example": example,
        "default_text": default_text,
        "common": common,
    }
    return Field(default, title=label, description=help_text, json_schema_extra=more, **constraints)


def _texts(values_of: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(str, values)) for name, values in (values_of or {}).items()}


def spec_of(name: str, info: FieldInfo) -> FieldSpec:
    """Return what front ends need to know of a field of a declaration."""
    extra: Any = info.json_schema_extra
    annotation, metadata = _unwrapped(info.annotation)
    choices = _choices(annotation)
    metadata = (*metadata, *info.metadata)
    kinds = [part for part in metadata if isinstance(part, FieldKind)]
    default = None if info.default is PydanticUndefined else info.default
    return FieldSpec(
        name=name,
        label=str(info.title),
        help=_with_default(
            str(info.description), extra["default_text"] or _default_text(default, choices)
        ),
        kind=kinds[0] if kinds else _kind_of(annotation, choices),
        choices=choices,
        is_required=extra["required"],
        default=default,
        only_for=extra["only_for"],
        required_for=extra["required_for"],
        property_name=extra["property_name"],
        example=extra["example"],
        least=next((part.ge for part in metadata if isinstance(part, Ge)), None),
        most=next((part.le for part in metadata if isinstance(part, Le)), None),
        is_common=extra["common"],
        listed=next((part for part in metadata if isinstance(part, Listed)), None),
    )


def identity_help(does: str) -> str:
    """Return the help of a field for the identity that does something."""
    return f"Managed identity that {does}: name, object ID, client ID, resource ID or system."


def _default_text(default: object, choices: tuple[str, ...]) -> str:
    if default is True:
        return "yes"
    is_told = bool(choices) or (isinstance(default, int | float) and not isinstance(default, bool))
    return str(default) if is_told and default is not None else ""


def _with_default(help_text: str, default_text: str) -> str:
    """Return a help with the default after its first sentence, as everywhere."""
    if not default_text:
        return help_text
    first, _, more = help_text.partition(". ")
    return " ".join(filter(None, (f"{first.rstrip('.')}. Default: {default_text}.", more)))


def _unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the type and metadata of an annotation, the None of an optional one left out."""
    if get_origin(annotation) in {Union, UnionType}:
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return inner, tuple(metadata)
    return annotation, ()


def _choices(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, enum.StrEnum):
        return tuple(annotation)
    return ()


def _kind_of(annotation: Any, choices: tuple[str, ...]) -> FieldKind:
    if choices:
        return FieldKind.CHOICE
    return {bool: FieldKind.FLAG, int: FieldKind.NUMBER, float: FieldKind.NUMBER}.get(
        annotation, FieldKind.TEXT
    )


def typed(read: Callable[[Any], Any]) -> BeforeValidator:
    """Return a validator for a function that reads a text.

    pydantic collects the problems of all fields; an error of ours would end that at the first. A
    ValueError it collects by itself: its text is the reason, the field's name is added.
    """

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return read(value)
        except AdxmiError as error:
            raise PydanticCustomError(_TYPED, "{why}", {"why": error.why, "error": error}) from None

    return BeforeValidator(validate)


def typed_error(problem: Mapping[str, Any]) -> AdxmiError | None:
    """Return our own error behind one of pydantic's problems, if it is one."""
    context = problem.get("ctx") or {}
    error = context.get("error")
    return error if problem["type"] == _TYPED and isinstance(error, AdxmiError) else None
