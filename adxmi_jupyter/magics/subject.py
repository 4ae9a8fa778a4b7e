"""What a verb is about, as a word of its own or as an option: ``identity assign mi-ingest``.

One rule for all nouns: a verb that requires an object takes it as the first word after the verb.
Where it acts, and how, are options. The option for the object stays, for scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from click.core import ParameterSource

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

WORD = "subject_word"
"""The name of the parameter that stands for the word."""


class OneOf(click.Option):
    """An option that is required unless one of its `alternatives` is given."""

    def __init__(self, *args: Any, alternatives: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.alternatives = tuple(alternatives)


class SubjectOption(OneOf):
    """The option for the object; the word after the verb says the same."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        """Return the value of the option, or else the word."""
        word = word_in(opts)
        if word and self.name not in opts:
            return word, ParameterSource.COMMANDLINE
        return super().consume_value(ctx, opts)


class SubjectWord(click.Argument):
    """The word; without it the option has to say what is meant."""


def subject(*names: str, **attributes: Any) -> Decorator:
    """Declare an option for the object of a verb, and the word that says the same."""
    option = click.option(*names, cls=SubjectOption, **attributes)
    metavar = str(attributes["metavar"])
    word = click.argument(
        WORD,
        cls=SubjectWord,
        metavar=metavar if attributes.get("required") else f"[{metavar}]",
        type=attributes["type"],
        required=False,
        expose_value=False,
    )

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        return word(option(function))

    return declare


def word_in(parsed: Mapping[str, Any]) -> str:
    """Return the word that a parser has found; empty if there is none."""
    word = parsed.get(WORD)
    return word if isinstance(word, str) else ""


def option_of(command: click.Command) -> click.Option | None:
    """Return the option for the object of a verb, if it has one."""
    return next((p for p in command.params if isinstance(p, SubjectOption)), None)
