"""Where in a file its values stand: what an error about one of them has to name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adxmi_jupyter.model.body.limits import repeated

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Place:
    """A line and a column, as editors count; a line of 0 is unknown."""

    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


@dataclass(frozen=True)
class Document:
    """The value of a file, and the places of its keys and items by the object that holds them.

    The objects live as long as the value does, so their identity tells them apart, also where an
    alias makes one of them stand in several places.
    """

    value: Any
    places: Mapping[int, Mapping[Step, Place]] = field(repr=False)

    def place(self, path: Sequence[Step]) -> Place:
        """Return where a value stands, or what holds it; steps that the file lacks are skipped."""
        found, here = Place(1, 1), self.value
        for step in path:
            places = self.places.get(id(here), {})
            if step in places:
                found, here = places[step], here[step]
        return found

    def with_texts(self, change: Callable[[str, Path], str]) -> Document:
        """Return it with every text changed, keys included; the places stay.

        Raises
        ------
        RepeatedKey
            Two keys of one mapping become the same one.

        """
        places: dict[int, Mapping[Step, Place]] = {}
        return Document(self._changed(self.value, (), change, places), places)

    def _changed(
        self,
        value: Any,
        path: Path,
        change: Callable[[str, Path], str],
        places: dict[int, Mapping[Step, Place]],
    ) -> Any:
        if isinstance(value, str):
            return change(value, path)
        if isinstance(value, list):
            items = [self._changed(v, (*path, i), change, places) for i, v in enumerate(value)]
            places[id(items)] = self.places.get(id(value), {})
            return items
        if not isinstance(value, dict):
            return value
        there = self.places.get(id(value), {})
        names = {key: change(key, (*path, key)) for key in value}
        _check_distinct(names, there)
        changed = {
            names[key]: self._changed(one, (*path, key), change, places)
            for key, one in value.items()
        }
        places[id(changed)] = {names[key]: there[key] for key in value if key in there}
        return changed

    def overlaid(self, over: Any) -> Document:
        """Return it with a part of it laid over: mappings are merged, all else is replaced.

        ``null`` removes what it stands for. Keys are the same ones in any letter case.
        """
        places = dict(self.places)
        return Document(_laid_over(self.value, over, places), places)


def plain(key: str) -> str:
    """Return what tells a key from others: letter case and blanks around it do not."""
    return key.strip().casefold()


def _check_distinct(names: Mapping[str, str], places: Mapping[Step, Place]) -> None:
    seen: dict[str, str] = {}
    for key, name in names.items():
        first = seen.setdefault(plain(name), key)
        if first != key:
            place = places.get(key, Place())
            error = repeated(name, names[first], str(place))
            error.line, error.column = place.line, place.column
            raise error


def _laid_over(under: Any, over: Any, places: dict[int, Mapping[Step, Place]]) -> Any:
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    spelled: dict[str, str] = {plain(key): key for key in under}
    there = {**places.get(id(under), {})}
    merged = dict(under)
    removed: set[str] = set()
    for key, value in over.items():
        own = spelled.setdefault(plain(key), key)
        merged[own] = _laid_over(under.get(own), value, places)
        there[own] = places.get(id(over), {}).get(key, Place())
        if value is None:
            removed.add(own)
    kept = {key: value for key, value in merged.items() if key not in removed}
    places[id(kept)] = there
    return kept
