"""What a statement says, decoded by the parser, and what it must say for the value of a field."""

from __future__ import annotations

import json
import re

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.connection_string import parse
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.entity_name import QUOTED
from adxmi_jupyter.model.moment import moment_text
from adxmi_jupyter.model.timespan import parse_timespan

_LITERAL = re.compile(rf"@'(?:[^']|'')*'|{QUOTED}", re.DOTALL)


def as_known(text):
    """Return a statement the parser knows with the literals and words of one it does not."""
    words = re.findall(r"\w+", _LITERAL.sub("", text))
    return f"print {', '.join([*_LITERAL.findall(text), *map(json.dumps, words)])}"


def said_in(judgement):
    """Return names and literals, and the texts within JSON and connection strings."""
    within = {text for literal in judgement.literals for text in _within(literal)}
    return {*judgement.names, *judgement.literals, *within}


def _within(literal):
    if "Authentication=" in literal:
        read = parse(literal)
        return {read.host, read.authentication.identity, *read.target.parts.values()}
    try:
        return leaves(json.loads(literal))
    except ValueError:
        return set()


def leaves(value):
    """Return every text within JSON, the names of its pairs too."""
    if isinstance(value, dict):
        return {leaf for pair in value.items() for one in pair for leaf in leaves(one)}
    if isinstance(value, list | tuple):
        return {leaf for one in value for leaf in leaves(one)}
    return {value} if isinstance(value, str) else set()


def says_length(said, length):
    """Tell whether one of the texts is a length of time."""
    return length in map(_length, said)


def _length(text):
    try:
        return parse_timespan(text)
    except InvalidInput:
        return None


def texts_for(workflow, spec, value):
    """Return the texts that a statement must say for the value of a field."""
    return {text for text in _TEXTS.get(spec.kind, _none)(workflow, spec, value) if text}


def _none(_workflow, _spec, _value):
    return ()


def _itself(_workflow, _spec, value):
    return (value,)


def _property(_workflow, spec, value):
    return (value,) if spec.property_name else ()


def _names(_workflow, spec, value):
    # Databases that a query reads are no part of the statement.
    return value if spec.name != "reads" else ()


def _places(workflow, _spec, value):
    return [f"{place.uri};managed_identity={workflow.identity.word}" for place in value]


def _artifacts(workflow, spec, value):
    return [*(name for name, _ in value), *_places(workflow, spec, [place for _, place in value])]


_TEXTS = {
    FieldKind.TEXT: _itself,
    FieldKind.LINE: _itself,
    FieldKind.BODY: _itself,
    FieldKind.NAME: _itself,
    FieldKind.TABLE: _itself,
    FieldKind.EXTERNAL_TABLE: _itself,
    FieldKind.ACCOUNT: _itself,
    FieldKind.CHOICE: _property,
    FieldKind.NAMES: _names,
    FieldKind.LOCATION: _places,
    FieldKind.ARTIFACTS: _artifacts,
    FieldKind.MODEL: lambda workflow, spec, value: _places(workflow, spec, [value]),
    FieldKind.SERVER: lambda _workflow, _spec, value: value.split(","),
    FieldKind.COLUMNS: lambda _workflow, _spec, value: [column.name for column in value],
    FieldKind.PARTITIONS: lambda _workflow, _spec, value: [
        text for one in value for text in (one.name, one.source)
    ],
    FieldKind.PATH: lambda _workflow, _spec, value: [
        text for one in value for text in (one.text, one.partition, one.format)
    ],
    FieldKind.MOMENT: lambda _workflow, _spec, value: [moment_text(value)],
    FieldKind.PERIODS: lambda _workflow, _spec, value: [
        moment_text(moment) for one in value for moment in (one.start, one.end)
    ],
    FieldKind.JSON: lambda _workflow, _spec, value: leaves(value),
    FieldKind.JSON_LIST: lambda _workflow, _spec, value: leaves(value),
}
