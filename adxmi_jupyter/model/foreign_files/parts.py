"""Parts of a document that was read: values with their places, asked for what they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import MalformedBody
from adxmi_jupyter.model.body import yaml_problem
from adxmi_jupyter.model.foreign_files import secrets
from adxmi_jupyter.model.foreign_files.values import Where, mistake

if TYPE_CHECKING:
    from adxmi_jupyter.model.body.places import Document, Path, Step

_KINDS = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", int: "a number"}

_LOOKED = "\0"
"""A step that no document has: something was asked for there, whether it was there or not."""


@dataclass(frozen=True)
class Expression:
    """What stands in a file instead of a literal value."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Part:
    """A value in a document, and the steps that lead to it.

    `used` has the paths that were asked for, of all parts of the document: `unused` are the others.
    """

    document: Document
    source: str
    value: Any
    path: Path = ()
    used: set[Path] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def whole(cls, document: Document, source: str) -> Part:
        """Return all of a document."""
        return cls(document, source, document.value)

    @property
    def where(self) -> Where:
        """Where it stands."""
        place = self.document.place(self.path)
        return Where(self.source, place.line, place.column)

    def step(self, step: Step) -> Part:
        """Return a part of it that is there."""
        self.used.add((*self.path, step))
        return self._within(step)

    def _within(self, step: Step) -> Part:
        return Part(self.document, self.source, self.value[step], (*self.path, step), self.used)

    def _steps(self) -> list[Step]:
        if isinstance(self.value, Mapping):
            return list(self.value)
        return list(range(len(self.value))) if isinstance(self.value, list) else []

    def unused(self, *without: str) -> Iterator[Part]:
        """Yield what nothing asked for, as far up as that is so; not what is empty.

        A part of which nothing was asked for was used as a whole. `without` are names, in lower
        case, that say nothing in this place.
        """
        steps = self._steps()
        if not any((*self.path, step) in self.used for step in (_LOOKED, *steps)):
            return
        for step in steps:
            part = self._within(step)
            if (*self.path, step) in self.used:
                yield from part.unused()
            elif part.value not in (None, "", [], {}) and str(step).lower() not in without:
                yield part

    def get(self, name: str) -> Part:
        """Return what stands under a name, in any letter case; a part without value if nothing."""
        self.used.add((*self.path, _LOOKED))
        if isinstance(self.value, Mapping):
            found = next((one for one in self.value if one.casefold() == name.casefold()), None)
            if found is not None:
                return self.step(found)
        return Part(self.document, self.source, None, self.path, self.used)

    def items(self) -> Iterator[tuple[str, Part]]:
        """Yield names and parts; raises InvalidForeignFile where it is no mapping."""
        for name in self._as(dict) or ():
            yield name, self.step(name)

    def each(self) -> Iterator[Part]:
        """Yield the items of a list; raises InvalidForeignFile where it is none."""
        for number in range(len(self._as(list) or ())):
            yield self.step(number)

    def text(self) -> str:
        """Return a text, empty for none; raises InvalidForeignFile for anything else."""
        value = self._as(str)
        return str(value) if value else ""

    def _as(self, kind: type) -> Any:
        if self.value is None or isinstance(self.value, kind):
            return self.value
        name = str(self.path[-1]) if self.path else "the file"
        given = _KINDS.get(type(self.value), "an expression")
        why = f"it is {given}, not {_KINDS[kind]}"
        raise mistake(self.where, f"{name} can't be used", why)

    def check_secrets(
        self,
        *,
        scripts: tuple[str, ...] = (),
        is_expression: Callable[[object], bool] = lambda _: False,
    ) -> None:
        """Check it and all in it, but expressions, and what stands under the names of scripts.

        Raises
        ------
        LiteralSecret
            There is a literal secret.

        """
        for step in self._steps():
            name, one = (step if isinstance(step, str) else ""), self._within(step)
            if name and name in scripts:
                continue
            if not is_expression(one.value):
                secrets.check_value(name, one.value, one.where)
            one.check_secrets(scripts=scripts, is_expression=is_expression)


def parsed(read: Callable[[str], Document], text: str, source: str, what: str) -> Part:
    """Return a whole file; `what` is what it should be, such as ``YAML``.

    Raises
    ------
    InvalidForeignFile
        It cannot be read; line and column are named.

    """
    import json

    import yaml

    try:
        return Part.whole(read(text), source)
    except MalformedBody as error:
        raise mistake(Where(source), error.what, error.why, error.fix) from error
    except json.JSONDecodeError as error:
        where = Where(source, error.lineno, error.colno)
        fix = "check whether its end is missing"
        raise mistake(where, f"it isn't {what}", error.msg, fix) from error
    except yaml.YAMLError as error:
        place, problem = yaml_problem(error, text)
        where = Where(source, place.line, place.column) if place else Where(source)
        raise mistake(where, f"it isn't {what}", problem) from error
