"""Texts to a filled-in declaration, or to what is wrong with them, field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from adxmi_jupyter.errors import AdxmiError, InvalidField, InvalidInput, MissingField
from adxmi_jupyter.fixes import ChangeOption, Explain, Label, LeaveOut, Option, Several
from adxmi_jupyter.model.declaration.fields import FieldKind, typed_error
from adxmi_jupyter.model.declaration.workflow import Workflow
from adxmi_jupyter.model.timespan import timespan_text
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.fields import FieldSpec

Declared = TypeVar("Declared", bound=Workflow)

AS_A_WHOLE = ""
"""Where a problem stands that concerns several fields."""


@dataclass(frozen=True)
class Reading(Generic[Declared]):
    """A workflow, if everything is right; else the problems, by the name of the field."""

    workflow: Declared | None
    problems: Mapping[str, AdxmiError]

    def required(self) -> Declared:
        """Return the workflow; raises the first problem where there is one."""
        for problem in self.problems.values():
            raise problem
        assert self.workflow is not None  # noqa: S101 - for the type checker
        return self.workflow


def read(declaration: type[Declared], raw: Mapping[str, object]) -> Reading[Declared]:
    """Fill a declaration in with texts, flags and resolved identities.

    Empty texts count as left out. A field that has no meaning beside the others is a problem, not
    silently ignored. What is wrong is not raised: front ends show all problems, or the first.

    Raises
    ------
    LookupError
        There is no such field; a mistake of the front end.

    """
    specs = {spec.name: spec for spec in declaration.specs()}
    unknown = next((name for name in raw if name not in specs), None)
    if unknown is not None:
        raise LookupError(f"{declaration.__name__} has no field {unknown}")
    given = {
        name: _in_canonical_spelling(specs[name], value)
        for name, value in raw.items()
        if value not in ("", None, ())
    }
    try:
        workflow = declaration.model_validate(given)
    except ValidationError as error:
        found = _found(error, specs)
        return Reading(None, {**found, **_misplaced(specs, given, found)})
    except AdxmiError as error:
        return Reading(None, {**_misplaced(specs, given, ()), AS_A_WHOLE: error})
    problems = _misplaced(specs, given, ())
    return Reading(None if problems else workflow, problems)


def _misplaced(
    specs: Mapping[str, FieldSpec], given: Mapping[str, object], unreadable: Collection[str]
) -> dict[str, AdxmiError]:
    """Return the problems of fields that are given without a meaning, or have one and are not.

    Where the field that decides it cannot be read, it is unknown.
    """
    values = {name: given.get(name, spec.default) for name, spec in specs.items()}
    problems: dict[str, AdxmiError] = {}
    for name, spec in specs.items():
        if any(decisive in unreadable for decisive in (*spec.only_for, *spec.required_for)):
            continue
        applies = spec.applies(values)
        if name in given and not applies:
            problems[name] = _pointless(spec, values)
        if name not in given and spec.is_needed(values):
            problems[name] = _missing(spec)
    return problems


def _in_canonical_spelling(spec: FieldSpec, value: object) -> object:
    """Return a choice as it is declared, whatever its letter case."""
    if not isinstance(value, str):
        return value
    return next((c for c in spec.choices if c.lower() == value.strip().lower()), value)


def _found(error: ValidationError, specs: Mapping[str, FieldSpec]) -> dict[str, AdxmiError]:
    problems: dict[str, AdxmiError] = {}
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else AS_A_WHOLE
        if name in specs and problem["type"] != "missing":
            problems.setdefault(name, _typed(specs[name], problem))
    return problems


def _typed(spec: FieldSpec, problem: Any) -> AdxmiError:
    own = typed_error(problem)
    if own is not None and type(own) is not InvalidInput:
        return own
    return InvalidField(
        Explain.of(Option(spec.option), " cannot be used", Label(spec.label)),
        why=Explain.joined(": ", own.values["what"], own.values["why"])
        if own
        else _reason(spec, problem),
        fix=ChangeOption(spec.option, _better(spec, problem)),
    )


def _reason(spec: FieldSpec, problem: Any) -> str | Explain:
    if spec.choices:
        return Explain.of("allowed values: ", Several.of(spec.choices))
    if spec.least is not None or spec.most is not None:
        return f"it is {_range(spec)}"
    if spec.kind is FieldKind.NUMBER:
        return "it is a number"
    said = str(problem["msg"])
    ours = said.removeprefix("Value error, ")
    return ours if ours != said else said[:1].lower() + said[1:]


def _range(spec: FieldSpec) -> str:
    least, most = _bound(spec.least), _bound(spec.most)
    what = "a length of time" if spec.kind is FieldKind.TIMESPAN else "a number"
    if spec.most is None:
        return f"{what} of at least {least}"
    return f"{what} from {least} to {most}"


def _bound(bound: object) -> str:
    return timespan_text(bound) if isinstance(bound, timedelta) else str(bound)


def _better(spec: FieldSpec, problem: Any) -> str:
    """Return the choice most like a wrong value, or the bound it passes, else a placeholder."""
    if spec.choices:
        return closest(str(problem["input"]), spec.choices) or spec.placeholder
    passed = {"greater_than_equal": spec.least, "less_than_equal": spec.most}.get(problem["type"])
    return spec.placeholder if passed is None else _bound(passed)


def _missing(spec: FieldSpec) -> MissingField:
    return MissingField(
        Explain.of(Option(spec.option), " is missing", Label(spec.label)),
        why=spec.help.rstrip("."),
        fix=ChangeOption(spec.option, spec.placeholder),
    )


def _pointless(spec: FieldSpec, values: Mapping[str, object]) -> InvalidField:
    name, allowed = next(
        (name, allowed)
        for name, allowed in spec.only_for.items()
        if str(values.get(name)) not in allowed
    )
    option = Option(f"--{name.replace('_', '-')}")
    return InvalidField(
        Explain.of(Option(spec.option), " can't be combined with ", option, f" {values.get(name)}"),
        why=Explain.of(f"{spec.label} requires ", option, f" {' or '.join(allowed)}"),
        fix=LeaveOut.of(spec.option),
    )
