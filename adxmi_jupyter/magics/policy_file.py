"""The policy file of a command: an option, the cell body, or ``adxmi.yaml``; and its variables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue, MissingOption
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Option
from adxmi_jupyter.magics.body_file import file_text
from adxmi_jupyter.magics.params import BodyFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.policy_file.reading import PolicyFile
    from adxmi_jupyter.model.policy_file.variables import Variables

DEFAULT = "adxmi.yaml"
_CELL, _INPUT = "the cell", "the standard input"


def is_file(source: str) -> bool:
    """Tell whether what errors call a policy file is the name of a file."""
    return source not in {_CELL, _INPUT}


@dataclass(frozen=True)
class NamedText:
    """The text of a file, and what errors call it."""

    name: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.name)


class NamedFile(BodyFile):
    """A file of which the name matters, too: errors point into it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return name and text; nothing when no file was given."""
        if isinstance(value, NamedText):
            return value
        name = _INPUT if value == "-" else str(value)
        return NamedText(name, super().convert(value, param, ctx)) if value else NamedText()


def policy_file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--file``, ``--var`` and ``--var-file``."""
    file = click.option(
        "-f",
        "--file",
        "file",
        type=NamedFile(),
        metavar="FILE",
        default="",
        help=f"Policy file (YAML or JSON). Default: the cell body, or {DEFAULT}. In a console - "
        "reads standard input.",
    )
    return file(variable_options(function))


def variable_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--var`` and ``--var-file``."""
    variables = click.option(
        "--var",
        "given",
        metavar="NAME=VALUE",
        default="",
        help="Value of {{NAME}} in the file. Several are separated by commas.",
    )
    variable_file = click.option(
        "--var-file",
        "var_file",
        type=NamedFile(),
        metavar="FILE",
        default="",
        help="File with values (YAML or JSON): a mapping of names to texts.",
    )
    return variables(variable_file(function))


def policy_file(call: Call, file: NamedText, given: str, var_file: NamedText) -> PolicyFile:
    """Read the policy file of a command.

    Raises
    ------
    MissingOption
        There is none.
    InvalidPolicyFile
        It cannot be used; the place is named.

    """
    from adxmi_jupyter.model.policy_file.reading import read_policy_file

    source = _source(call, file)
    return read_policy_file(source.text, source.name, variables(call, given, var_file))


def variables(call: Call, given: str, var_file: NamedText) -> Variables:
    """Return the variables that a command gives, and those of the notebook.

    Raises
    ------
    InvalidValue
        One has no value, or the file holds none.

    """
    from adxmi_jupyter.model.policy_file.variables import Variables

    values = {**_of_file(var_file), **_given(given)}
    if not call.variables:
        return Variables(os.environ, values)
    whence = "--var, --var-file and the notebook have"
    return Variables(os.environ, _InNotebook(call, values), whence)


class _InNotebook(Mapping[str, str]):
    """Values by name: those that were given with the command, then variables of the notebook."""

    def __init__(self, call: Call, given: Mapping[str, str]) -> None:
        self._call, self._given = call, given

    def __contains__(self, name: object) -> bool:
        return name in self._given or name in self._call.variables

    def __getitem__(self, name: str) -> str:
        from adxmi_jupyter.magics.expansion import value_text

        if name in self._given:
            return self._given[name]
        text = value_text(name, self._call.variables)
        self._call.in_body[text] = f"{{{{{name}}}}}"
        return text

    def __iter__(self) -> Iterator[str]:
        own = (name for name in self._call.variables if not name.startswith("_"))
        return iter(dict.fromkeys((*self._given, *own)))

    def __len__(self) -> int:
        return len(tuple(iter(self)))


def _source(call: Call, file: NamedText) -> NamedText:
    if file:
        return file
    if call.body and call.body.strip():
        return NamedText(_CELL, "\n" * (call.body_line - 1) + call.body)
    if Path(DEFAULT).is_file():
        return NamedText(DEFAULT, file_text(DEFAULT))
    raise MissingOption(
        "there is no policy file",
        why=f"no file was given, and there is no {DEFAULT} in this directory",
        fix=Explain.of(
            Command.of("snapshot", "--out", DEFAULT),
            " writes one; or name it with ",
            Option("--file"),
        ),
    )


def _given(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise InvalidValue(
                f"--var {one} has no value",
                why="a variable is given as NAME=VALUE",
                fix=ChangeOption("--var", "NAME=VALUE"),
            )
        if name.strip() in values:
            raise InvalidValue(
                f"--var gives {name.strip()} twice",
                why="it can have one value only",
                fix=Explain.of("give it once in ", Option("--var")),
            )
        values[name.strip()] = value.strip()
    return values


def _of_file(file: NamedText) -> dict[str, str]:
    from adxmi_jupyter.model.policy_file.reading import parsed

    if not file:
        return {}
    value = parsed(file.text, file.name).value
    if not isinstance(value, dict) or not all(map(_is_plain, value.values())):
        raise InvalidValue(
            f"{file.name} holds no variables",
            why="it is not a mapping of names to texts",
            fix="write it as NAME: VALUE, one on a line",
        )
    return {name: str(v) for name, v in value.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
