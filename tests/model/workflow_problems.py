"""What people get wrong about a workflow, as one typed error."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.identity import ManagedIdentity

SECRET = "c2VjcmV0LXNlY3JldA"
IDENTITY = ManagedIdentity("e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", "mi-export")
ARCHIVE = "https://contosolake.blob.core.windows.net/archive"
LONGEST_LINE = 220


def example_of(noun, name):
    """Return the example that a field shows people."""
    return next(spec.example for spec in declaration_of(noun).specs() if spec.name == name)


def problem_of(noun, changes):
    """Return the first problem of a workflow's sample with some fields changed."""
    declaration = declaration_of(noun)
    who = {spec.name: IDENTITY for spec in declaration.specs() if spec.kind is FieldKind.IDENTITY}
    reading = read(declaration, {**declaration.about.sample.fields, **who, **changes})
    with pytest.raises(errors.AdxmiError) as raised:
        reading.required()
    return raised.value


def told(problem):
    """Return the three lines a user sees; none is long."""
    lines = problem._render_traceback_()
    assert max(map(len, lines)) <= LONGEST_LINE
    return lines
