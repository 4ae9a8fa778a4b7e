"""Put the values of variables into a line that is already split, or into a cell body.

IPython's own expansion is switched off: it works on the whole line before it is split, leaves
unknown names as they are, and evaluates any Python between braces, JSON's included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING
from uuid import UUID

from adxmi_jupyter.errors import InvalidValue, UnknownVariable
from adxmi_jupyter.fixes import Explain, OwnCommand
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.magics.line import Word

_IN_LINE = re.compile(r"\$(?P<dollar>\$)|\$(?P<plain>[^\W\d]\w*)|\{\{(?P<braces>[^{}\n]*)\}\}")
_IN_BODY = re.compile(r"\{\{\s*(?P<braces>[^\W\d]\w*)\s*\}\}")


@dataclass(frozen=True)
class Expanded:
    """The arguments of a command, and how each expanded one was written (for error texts)."""

    arguments: tuple[str, ...]
    written: Mapping[str, str]


def expand_words(words: Iterable[Word], variables: Mapping[str, object]) -> Expanded:
    """Expand ``$name`` and ``{{name}}`` in each word; ``$$`` is a dollar. A word stays one word.

    Raises
    ------
    UnknownVariable
        A name is not defined; the closest one is named.
    InvalidValue
        A value is no text, whole number, UUID or list of texts, or looks like an option.

    """
    written: dict[str, str] = {}
    arguments = [_word(word, variables, written) for word in words]
    return Expanded(tuple(arguments), written)


def _word(word: Word, variables: Mapping[str, object], written: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        text = value_text((match["plain"] or match["braces"] or "").strip(), variables)
        written[text] = match.group()
        return text

    expanded = _IN_LINE.sub(value, word.text)
    if expanded.startswith("-") and not word.text.startswith("-"):
        raise InvalidValue(
            f"the value of {word.raw} starts with a dash",
            why="it would be read as an option",
            fix=Explain.of("join it to its option: ", OwnCommand(f"--database={word.raw}")),
        )
    return expanded


def expand_body(
    body: str, variables: Mapping[str, object], written: dict[str, str] | None = None
) -> str:
    """Expand ``{{name}}`` in a cell body; anything else, JSON braces included, stays as it is.

    `written` takes the values and how they were written, the whole body among them.

    Raises
    ------
    UnknownVariable, InvalidValue
        As for a line.

    """
    values = {} if written is None else written

    def value(match: re.Match[str]) -> str:
        text = value_text(match["braces"], variables)
        values[text] = match.group()
        return text

    expanded = _IN_BODY.sub(value, body)
    if values:
        values[expanded.strip()] = body.strip()
    return expanded


def can_be_written(words: Iterable[str], body: str) -> bool:
    """Tell whether a line and its body can say these words: nothing escapes ``{{name}}``."""
    found = (match for word in words for match in _IN_LINE.finditer(word))
    return all(match["braces"] is None for match in found) and not _IN_BODY.search(body)


def value_text(name: str, variables: Mapping[str, object]) -> str:
    """Return a variable of the notebook as a text.

    Raises
    ------
    UnknownVariable, InvalidValue
        There is none of this name; or it is nothing that can be written as a text.

    """
    if name not in variables:
        raise _unknown(name, variables)
    value = variables[name]
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, UUID)) for item in value):
        return ",".join(map(str, value))
    if isinstance(value, (str, Integral, UUID)) and not isinstance(value, bool):
        return str(value)
    raise InvalidValue(
        f"the variable {name} can't be used in a command",
        why=f"it is a {type(value).__name__}; texts, whole numbers, UUIDs and lists of texts can",
        fix=f"{name} = str({name})"
        if isinstance(value, (float, bool))
        else f"{name} = list({name})",
    )


def _unknown(name: str, variables: Mapping[str, object]) -> UnknownVariable:
    match = closest(name, (known for known in variables if not known.startswith("_")))
    return UnknownVariable(
        f"there is no variable {name!r}",
        why="$name and {{name}} stand for a variable of the notebook; $$ is a plain dollar",
        fix=f"write {{{{{match}}}}} or ${match}" if match else f'{name} = "…"',
    )
