"""Read YAML strictly: bounded, no key twice, no tags, one document.

The values are built here from the parser's events, so that nothing is built before it is counted:
PyYAML's own constructors repeat an alias as often as it stands, keep the last of two equal keys,
and go down into nested collections by recursion. Plain words mean what they mean in JSON, not what
YAML 1.1 makes of them: ``no``, ``0x1F`` and ``12:30`` are text.

Source: *YAML Ain't Markup Language 1.2*, chapter 10.2 (JSON schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import MalformedBody
from adxmi_jupyter.model.body.limits import (
    DEEPEST,
    MOST_NODES,
    Keys,
    Unreadable,
    real_number,
    too_deep,
    whole_number,
)
from adxmi_jupyter.model.body.places import Document, Place
from adxmi_jupyter.model.body.text import LARGEST

if TYPE_CHECKING:
    import yaml

_CORE = "tag:yaml.org,2002:"
_TAGS = {None, "!", *(f"{_CORE}{kind}" for kind in ("str", "seq", "map"))}
_MERGE = "<<"
_SMALL = 20_000
"""Characters."""
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_OTHER_TYPE = re.compile(
    r"y|n|yes|no|on|off|=|[-+]?\.(?:inf|nan)|[-+]?0[0-7_]+|[-+]?0[xb][0-9a-f_]+|0o[0-7]+"
    r"|[-+]?[0-9][0-9_]*_[0-9_.]*|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
    re.IGNORECASE,
)
"""What YAML 1.1 takes for a truth value or a number, and YAML 1.2 for text, or another number."""
_WHOLE = re.compile(r"[-+]?[0-9]+")
_REAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")


def yaml_value(text: str, *, ignore_case: bool = True) -> Any:
    """Return what a YAML text says.

    Raises
    ------
    yaml.YAMLError
        It is no YAML.
    RepeatedKey
        A key occurs twice in one mapping, merged ones included.
    MalformedBody
        It is nested too deeply, its aliases make too much of it, or it has tags, several
        documents, keys that are no text, or numbers that can't be used.

    """
    return _Builder(_events(text), ignore_case).document()


def yaml_document(text: str, *, is_strict: bool = True) -> Document:
    """Return what a YAML text says, and where: for files that people keep.

    Raises as `yaml_value`, and if it is strict also for plain words that YAML 1.1 reads as
    something else than text, such as ``no`` and ``0123``: another reader of the file would take
    them for that.
    """
    builder = _Builder(_events(text), ignore_case=True, is_strict=is_strict)
    value = builder.document()
    return Document(value, builder.places)


def _events(text: str) -> Iterator[yaml.Event]:
    import yaml

    # libyaml reads 1 MB in a second, PyYAML's own parser in a minute; its messages are better.
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.parse(text, Loader=yaml.SafeLoader if len(text) <= _SMALL else quick)


@dataclass(frozen=True)
class _Node:
    """A value and how large it is once aliases are written out."""

    value: Any
    size: int
    is_merge: bool = False


@dataclass
class _Builder:
    events: Iterator[yaml.Event]
    ignore_case: bool
    is_strict: bool = False
    places: dict[int, dict[str | int, Place]] = field(default_factory=dict)
    _anchors: dict[str, _Node | None] = field(default_factory=dict)
    _depth: int = 0
    _nodes: int = 0

    def document(self) -> Any:
        """Return the value of the one document there is."""
        import yaml

        value: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused("there is more than one document", event)
                value = self._node(next(self.events)).value
        return value

    def _node(self, event: yaml.Event) -> _Node:
        import yaml

        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _refused(f"it has more than {MOST_NODES:,} values", event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if getattr(event, "tag", None) not in _TAGS:
            raise _refused("tags are not supported", event)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None  # not known before it is whole: it may name itself
        node = self._made(event)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> _Node:
        node = self._anchors.get(str(event.anchor))
        if node is None:
            raise _refused(f"the alias {event.anchor!r} names nothing, or itself", event)
        return node

    def _made(self, event: yaml.Event) -> _Node:
        import yaml

        if isinstance(event, yaml.ScalarEvent):
            if self.is_strict:
                _refuse_ambiguous(event)
            return _scalar(event)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _at(event, too_deep(_place(event)))
        is_list = isinstance(event, yaml.SequenceStartEvent)
        node = self._sequence(event) if is_list else self._mapping(event)
        self._depth -= 1
        return node

    def _sequence(self, start: yaml.Event) -> _Node:
        import yaml

        items: list[Any] = []
        places = self.places.setdefault(id(items), {})
        size = 1
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            places[len(items)] = _line_and_column(event)
            node = self._node(event)
            items.append(node.value)
            size = _grown(size, node, start)
        return _Node(items, size)

    def _mapping(self, start: yaml.Event) -> _Node:
        import yaml

        items: dict[str, Any] = {}
        places = self.places.setdefault(id(items), {})
        keys = Keys(ignore_case=self.ignore_case)
        size = 1
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event)
            if not isinstance(key.value, str):
                raise _refused("a key is not text; put it in quotes", event)
            node = self._node(next(self.events))
            found = _merged(node.value, event) if key.is_merge else {key.value: node.value}.items()
            for name, value in found:
                try:
                    keys.add(name, partial(_place, event))
                except MalformedBody as repeated:
                    raise _at(event, repeated) from None
                items[name] = value
                places[name] = _line_and_column(event)
            size = _grown(_grown(size, key, start), node, start)
        return _Node(items, size)


def _merged(value: Any, event: yaml.Event) -> Iterator[tuple[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise _refused("what << merges is not a mapping", event)
        yield from one.items()


def _grown(size: int, node: _Node, event: yaml.Event) -> int:
    if size + node.size > LARGEST:
        raise _refused("its aliases make too much of it", event)
    return size + node.size


def _scalar(event: yaml.ScalarEvent) -> _Node:
    size = 1 + len(event.value)
    is_plain = event.implicit[0] and event.tag is None
    if not is_plain:
        return _Node(event.value, size)
    if event.value == _MERGE:
        return _Node(_MERGE, size, is_merge=True)
    try:
        return _Node(_plain(event.value), size)
    except Unreadable as error:
        raise _refused(str(error), event) from error


def _refuse_ambiguous(event: yaml.ScalarEvent) -> None:
    is_plain = event.implicit[0] and event.tag is None
    if is_plain and _OTHER_TYPE.fullmatch(event.value):
        what = f"the plain word {event.value} has two meanings in YAML"
        why = f"{_place(event)}: YAML 1.1 reads it as a truth value or a number"
        fix = f'write "{event.value}" in quotes if it is text'
        raise _at(event, MalformedBody(what, why=why, fix=fix))


def _plain(word: str) -> Any:
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    if _WHOLE.fullmatch(word):
        return whole_number(word)
    return real_number(word) if _REAL.fullmatch(word) else word


def _refused(why: str, event: yaml.Event) -> MalformedBody:
    what, fix = "the YAML cannot be used", "write it out, as plain YAML"
    return _at(event, MalformedBody(what, why=f"{_place(event)}: {why}", fix=fix))


def _at(event: yaml.Event, error: MalformedBody) -> MalformedBody:
    place = _line_and_column(event)
    error.line, error.column = place.line, place.column
    return error


def _place(event: yaml.Event) -> str:
    return str(_line_and_column(event)) if event.start_mark else "somewhere"


def _line_and_column(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place()
