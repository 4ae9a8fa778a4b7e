"""Where the values of a form's fields are listed, and what names of files tell of their format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.actions.choices.values import Question, level
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.formats import format_of_names

if TYPE_CHECKING:
    from adxmi_jupyter.actions.choices.lists import Lists
    from adxmi_jupyter.model.declaration.fields import FieldSpec

FORMAT = "data_format"


class Filled(Protocol):
    """The fields of a form as far as they are filled in."""

    @property
    def database(self) -> str:
        """The database it is for."""

    @property
    def values(self) -> Mapping[str, object]:
        """What was filled in, by the names of the fields."""

    @property
    def specs(self) -> Sequence[FieldSpec]:
        """The fields that have a meaning beside the others."""

    def enter(self, name: str, value: object) -> None:
        """Fill a field in."""


class Sources:
    """What is asked for a field of a form.

    Parameters
    ----------
    filled
        The fields.
    lists
        What was listed so far.

    """

    def __init__(self, filled: Filled, lists: Lists) -> None:
        self._filled = filled
        self.lists = lists
        self._guessed = ""

    def _spec(self, name: str) -> FieldSpec | None:
        return next((spec for spec in self._filled.specs if spec.name == name), None)

    def question(self, name: str, text: str) -> tuple[str, Question] | None:
        """Return what to ask for a list of values of a field, and what stands before them."""
        spec = self._spec(name)
        if spec is None or spec.listed is None:
            return None
        before, inside = level(spec.listed.source, text)
        given = tuple(str(self._filled.values.get(one, "")) for one in spec.listed.of)
        return before, Question(spec.listed.source, self._filled.database, given, inside)

    def guess(self) -> tuple[str, ...]:
        """Choose the format that the names of files tell; return the fields this has changed.

        A format that the user has chosen stays.
        """
        spec, chosen = self._spec(FORMAT), self._filled.values.get(FORMAT, "")
        if spec is None or chosen not in ("", self._guessed):
            return ()
        told = str(format_of_names(self._file_names()) or "")
        found = next((one for one in spec.choices if one.lower() == told), "")
        if not found or found == chosen:
            return ()
        self._guessed = found
        self._filled.enter(FORMAT, found)
        return (FORMAT,)

    def _file_names(self) -> Iterator[str]:
        """Yield the addresses in the fields, and the files that are known to be there."""
        for spec in self._filled.specs:
            text = str(self._filled.values.get(spec.name, "")).strip()
            asked = self.question(spec.name, f"{text.rstrip('/')}/") if text else None
            if spec.kind is FieldKind.LOCATION and asked:
                yield text
                yield from self.lists.file_names(asked[1])
