"""What a command tells the CI system that it runs in: annotations, and the summary of a step.

Source: *Workflow commands for GitHub Actions* (GitHub docs); *Logging commands* (Azure DevOps
docs).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.magics.options import ConsoleOption
from adxmi_jupyter.magics.policy_file import is_file

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.annotation import Annotation
    from adxmi_jupyter.rendering.annotations import CiSystem

GITHUB, AZURE_DEVOPS, NONE = "github", "azure-devops", "none"
_VARIABLES = {GITHUB: "GITHUB_ACTIONS", AZURE_DEVOPS: "TF_BUILD"}
_ROOTS = ("GITHUB_WORKSPACE", "BUILD_SOURCESDIRECTORY")
_SUMMARY, _TEMPORARY = "GITHUB_STEP_SUMMARY", "AGENT_TEMPDIRECTORY"
_OPTION = "--ci"


def _note_system(context: click.Context, _param: click.Parameter, value: str | None) -> None:
    from adxmi_jupyter.magics.call import Call

    call = context.find_object(Call)
    if call is not None and value:
        call.ci = value


ci_option = click.option(
    _OPTION,
    cls=ConsoleOption,
    type=click.Choice([GITHUB, AZURE_DEVOPS, NONE]),
    metavar="SYSTEM",
    expose_value=False,
    callback=_note_system,
    help="CI system to write annotations for. Default: the one that runs the command. Allowed "
    f"values: {GITHUB}, {AZURE_DEVOPS}, {NONE}.",
)


def detected(environment: Mapping[str, str]) -> str:
    """Return the CI system that runs this process, as its variables tell; empty for none."""
    for system, variable in _VARIABLES.items():
        if environment.get(variable, "").lower() == "true":
            return system
    return ""


def runs_in_ci(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether a CI system may look for commands in what is written."""
    is_asked = any(word.partition("=")[0] == _OPTION for word in arguments)
    return is_asked or bool(detected(environment))


def system_of(call: Call) -> CiSystem | None:
    """Return the CI system to tell something; there is none for a notebook."""
    from adxmi_jupyter.rendering.annotations import CiSystem

    name = call.ci or detected(os.environ)
    return CiSystem(name) if call.is_console and name and name != NONE else None


def tell(call: Call, annotations: Sequence[Annotation], summary: str = "") -> None:
    """Write annotations for the CI system, and a Markdown summary of the step, if there is one."""
    from adxmi_jupyter.rendering.annotations import annotation_lines

    system = system_of(call)
    if system is None:
        return
    lines = annotation_lines(system, annotations)
    call.front.instruct([*lines, *_summarized(call, system, summary)])


def _summarized(call: Call, system: CiSystem, summary: str) -> Iterator[str]:
    """Keep the summary where the system looks for it; yield the command that says where."""
    from adxmi_jupyter.rendering.annotations import summary_line

    variable = _SUMMARY if system == GITHUB else _TEMPORARY
    place = os.environ.get(variable, "")
    if not (summary and place):
        return
    try:
        if system == GITHUB:
            with Path(place).open("a", encoding="utf-8") as file:
                file.write(f"{summary}\n")
            return
        handle, name = tempfile.mkstemp(prefix="adxmi-", suffix=".md", dir=place)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(summary)
        yield summary_line(name)
    except OSError as error:
        call.say(f"the summary of this step could not be written: {error.strerror}")


@contextmanager
def telling_errors(call: Call) -> Iterator[None]:
    """Tell the CI system of an error, at the place in the policy file where it has one."""
    try:
        yield
    except AdxmiError as error:
        from adxmi_jupyter.rendering.plan_annotations import annotation_of_error

        tell(call, [annotation_of_error(error, repository_path(getattr(error, "source", "")))])
        raise


def repository_path(name: str) -> str:
    """Return a file as the repository names it; one outside of it by its name alone."""
    if not name:
        return ""
    path = Path(name).expanduser().resolve()
    root = _root()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def file_of(source: str) -> str:
    """Return a policy file as the repository names it; empty for what is no file."""
    return repository_path(source) if is_file(source) else ""


def _root() -> Path:
    here = Path.cwd()
    for variable in _ROOTS:
        given = os.environ.get(variable, "")
        if given and here.is_relative_to(Path(given).resolve()):
            return Path(given).resolve()
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), here)
