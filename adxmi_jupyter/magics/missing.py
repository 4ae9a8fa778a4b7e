"""What a command lacks, all of it at once: each is named, with a placeholder in the fix.

A placeholder never is the value of an example: who pastes a fix must not write to a place that only
an example knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics.subject import OneOf, SubjectOption, word_in

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

_NO_DEFAULT = "none of them has a default"


@dataclass(frozen=True)
class Lacking:
    """Something that is missing: its name, how it is added to the command, and what it is."""

    name: str
    more: str
    about: str = ""


def of_option(option: click.Option) -> Lacking:
    """Return an option as missing."""
    name = max(option.opts, key=len)
    return Lacking(name, f"{name} {option.metavar or ''}".rstrip(), option.help or "")


def of_argument(argument: click.Parameter, help_text: str) -> Lacking:
    """Return an argument as missing; the help of its verb may have a paragraph about it."""
    name = argument.metavar or argument.human_readable_name
    paragraphs = help_text.split("\n\n")
    about = [" ".join(one.split()) for one in paragraphs if one.split()[:1] == [name]]
    return Lacking(name, name, next(iter(about), "it has no default"))


def lacking(command: click.Command, parsed: Mapping[str, Any]) -> tuple[Lacking, ...]:
    """Return what a command line lacks; nothing where only a choice between options is open.

    The verb itself says better why it doesn't choose.
    """
    needed = [one for one in command.params if one.required and not _is_given(one, parsed)]
    if not needed:
        return ()
    told = command.help or ""
    single = [
        of_option(one) if isinstance(one, click.Option) else of_argument(one, told)
        for one in needed
    ]
    return (*single, *_open_choices(command, parsed))


def _open_choices(command: click.Command, parsed: Mapping[str, Any]) -> Iterable[Lacking]:
    for option in command.params:
        if not isinstance(option, OneOf) or not option.alternatives:
            continue
        if _is_given(option, parsed):
            continue
        others = [one.lstrip("-").replace("-", "_") for one in option.alternatives]
        if not any(parsed.get(name) for name in others):
            choice = " or ".join((max(option.opts, key=len), *option.alternatives))
            yield Lacking(choice, of_option(option).more)


def _is_given(parameter: click.Parameter, parsed: Mapping[str, Any]) -> bool:
    if isinstance(parameter, SubjectOption) and word_in(parsed):
        return True
    if isinstance(parameter, click.Argument):
        value = parsed.get(str(parameter.name))
        return isinstance(value, str | tuple) and value != ()
    return parameter.name in parsed


def missing(call: Call, parts: Sequence[Lacking]) -> MissingOption:
    """Return the error for what the command that is being run lacks."""
    path = click.get_current_context().command_path.partition(" ")[2]
    more = " ".join(one.more for one in parts)
    why = parts[0].about if len(parts) == 1 else _NO_DEFAULT
    empty = tuple(place for place in call.arguments if not call.words[place].text)
    return MissingOption(
        f"{path} needs {_listed([one.name for one in parts])}",
        why=why,
        fix=OwnCommand(call.again(without=empty, more=more)),
    )


def _listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    if len(names) == 1:
        return names[0]
    comma = "," if any(" or " in name for name in names) else ""
    return f"{', '.join(names[:-1])}{comma} and {names[-1]}"
