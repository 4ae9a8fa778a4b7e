"""Annotations as CI systems read them in a log: at the line of a file, in a form that forges none.

A runner looks for commands in every line that a step writes. GitHub Actions takes a line that
begins with ``::``, and ``##[`` anywhere in a line; Azure Pipelines takes ``##vso[`` and ``##[``
anywhere. Names come from the service, so `inert` escapes these signs in all other text.

Source: *Workflow commands for GitHub Actions* (GitHub docs); *Logging commands* (Azure DevOps
docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.annotation import Annotation, Level

MOST_SHOWN = 10
"""The annotations of a level that a step may have in GitHub Actions: others are not displayed."""
_LONGEST = 1000
_COMMAND = re.compile(
    r"#(?=#(?:vso)?\[)"
    # What a runner takes for the beginning of a line, blanks before the command included.
    r"|(?:\A|(?<=[\r\n]))(?P<blanks>[^\S\r\n]*)(?P<colon>:)(?=:[A-Za-z][^\r\n]*::)"
)


class CiSystem(StrEnum):
    """Who reads the log."""

    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"


def inert(text: str) -> str:
    r"""Return a text in which no runner finds a command; a string of JSON or YAML stays the same.

    >>> inert("mi ##vso[task.complete]"), inert("  ::error::x"), inert("a::b")
    ('mi \\u0023#vso[task.complete]', '  \\u003a:error::x', 'a::b')
    """
    return _COMMAND.sub(_escaped, text) if "##" in text or "::" in text else text


def _escaped(found: re.Match[str]) -> str:
    if found["colon"]:
        return f"{found['blanks']}\\u003a"
    return "\\u0023"


def annotation_lines(system: CiSystem, annotations: Sequence[Annotation]) -> list[str]:
    """Return the commands that show errors and warnings in a CI system, the worst first.

    Where there are more of a level than the system displays, the first one tells how many. What is
    suppressed, and notes, are left out.
    """
    write = _WRITERS[system]
    return [
        write(one)
        for level in (Level.ERROR, Level.WARNING)
        for one in _displayed([a for a in annotations if a.level is level and not a.suppressed])
    ]


def _displayed(found: Sequence[Annotation]) -> Iterator[Annotation]:
    if len(found) <= MOST_SHOWN:
        yield from found
        return
    first = found[0]
    rest = len(found) - MOST_SHOWN + 1
    message = f"{len(found)} {first.level}s; {rest} of them are only in the report of this step"
    yield Annotation(first.rule, message, first.level, first.file)
    yield from found[: MOST_SHOWN - 1]


def _github(one: Annotation) -> str:
    places = {"file": one.file, "line": one.line, "col": one.column} if one.file else {}
    named = {**places, "title": f"adxmi {one.rule.id}"}
    told = ",".join(f"{k}={_github_property(str(v))}" for k, v in named.items() if v)
    return f"::{one.level} {told}::{_github_data(_message(one))}"


def _github_data(text: str) -> str:
    return _replaced(text, {"%": "%25", "\r": "%0D", "\n": "%0A"})


def _github_property(text: str) -> str:
    return _replaced(text, {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _azure_devops(one: Annotation) -> str:
    places = (
        {"sourcepath": one.file, "linenumber": one.line, "columnnumber": one.column}
        if one.file
        else {}
    )
    named = {"type": str(one.level), **places, "code": one.rule.id}
    told = "".join(f"{k}={_azure_property(str(v))};" for k, v in named.items() if v)
    return f"##vso[task.logissue {told}]{_azure_data(_message(one))}"


def summary_line(file: str) -> str:
    """Return the command by which Azure Pipelines shows a Markdown file as a summary."""
    return f"##vso[task.uploadsummary]{_azure_data(file)}"


def _azure_property(text: str) -> str:
    return _replaced(_azure_data(text), {"]": "%5D", ";": "%3B"})


def _azure_data(text: str) -> str:
    return _replaced(text, {"%": "%AZP25", "\r": "%0D", "\n": "%0A"})


def _replaced(text: str, by: Mapping[str, str]) -> str:
    return "".join(by.get(sign, sign) for sign in text)


def _message(one: Annotation) -> str:
    text = inert(one_line(one.message))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_WRITERS: Mapping[CiSystem, Callable[[Annotation], str]] = {
    CiSystem.GITHUB: _github,
    CiSystem.AZURE_DEVOPS: _azure_devops,
}
