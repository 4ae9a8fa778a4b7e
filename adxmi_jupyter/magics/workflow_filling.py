"""What the verbs of workflows share: fill one in by a line and its body, and give examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import ConflictingOptions, MissingField
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.missing import Lacking, missing
from adxmi_jupyter.magics.verbs import Example
from adxmi_jupyter.model.declaration.fields import FieldKind

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.verbs import Verb
    from adxmi_jupyter.model.declaration.workflow import Workflow

    Declaration = type[Workflow]


def filled(
    call: Call, declaration: Declaration, raw: Mapping[str, Any], *more: Lacking
) -> Workflow:
    """Return the workflow a line describes; `more` is what the line lacks besides its fields.

    Raises
    ------
    MissingOption
        Several things are missing: all of them.
    AdxmiError
        The first thing that is wrong with it.

    """
    from adxmi_jupyter.actions.workflow.filling import fill_in

    result = fill_in(call.connection, declaration, given(call, declaration, raw))
    _refuse_lacking(call, declaration, result.reading.problems, more)
    workflow: Workflow = result.reading.required()
    for note in result.notes:
        call.say(note)
    return workflow


def _refuse_lacking(
    call: Call,
    declaration: Declaration,
    problems: Mapping[str, AdxmiError],
    more: Sequence[Lacking],
) -> None:
    """Refuse a line that lacks several things; a single one has an error of its own."""
    lacking = [
        Lacking(spec.option, f"{spec.option} {spec.placeholder}")
        for spec in declaration.specs()
        if isinstance(problems.get(spec.name), MissingField)
    ]
    if len(lacking) + len(more) > 1:
        raise missing(call, (*more, *lacking))


def given(call: Call, declaration: Declaration, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given: options that differ from their defaults, and the cell body."""
    defaults = {
        spec.name: spec.default for spec in declaration.specs() if spec.kind is FieldKind.FLAG
    }
    options = {name: value for name, value in raw.items() if defaults.get(name, "") != value}
    body = options.pop("file", "") or (call.body or "").strip("\n")
    field = declaration.about.body
    if not body.strip():
        return options
    if field in options:
        places = tuple(i for at in call.places_of(f"--{field}") for i in at)
        raise ConflictingOptions(
            f"there is a text besides --{field}",
            why="the cell body or a file can give it, or the option",
            fix=OwnCommand(call.again(without=places)),
        )
    return {**options, field: body}


def example(declaration: Declaration, verb_name: str, *more: str) -> Example:
    """Return the sample of a declaration as an example; its longest text is the cell body."""
    sample, about = declaration.about.sample, declaration.about
    words: list[str] = [declaration.noun(), verb_name, "--database", quoted(sample.database)]
    body = ""
    for name, value in sample.fields.items():
        if name == about.body and ("\n" in value or '"' in value):
            body = value
        elif name == about.named_by and verb_name != "check":
            words.insert(2, quoted(value))
        else:
            words += [f"--{name.replace('_', '-')}", quoted(value)]
    return Example(" ".join([*words, *more]), body)


def named(command: Verb, help_text: str) -> Verb:
    """Return a verb with its help."""
    command.help = help_text
    return command
