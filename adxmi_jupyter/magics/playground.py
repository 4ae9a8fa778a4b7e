"""``embedded`` commands on the playground: the program that serves it carries them out.

They look into the embedded Azure and change it behind the back of its services, which only that
program can. What they answer comes back: notes, a result, an error.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from adxmi_jupyter import errors
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import OwnCommand, as_words
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, Call
from adxmi_jupyter.magics.line import Word

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.embedded import EmbeddedAzure
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connections import Connections
    from adxmi_jupyter.service.playground import Playground

Function = Callable[..., Any]

_LONGEST, _TAB_SECONDS = 600.0, 5.0
_FINDS = ("identity_words", "role_names", "targets", "storage_places", "hubs")


def where_it_is(function: Function) -> Function:
    """Let a command run in the program that serves the embedded Azure, if that is another one."""

    @wraps(function)
    def run(call: Call, **options: Any) -> Any:
        playground = call.connection.playground
        if playground is None:
            return function(call, **options)
        asked = {
            "do": "run",
            "words": _words(call),
            "body": options.get("file") or call.body,
            "database": call.connection.database,
            "credential": call.connection.credential,
        }
        return _told(call, playground.ask(asked, _LONGEST))

    return run


def names_in(playground: Playground, find: str) -> list[str]:
    """Return names of things in the playground; `find` is what tells them in the actions.

    Raises
    ------
    ClusterUnreachable
        It does not answer.

    """
    answer = playground.ask({"do": "names", "find": find}, _TAB_SECONDS)
    return [str(name) for name in answer.get("names", ())]


def _words(call: Call) -> list[str]:
    """Return the words without what concerns this process: the result, and files."""
    left_out = {i for at in call.places_of("--out", "--connection", "--file") for i in at}
    return [word.text for place, word in enumerate(call.words) if place not in left_out]


def _told(call: Call, answer: dict[str, Any]) -> pd.DataFrame | None:
    for note in answer["notes"]:
        call.front.say(note)
    if answer["error"]:
        kind, what, why, fix = answer["error"]
        made = cast("type[AdxmiError]", getattr(errors, kind, AdxmiError))
        raise made(what, why=why, fix=OwnCommand(fix))
    return _frame(answer["frame"]) if answer["frame"] else None


def _frame(given: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(given["rows"], columns=list(given["types"])).astype(given["types"])


class _Served:
    """The front end of a command that another process asks for."""

    program = CONSOLE_PROGRAM
    live = None

    def __init__(self, connections: Callable[[Callable[[Note], None]], Connections]) -> None:
        self.connections = connections(self.say)
        self.notes: list[str] = []

    def say(self, note: Note) -> None:
        """Keep a note for the process that asks."""
        self.notes.append(Call(self).dialect.part(as_words(note)))

    @contextmanager
    def holding_notes(self) -> Iterator[None]:
        """Do nothing: no line is completed here."""
        yield

    def check_target(self, name: str, documents: Collection[str] = ()) -> None:
        """Do nothing: the process that asks keeps its result."""

    def keep(self, name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
        """Do nothing, for the same reason."""

    def instruct(self, lines: Sequence[str]) -> None:
        """Do nothing: no CI system reads what is written here."""


def control(azure: EmbeddedAzure, body: bytes, ended: Event) -> bytes:
    """Do what another process asks, in the program that serves the embedded Azure."""
    request = json.loads(body)
    if request["do"] == "stop":
        ended.set()
        return b"{}"
    do = _names if request["do"] == "names" else _run
    return json.dumps(do(azure, request)).encode()


def _names(azure: EmbeddedAzure, request: dict[str, Any]) -> dict[str, Any]:
    from adxmi_jupyter.actions.embedded import events as embedded_events

    if request["find"] not in _FINDS:
        return {"names": []}
    connections = _connections(azure, request, lambda _: None)
    found = getattr(embedded_events, request["find"])(connections.current())
    connections.current().close()
    return {"names": list(found)}


def _connections(
    azure: EmbeddedAzure, request: dict[str, Any], say: Callable[[Note], None]
) -> Connections:
    from adxmi_jupyter.service.connections import Connections, Settings
    from adxmi_jupyter.service.embedded import EmbeddedService
    from adxmi_jupyter.service.playground import history_in, playground_directory

    service = EmbeddedService(azure, history_in(playground_directory()))
    settings = Settings("embedded", request.get("database", ""), request.get("credential", ""))
    return Connections(settings, say, embedded=service)


def _run(azure: EmbeddedAzure, request: dict[str, Any]) -> dict[str, Any]:
    from adxmi_jupyter.magics.tree import run

    front = _Served(lambda say: _connections(azure, request, say))
    words = [str(word) for word in request["words"]]
    call = Call(front, tuple(Word(text, shlex.quote(text), 0) for text in words), request["body"])
    frame, error = None, None
    try:
        frame = cast("pd.DataFrame | None", run(call, words))
    except AdxmiError as failure:
        error = (type(failure).__name__, failure.what, failure.why, failure.fix)
    finally:
        for connection in front.connections.all():
            connection.close()
    return {"notes": front.notes, "error": error, "frame": _plain(frame)}


def _plain(frame: pd.DataFrame | None) -> dict[str, Any] | None:
    if frame is None:
        return None
    types = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    return {"types": types, "rows": json.loads(frame.to_json(orient="values"))}


def remember(port: int, key: str) -> None:
    """Record this process as the one that serves the playground."""
    from adxmi_jupyter.service.playground import playground_directory, record

    record(playground_directory(), port, key)


def leave_terminal() -> None:
    """Close what leads to the process that has started this one: it may end."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nothing, stream.fileno())
    os.close(nothing)
