"""A workflow is named in one place: its own file."""

import ast
import re
from pathlib import Path

import pytest

import adxmi_jupyter
from adxmi_jupyter.model.declaration.registry import declarations

PACKAGE = Path(adxmi_jupyter.__file__).parent
# The embedded Azure speaks for the service, which knows its own commands; verbs play with it. The
# service writes its commands into scripts, too. Addresses of pages are those of the documentation.
# Migrations rewrite the text of each kind that may hold a secret, by rules of that kind.
APART = (
    PACKAGE / "model" / "workflow",
    PACKAGE / "documentation.py",
    PACKAGE / "embedded",
    PACKAGE / "model" / "csl_script.py",
    PACKAGE / "model" / "migration",
    PACKAGE / "actions" / "migrate",
    PACKAGE / "actions" / "embedded",
    PACKAGE / "magics" / "embedded.py",
)
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if not any(path.is_relative_to(one) for one in APART)
)


def mentions(nodes, noun, class_name):
    """Return where nodes of a syntax tree mention a workflow: its noun, its module or its class."""
    module = noun.replace("-", "_")
    typed = re.compile(
        rf"(?<![\w.-]){noun}(?![\w-])" if "-" in noun else rf"adxmi {noun}\b|^{noun}$"
    )
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) if typed.search(text):
                yield text
            case ast.ImportFrom(module=str(name)) if f"workflow.{module}" in name:
                yield name
            case ast.Name(id=name) | ast.Attribute(attr=name) if name == class_name:
                yield name


@pytest.fixture(scope="module")
def nodes():
    """What may mention a workflow in the syntax tree of each file that is no declaration."""
    kinds = (ast.Constant, ast.ImportFrom, ast.Name, ast.Attribute)
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    return {
        str(path.relative_to(PACKAGE)): [one for one in ast.walk(tree) if isinstance(one, kinds)]
        for path, tree in trees.items()
    }


@pytest.mark.parametrize("declaration", declarations(), ids=lambda one: one.noun())
def test_no_other_file_mentions_a_workflow(nodes, declaration):
    noun, name = declaration.noun(), declaration.__name__

    found = {path: list(mentions(here, noun, name)) for path, here in nodes.items()}

    assert {path: texts for path, texts in found.items() if texts} == {}
