"""Workflows are found by looking."""

import pytest

from adxmi_jupyter.model import workflow
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.registry import (
    declaration_of,
    declarations,
    maker_of,
    nouns,
)
from adxmi_jupyter.model.declaration.workflow import Workflow


def test_every_module_declares_one_workflow():
    assert [one.noun() for one in declarations()] == list(nouns())
    assert all(issubclass(one, Workflow) for one in declarations())


def test_a_noun_is_the_name_of_its_file():
    assert declaration_of("external-table").__module__.endswith(".workflow.external_table")


def test_what_other_workflows_name_is_made_by_one():
    assert maker_of(FieldKind.EXTERNAL_TABLE) == "external-table"
    assert maker_of(FieldKind.TABLE) == ""


def test_a_module_without_a_workflow_is_a_mistake(tmp_path, monkeypatch):
    (tmp_path / "empty_file.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(workflow, "__path__", [*workflow.__path__, str(tmp_path)])

    with pytest.raises(LookupError, match="declares no Workflow"):
        declaration_of("empty-file")
