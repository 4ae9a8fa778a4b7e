"""Texts become a filled-in declaration, or all that is wrong with them."""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self

import pytest
from pydantic import model_validator

from adxmi_jupyter.errors import ConfirmationRequired, InvalidField, MissingField
from adxmi_jupyter.model.declaration.fields import FieldKind, field
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.reading import AS_A_WHOLE, read
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import Identity, Name, Names, Timespan
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

IDENTITY = ManagedIdentity("e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", "mi-export")


class Speed(StrEnum):
    FAST = "Fast"
    SLOW = "Slow"


class Errand(Workflow):
    """Something to run."""

    about: ClassVar = About(
        "Errand",
        "run",
        Permission("Database Viewer"),
        ("Python plugin",),
        Sample({}),
        "Run an errand",
    )
    listing: ClassVar = PolicyListing(Usage.ALL)

    name: Name = field("Name", "What it is called.", example="Milk")
    identity: Identity = field("Identity", "Who runs.", example="mi-export")
    speed: Speed = field("Speed", "How it is run.", Speed.FAST)
    stops: Names = field("Stops", "Where to stop.", (), property_name="stops")
    rest: Timespan | None = field(
        "Rest",
        "How long to rest.",
        None,
        only_for={"speed": (Speed.SLOW,)},
        required=True,
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        property_name="rest",
        example="10m",
    )
    number: int | None = field("Number", "How many.", None, ge=1, example="3")
    loud: bool | None = field("Loud", "Whether it is heard.", None, property_name="isLoud")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.name == "Nothing" and self.stops:
            raise ConfirmationRequired("nothing has stops", why="it is nothing", fix="stay")
        return self

    def requirements(self):
        return ()

    def product(self):
        return Statement(f".run {self.name} {self.properties()}")


def test_fields_are_filled_in_with_texts_and_defaults():
    reading = read(
        Errand, {"name": "Milk", "identity": IDENTITY, "stops": "a, b,, a ", "number": "3"}
    )

    errand = reading.required()
    assert errand.stops == ("a", "b")
    assert errand.number == len("abc")
    assert errand.speed is Speed.FAST
    assert errand.rest is None
    assert reading.problems == {}


@pytest.mark.parametrize("raw", ["Slow", "slow", " SLOW "])
def test_choices_are_read_in_any_letter_case(raw):
    errand = read(
        Errand, {"name": "a", "identity": IDENTITY, "speed": raw, "rest": "1m"}
    ).required()

    assert errand.speed is Speed.SLOW


@pytest.mark.parametrize("nothing", ["", None, ()])
def test_an_empty_value_is_left_out(nothing):
    errand = read(
        Errand, {"name": "a", "identity": IDENTITY, "stops": nothing, "speed": nothing}
    ).required()

    assert errand.stops == ()
    assert errand.speed is Speed.FAST


def test_all_problems_are_collected():
    reading = read(Errand, {"name": " Milk", "number": "0", "rest": "5m"})

    assert reading.workflow is None
    assert {name: type(error) for name, error in reading.problems.items()} == {
        "name": InvalidField,
        "number": InvalidField,
        "identity": MissingField,
        "rest": InvalidField,
    }


def test_the_first_problem_is_raised():
    with pytest.raises(InvalidField, match="--name cannot be used: Name"):
        read(Errand, {"name": " "}).required()


def test_a_field_without_a_meaning_is_a_problem():
    problems = read(Errand, {"name": "a", "identity": IDENTITY, "rest": "5m"}).problems

    assert str(problems["rest"]).splitlines() == [
        "--rest can't be combined with --speed Fast",
        "  why: Rest requires --speed Slow",
        "  fix: remove --rest",
    ]


def test_a_field_that_is_required_for_a_choice_is_missing_only_there():
    problems = read(Errand, {"name": "a", "identity": IDENTITY, "speed": "slow"}).problems

    assert str(problems["rest"]).splitlines() == [
        "--rest is missing: Rest",
        "  why: How long to rest",
        "  fix: --rest TIME",
    ]


def test_what_depends_on_an_unreadable_choice_is_no_problem():
    problems = read(
        Errand, {"name": "a", "identity": IDENTITY, "speed": "lazy", "rest": "5m"}
    ).problems

    assert list(problems) == ["speed"]
    assert problems["speed"].why == "allowed values: Fast, Slow"


@pytest.mark.parametrize(
    ("field_name", "raw", "why"),
    [
        ("rest", "10s", "it is a length of time from 1m to 1h"),
        ("rest", "2h", "it is a length of time from 1m to 1h"),
        ("number", "0", "it is a number of at least 1"),
        ("number", "many", "it is a number of at least 1"),
        ("number", "1.5", "it is a number of at least 1"),
    ],
)
def test_bounds_are_told(field_name, raw, why):
    given = {"name": "a", "identity": IDENTITY, "speed": "slow", "rest": "1m", field_name: raw}

    assert read(Errand, given).problems[field_name].why == why


def test_values_that_are_read_already_pass():
    errand = read(Errand, {"name": "a", "identity": IDENTITY, "stops": ("a, b",)}).required()

    assert errand.stops == ("a, b",)


def test_an_identity_that_was_not_found_yet_is_none():
    problems = read(Errand, {"name": "a", "identity": "mi-export"}).problems

    assert problems["identity"].why.startswith("input should be an instance of ManagedIdentity")


def test_what_concerns_several_fields_stands_for_the_whole():
    problems = read(Errand, {"name": "Nothing", "identity": IDENTITY, "stops": "a"}).problems

    assert isinstance(problems[AS_A_WHOLE], ConfirmationRequired)


def test_a_field_that_nobody_declared_is_a_mistake_of_the_front_end():
    with pytest.raises(LookupError, match="Errand has no field colour"):
        read(Errand, {"colour": "red"})


def test_front_ends_see_what_a_field_is():
    specs = {spec.name: spec for spec in Errand.specs()}

    assert specs["rest"].kind is FieldKind.TIMESPAN
    assert (specs["rest"].least, specs["rest"].most) == (timedelta(minutes=1), timedelta(hours=1))
    assert specs["speed"].kind is FieldKind.CHOICE
    assert specs["speed"].choices == ("Fast", "Slow")
    assert specs["number"].kind is FieldKind.NUMBER
    assert specs["loud"].kind is FieldKind.FLAG
    assert specs["name"].is_required
    assert specs["stops"].option == "--stops"


@pytest.mark.parametrize(
    ("raw", "properties"),
    [
        ({}, ""),
        ({"loud": False}, "with (isLoud=false)"),
        ({"stops": "a"}, "with (stops=@'[\"a\"]')"),
        ({"speed": "slow", "rest": "90s"}, "with (rest=90s)"),
    ],
)
def test_only_properties_that_differ_from_their_defaults_are_sent(raw, properties):
    errand = read(Errand, {"name": "a", "identity": IDENTITY, **raw}).required()

    assert errand.properties() == properties


def test_a_workflow_knows_the_identities_it_names():
    assert read(Errand, {"name": "a", "identity": IDENTITY}).required().identities == (IDENTITY,)
