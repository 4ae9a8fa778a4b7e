"""What all sections of a policy file have in common: modes, short forms, and words to choose from.

Mistakes are told as codes with values, of which `reading` makes an error with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

UNKNOWN_KEY, UNKNOWN_WORD = "unknown_key", "unknown_word"
EVERY_DATABASE = "*"


class Mode(StrEnum):
    """What a section does with what it does not name.

    ``additive`` adds what is missing, ``authoritative`` also removes the rest, ``observe`` changes
    nothing and tells the difference.
    """

    ADDITIVE = "additive"
    AUTHORITATIVE = "authoritative"
    OBSERVE = "observe"


class Node(BaseModel):
    """A mapping with known keys; a `None` stands for what the file does not manage."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=False
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and cls.model_config.get("extra") == "forbid":
            names = [field.alias or name for name, field in cls.model_fields.items()]
            unknown = next((key for key in value if key not in names), None)
            if unknown is not None:
                raise mistaken(UNKNOWN_KEY, str(unknown), names)
        return value


def mistaken(code: str, word: str, names: Iterable[str]) -> PydanticCustomError:
    """Return what says that a word is none of some names."""
    return PydanticCustomError(code, "unknown", {"word": word, "names": tuple(names)})


def one_of(names: Iterable[str]) -> BeforeValidator:
    """Return a validator of words: the letter case must be right, too."""
    known = tuple(map(str, names))

    def check(value: Any) -> Any:
        if isinstance(value, str) and value not in known:
            raise mistaken(UNKNOWN_WORD, value, known)
        return value

    return BeforeValidator(check)


def short_form(key: str, *kinds: type) -> Callable[[Any], Any]:
    """Return what makes a mapping with one key of a value of these kinds."""
    return lambda value: {key: value} if isinstance(value, kinds) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "it is empty")
    return value.strip()


Word = Annotated[str, AfterValidator(_not_blank)]
"""Text that is not empty."""

_PER_CLUSTER = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
    ]
}
PerCluster = Annotated[
    dict[str, Word], BeforeValidator(short_form("", str)), WithJsonSchema(_PER_CLUSTER)
]
"""A text for all clusters, under an empty key, or one for each."""

ModeWord = Annotated[Mode, one_of(Mode)]
