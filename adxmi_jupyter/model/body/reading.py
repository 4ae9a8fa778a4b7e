"""Read a body that is JSON, JSON with single quotes, or YAML."""

from __future__ import annotations

import json
from typing import Any

from adxmi_jupyter.errors import MalformedBody
from adxmi_jupyter.model.body.json_text import json_value
from adxmi_jupyter.model.body.places import Place
from adxmi_jupyter.model.body.text import checked_text
from adxmi_jupyter.model.body.yaml_text import yaml_value


def structured(text: str, *, form: str) -> Any:
    """Return what a body says; `form` tells how one is written, for the error.

    Raises
    ------
    MalformedBody
        It is neither JSON nor YAML, or against what `json_value` and `yaml_value` allow; the line
        and column are named. For a key that stands twice that is `RepeatedKey`.

    """
    text = checked_text(text)
    try:
        return json_value(text)
    except json.JSONDecodeError as error:
        return _as_yaml(text, error, form)


def _as_yaml(text: str, json_error: json.JSONDecodeError, form: str) -> Any:
    import yaml

    try:
        return yaml_value(text)
    except yaml.YAMLError as error:
        at, problem = yaml_problem(error, text)
        where = str(at or "somewhere")
        # What starts like JSON is meant to be JSON, unless single quotes make it the service's.
        if text.lstrip()[:1] in {"[", "{"} and "'" not in text:
            where = f"line {json_error.lineno}, column {json_error.colno}"
            problem = json_error.msg
        raise MalformedBody(
            "the body is neither JSON nor YAML", why=f"{where}: {problem}", fix=form
        ) from error


def yaml_problem(error: Exception, text: str) -> tuple[Place | None, str]:
    """Return where a text is no YAML, if that is known, and why, as PyYAML tells both."""
    mark, position = getattr(error, "problem_mark", None), getattr(error, "position", None)
    where = Place(mark.line + 1, mark.column + 1) if mark else None
    if position is not None:  # a character that YAML does not allow
        where = Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
    problem = getattr(error, "problem", None) or getattr(error, "reason", None)
    return where, str(problem or type(error).__name__)
