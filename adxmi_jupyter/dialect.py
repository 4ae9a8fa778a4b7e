"""Fixes as the documentation writes them, which is how a notebook takes them.

A front end has a dialect of its own in `rendering.dialects`; it overrides what it writes another
way.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, assert_never

from adxmi_jupyter.fixes import (
    AskOwner,
    AskPermission,
    AzCommand,
    Below,
    ChangeOption,
    Command,
    Configure,
    Connect,
    DryRun,
    Explain,
    Label,
    LeaveOut,
    Option,
    OwnCommand,
    Retry,
    Several,
    Statement,
)
from adxmi_jupyter.quoting import as_typed, quoted

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import (
        Fix,
        Part,
    )


class Dialect:
    """How values become text: as in the documentation."""

    program = "%adxmi"
    """What a command begins with."""

    def fix(self, fix: Fix) -> str:
        """Write a fix that stands alone."""
        return self.part(fix)

    def part(self, part: Part) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each type
        """Write a value that may stand among words."""
        match part:
            case str():
                return part
            case Explain():
                return "".join(map(self.part, part.parts))
            case Command():
                return self.command(part)
            case Connect():
                return self.connect(part)
            case Configure():
                return self.configure(part)
            case AzCommand():
                return self.az(part)
            case Statement() | OwnCommand():
                return part.text
            case AskOwner():
                return self.part(part.fix)
            case ChangeOption():
                return self.change(part)
            case LeaveOut():
                return f"remove {_listed([self.option(name) for name in part.options])}"
            case Retry():
                return self.retry(part)
            case AskPermission():
                return self.part(part.advice)
            case Option():
                return self.option(part.name)
            case Several():
                return _named(part)
            case Label():
                return self.label(part.text)
            case Below():
                return self.below(part.what)
            case DryRun():
                return self.dry_run()
            case _:
                assert_never(part)

    def command(self, part: Command) -> str:
        """Write a command of this tool."""
        program = f"%{self.program}" if part.body or part.takes_body else self.program
        line = " ".join((program, *map(self.word, part.words)))
        return f"{line}\n{part.body}" if part.body else line

    def word(self, word: str) -> str:
        """Write a word of a command."""
        return as_typed(word)

    def connect(self, part: Connect) -> str:
        """Write how to connect to a cluster."""
        trust = ("--trust-host",) if part.trusts_host else ()
        name = ("--name", part.name) if part.name else ()
        return self.command(Command.of("connect", part.cluster, *name, *trust))

    def configure(self, part: Configure) -> str:
        """Write how a setting of the connection gets a value."""
        return f"{self.program} connect … --{part.setting} {part.value}"

    def az(self, part: AzCommand) -> str:
        """Write a command of the Azure CLI: a notebook runs it with an exclamation mark."""
        return "!" + shlex.join(part.words)

    def change(self, part: ChangeOption) -> str:
        """Write an option with its value."""
        return f"{part.option} {quoted(part.value)}" if part.value else part.option

    def retry(self, part: Retry) -> str:
        """Write that the same command is run once more."""
        more = " ".join(map(self.change, part.more))
        return f"repeat the command with {more}" if more else "repeat the command"

    def option(self, name: str) -> str:
        """Write the name of an option."""
        return name

    def label(self, text: str) -> str:
        """Write the label of an option that was just named."""
        return f": {text}"

    def below(self, what: str) -> str:
        """Write what stands in the lines below a command."""
        return f", and {what} in the lines below"

    def dry_run(self) -> str:
        """Write where a request is shown before it is sent."""
        return "--dry-run shows"


def _named(part: Several) -> str:
    things, more = part.things, 0
    if part.most is not None and part.most < len(things):
        things, more = things[: part.most], len(things) - part.most
    rest = f" and {more} more" if more else ""
    return part.separator.join(things) + rest


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
