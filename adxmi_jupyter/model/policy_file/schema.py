"""The JSON schema of policy files, which editors complete and check them with."""

from __future__ import annotations

import json
from importlib.resources import files

from adxmi_jupyter.model.policy_file.sections import Content

NAME = "adxmi.schema.json"
ID = "urn:adxmi:policy-file:v1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """Return the schema that is shipped with the package."""
    return files(__package__).joinpath(NAME).read_text(encoding="utf-8")


def generated_text() -> str:
    """Return the schema as the sections declare it; the shipped one must be the same."""
    declared = Content.model_json_schema(by_alias=True)
    whole = {"$schema": _DIALECT, "$id": ID, **declared, "title": "adxmi.yaml"}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
