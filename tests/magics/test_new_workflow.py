"""A new workflow is one new file: everything else follows from the declaration in it."""

import sys

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.forms.workflow.state import WorkflowState
from adxmi_jupyter.magics import tree
from adxmi_jupyter.model import workflow
from adxmi_jupyter.model.declaration.registry import declaration_of, nouns, unsupported

DECLARATION = '''
"""Watering: a command gives water to a plant, as an identity."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import Identity, Locations, Text
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage


class Amount(StrEnum):
    LITTLE = "little"
    MUCH = "much"


class WaterPlants(Workflow):
    """Water for a plant, fetched as an identity."""

    about: ClassVar = About(
        title="Watering",
        does="run",
        action="Water a plant",
        caller=Permission("Database Viewer"),
        pages=("Python plugin",),
        sample=Sample({"source": "https://contosolake.blob.core.windows.net/wells", "identity": "mi-ingest"}),
        without_identity=(Unsupported("rain", "it comes by itself", "wait", ("rain",)),),
    )
    listing: ClassVar = PolicyListing(Usage.NATIVE_INGESTION)

    source: Locations = field("Source", "Where the water is.", example="https://a.blob.core.windows.net/wells")
    identity: Identity = field("Identity", "Who fetches it.", example="mi-ingest")
    amount: Amount = field("Amount", "How much of it.", Amount.LITTLE, property_name="amount")
    plant: Text = field("Plant", "Which plant.", "", only_for={"amount": (Amount.MUCH,)}, property_name="plant")

    def requirements(self) -> tuple[Requirement, ...]:
        return acting_as(self.identity, Usage.NATIVE_INGESTION, *targets.reads(self.identity, *self.source))

    def product(self) -> Statement:
        strings = [targets.connection_string(place, self.identity) for place in self.source]
        return Statement(f".water ({', '.join(map(kql.obfuscated_literal, strings))}) {self.properties()}")
'''
LINE = "water-plants build --source https://contosolake.blob.core.windows.net/wells"


@pytest.fixture
def water_plants(tmp_path, monkeypatch):
    """Put one new file beside the declarations; nothing else changes."""
    (tmp_path / "water_plants.py").write_text(DECLARATION, encoding="utf-8")
    monkeypatch.setattr(workflow, "__path__", [*workflow.__path__, str(tmp_path)])
    yield "water-plants"
    sys.modules.pop("adxmi_jupyter.model.workflow.water_plants", None)
    vars(workflow).pop("water_plants", None)
    tree._workflow.cache_clear()


def test_the_noun_is_there_in_its_place(water_plants):
    found = nouns()

    assert water_plants in found
    assert list(found) == sorted(found)


def test_the_verbs_and_the_help_are_there(water_plants, magic, capsys):
    magic(water_plants)

    printed = capsys.readouterr().out
    shown = " ".join(printed.split())
    assert "Water for a plant, fetched as an identity." in shown
    assert (
        "Not supported with a managed identity: rain, because it comes by itself. Instead: wait."
        in shown
    )
    assert [
        verb for verb in ("build", "run", "list", "check", "form") if f"  {verb} " in printed
    ] == [
        *("build", "run", "list", "check", "form"),
    ]


def test_the_options_explain_themselves(water_plants, magic, capsys):
    magic(f"{water_plants} build --help")

    shown = " ".join(capsys.readouterr().out.split())
    assert "--source URL Where the water is. Required." in shown
    assert "--amount CHOICE How much of it. Default: little. Allowed values: little, much." in shown
    assert "--plant TEXT Which plant. Only with --amount much." in shown
    assert "%adxmi water-plants build --database Sales \\ --source" in shown


def test_the_statement_is_built(water_plants, magic):
    (row,) = magic(f"{LINE} --identity mi-ingest --amount MUCH --plant fern").to_dict("records")

    assert row["sent_to"] == "management endpoint"
    assert row["text"] == (
        ".water (h@'https://contosolake.blob.core.windows.net/wells;"
        "managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6') "
        'with (amount="much", plant="fern")'
    )


@pytest.mark.nightly
def test_its_links_are_examined(water_plants, magic):
    frame = magic(f"{LINE.replace(' build ', ' check ')} --identity mi-ingest")

    assert list(frame["requirement"]) == [
        "identity exists",
        "assigned to the cluster",
        "allowed by policy",
        "same tenant",
        "Azure role",
    ]
    assert list(frame["state"][:4]) == ["met", "met", "met", "met"]


def test_bad_input_is_told(water_plants, magic):
    with pytest.raises(errors.InvalidField) as raised:
        magic(f"{LINE} --identity mi-ingest --amount some")

    assert raised.value.why == "allowed values: little, much"


def test_it_is_completed(water_plants, completions):
    ((noun, _, kind),) = completions("%adxmi water")
    assert (noun, kind) == (water_plants, "command: Water for a plant, fetched as an identity")
    assert "--amount" in [text for text, _, _ in completions(f"%adxmi {water_plants} build --am")]
    assert [text for text, _, _ in completions(f"%adxmi {water_plants} build --amount ")] == [
        "little",
        "much",
    ]


def test_its_form_knows_the_fields(water_plants, magics):
    state = WorkflowState(magics.connections.current(), declaration_of(water_plants), "Sales")

    assert [spec.name for spec in state.specs] == ["source", "identity", "amount"]
    state.enter("amount", "much")
    assert [spec.name for spec in state.specs] == ["source", "identity", "amount", "plant"]
    state.enter("source", "https://contosolake.blob.core.windows.net/wells")
    state.enter("identity", "mi-ingest")
    assert state.preview.text.startswith(".water (h@'https://contosolake")


def test_the_reference_has_it(water_plants):
    assert "water-plants build" in [name for name, _ in tree.leaves()]


def test_what_it_cannot_do_is_known(water_plants, magic):
    with pytest.raises(errors.IdentityNotSupported) as raised:
        magic("rain")

    assert raised.value.fix == "wait"
    assert unsupported("rain").title == "rain"
