"""Completion in shells: the script that each of them runs, and what it asks this tool.

Source: *Shell Completion* (click documentation); *Register-ArgumentCompleter* (PowerShell).
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from adxmi_jupyter.magics.line import split_pending
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.model.declaration.registry import module_of, nouns
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

VARIABLE = "_ADXMI_COMPLETE"
_FILES = ("file", "dir")
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $line, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_LINE = $line.Extent.Text.Substring(
        0, [Math]::Min($cursor - $line.Extent.StartOffset, $line.Extent.Text.Length))
    if (-not $word) { $env:COMP_LINE += " " }
    try {
        %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            $shown = if ($help) { $help } else { $value }
            $typed = if ($value -match "[\\s'""$;&|(){}]") { "'" + $value.Replace("'", "''") + "'" }
                     else { $value }
            [System.Management.Automation.CompletionResult]::new(
                $typed, $value, "ParameterValue", $shown)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_LINE
    }
}
"""


def _as_plain(item: CompletionItem, value: str) -> CompletionItem:
    """Return a completion as scripts of shells know it: they drop names of any other type."""
    kind = item.type if item.type in _FILES else "plain"
    return CompletionItem(value, kind, item.help)


class _Kept(ShellComplete):
    """Completion that keeps what takes long to find: the verbs and options of workflows.

    To find them, the declarations of workflows are imported, which takes longer than all else.
    """

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return the completions of the word that is being typed."""
        if not args or args[0] not in nouns():
            return super().get_completions(args, incomplete)
        if len(args) == 1:
            found = self._kept(args[0], "")
        elif incomplete.startswith("-") and not args[-1].startswith("-") and "=" not in incomplete:
            found = self._kept(" ".join(args[:2]), "-")
        else:
            return super().get_completions(args, incomplete)
        return [one for one in found if one.value.startswith(incomplete) and one.value not in args]

    def _kept(self, key: str, start: str) -> list[CompletionItem]:
        from adxmi_jupyter.service.known_names import keep_answer, kept_answer

        stamp = f"{__version__} {_changed(key.split(maxsplit=1)[0])}"
        kept = kept_answer(key, stamp)
        if kept is not None:
            return [CompletionItem(value, help=about) for value, about in kept]
        found = super().get_completions(key.split(), start)
        keep_answer(key, stamp, [[one.value, one.help or ""] for one in found])
        return found


def _changed(noun: str) -> float:
    """Return when the declaration of a workflow was changed; 0 where there is no file."""
    spec = find_spec(module_of(noun))
    with suppress(OSError):
        return Path(spec.origin).stat().st_mtime if spec and spec.origin else 0.0
    return 0.0


class _Bash(_Kept, BashComplete):
    """Completion in bash, which inserts a value as it is."""

    def format_completion(self, item: CompletionItem) -> str:
        """Return a completion with the quotes that it needs."""
        value = item.value if item.type in _FILES else shlex.quote(item.value)
        return super().format_completion(_as_plain(item, value))


class _Zsh(_Kept, ZshComplete):
    """Completion in zsh, which quotes a value itself."""

    def format_completion(self, item: CompletionItem) -> str:
        """Return a completion whose type zsh knows."""
        return super().format_completion(_as_plain(item, item.value))


class _Fish(_Kept, FishComplete):
    """Completion in fish, which quotes a value itself."""

    def format_completion(self, item: CompletionItem) -> str:
        """Return a completion whose type fish knows."""
        return super().format_completion(_as_plain(item, item.value))


class _PowerShell(_Kept):
    """Completion in PowerShell, which asks with the line up to the cursor."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being typed, and that one."""
        words, pending = split_pending(os.environ.get("COMP_LINE", ""))
        texts = [word.text for word in words]
        return texts[1:], pending.word.text if texts else ""

    def format_completion(self, item: CompletionItem) -> str:
        """Return a completion and what it means, with a tab between them."""
        if item.type in _FILES:  # the shell knows them
            return ""
        return f"{item.value}\t{item.help or ''}".rstrip()


SHELLS = ("bash", "zsh", "fish", "powershell")
_CLASSES: dict[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": _Zsh,
    "fish": _Fish,
    "powershell": _PowerShell,
}


def register() -> None:
    """Let click know how these shells complete."""
    for shell in _CLASSES.values():
        add_completion_class(shell)


def script(shell: str, program: str) -> str:
    """Return what a shell runs to complete commands of a program."""
    values: dict[str, Any] = {
        "complete_func": f"_{program}_completion",
        "complete_var": VARIABLE,
        "prog_name": program,
    }
    return _CLASSES[shell].source_template % values


@verb(
    "completion",
    console_only=True,
    examples=("completion bash", "completion zsh", "completion fish", "completion powershell"),
)
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
def completion(call: Call, *, shell: str) -> None:
    """Show the completion script of a shell.

    SHELL is bash, zsh, fish or powershell. Run the script in each session, for example with
    eval "$(adxmi completion bash)" in ~/.bashrc.
    """
    click.echo(script(shell, call.front.program))
