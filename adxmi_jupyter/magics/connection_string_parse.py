"""The verb ``connection-string parse``: the parts of a connection string, without secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import ConflictingOptions, MissingOption
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics.params import BodyFile, IdentityName
from adxmi_jupyter.magics.verbs import Example, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.connection_string import ConnectionString, Target

# What is left of a literal when the quotes around it have grouped a word of the line.
_PREFIX = re.compile(r"\A(?:[hH]?@(?=\S)|[hH](?=(?:https|abfss|adl)://|Server=|AccountEndpoint=))")


@verb(
    "parse",
    pages=(
        "Storage connection strings",
        "SQL connection strings",
    ),
    examples=(
        (
            'connection-string parse "https://contosolake.blob.core.windows.net/archive'
            ';managed_identity=system"'
        ),
        Example(
            "connection-string parse --identity mi-export",
            "https://contosolake.blob.core.windows.net/archive;*******",
        ),
    ),
)
@click.argument("words", metavar="[TEXT]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "-f",
    "--file",
    "file",
    type=BodyFile(),
    metavar="FILE",
    default="",
    help="File with the connection string, instead of the cell body. In a console - reads standard "
    "input.",
)
@click.option(
    "--identity",
    type=IdentityName(),
    metavar="IDENTITY",
    default="",
    help="Managed identity to show the connection string with.",
)
def parse(call: Call, *, words: tuple[str, ...], file: str, identity: str) -> pd.DataFrame:
    """Explain a connection string without showing its secrets.

    TEXT is a connection string or its literal. Quote a text with spaces or a final semicolon. Keep
    a secret out of the notebook by a variable: $name or, in the cell body, {{name}}.
    """
    from adxmi_jupyter.actions.connection_strings import explain, explained_frame, object_id
    from adxmi_jupyter.actions.identity.names import known_without_sign_in
    from adxmi_jupyter.rendering.shown_frame import Whole

    text = _text(call, " ".join(words), file)
    connection = call.opened
    known = known_without_sign_in(connection) if connection else ()
    word, notes = object_id(lambda: call.connection, identity) if identity else ("", ())
    explained = explain(text, known, word)
    for note in (
        *notes,
        *explained.notes,
        *_advice(call, explained.value, identity, is_in_file=bool(file)),
    ):
        call.say(note)
    return Whole(explained_frame(explained))


def _text(call: Call, on_line: str, file: str) -> str:
    """Return the connection string of the line, the file or the cell body.

    Raises
    ------
    ConflictingOptions, MissingOption
        It stands in more than one place, or nowhere.

    """
    body = (call.body or "").strip()
    given = [place for place in (on_line, file, body) if place.strip()]
    if len(given) > 1:
        raise ConflictingOptions(
            "there is more than one connection string",
            why="give it on the command line, in the cell body or with --file",
            fix=OwnCommand(call.without_body()),
        )
    if not given:
        raise MissingOption(
            "there is no connection string",
            why="give it on the command line, in the cell body below %%adxmi …, or in a file",
            fix=OwnCommand(call.again(more="$name")),
        )
    return _PREFIX.sub("", on_line, count=1) if on_line else given[0]


def _advice(call: Call, value: ConnectionString, identity: str, *, is_in_file: bool) -> list[str]:
    """Say how to do without the secret, and how not to leave it where it stands."""
    from adxmi_jupyter.model.connection_string import Method

    if not value.has_secret:
        return []
    advice = []
    if Method.MANAGED_IDENTITY in value.target.methods:
        line = f"{call.front.program} connection-string {_building(call, value.target)}"
        word = call.as_word(identity) if identity else "IDENTITY"
        advice.append(f"without the secret: {line} --identity {word}")
    if _is_kept(call, value, is_in_file=is_in_file):
        keeper, way = (
            ("the shell's history", "--file -")
            if call.is_console
            else ("the notebook", "a variable, as in text = getpass() and $text")
        )
        advice.append(f"{keeper} stores the secret of this command: use {way}")
    return advice


def _is_kept(call: Call, value: ConnectionString, *, is_in_file: bool) -> bool:
    """Tell whether the secret stands where it stays: on the line or in the cell body."""
    from adxmi_jupyter.model.connection_string import Method

    secret = value.authentication.secret
    if is_in_file or secret.is_masked or value.authentication.method is Method.HIDDEN:
        return False
    is_in_body = bool((call.body or "").strip())
    return call.is_body_as_typed if is_in_body else call.holds_secret


def _building(call: Call, target: Target) -> str:
    from adxmi_jupyter.actions.connection_targets import building_options

    verb_name, options = building_options(target)
    return " ".join([verb_name, *(call.as_word(word) for word in options)])
