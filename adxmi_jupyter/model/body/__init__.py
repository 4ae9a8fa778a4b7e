"""Bodies that people write: the JSON or YAML of a policy, options, events. One reader for all.

Everything is bounded before it is built: size, nesting, what aliases repeat, the digits of a
number. What two readers could read differently is an error with its line and column: a key that
stands twice, tags, several documents.
"""

from adxmi_jupyter.model.body.json_text import json_document, json_value
from adxmi_jupyter.model.body.limits import Unreadable
from adxmi_jupyter.model.body.places import Document, Place
from adxmi_jupyter.model.body.reading import structured, yaml_problem
from adxmi_jupyter.model.body.text import LARGEST, checked_text, decoded
from adxmi_jupyter.model.body.yaml_text import yaml_document

__all__ = [
    "LARGEST",
    "Document",
    "Place",
    "Unreadable",
    "checked_text",
    "decoded",
    "json_document",
    "json_value",
    "structured",
    "yaml_document",
    "yaml_problem",
]
