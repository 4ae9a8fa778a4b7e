"""The noun ``embedded``: the embedded Azure, its state and its faults."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import FaultName
from adxmi_jupyter.magics.tree import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@click.group(cls=Noun, no_args_is_help=True)
def embedded() -> None:
    """Look at the embedded Azure, and make it misbehave."""


@verb("status", of=embedded, examples=("embedded status",))
def status(call: Call) -> pd.DataFrame:
    """Show what the embedded Azure holds."""
    from adxmi_jupyter.actions.embedded import state_frame

    return state_frame(call.connection)


@verb("reset", of=embedded, examples=("embedded reset",))
def reset(call: Call) -> pd.DataFrame:
    """Go back to the world as it was at the start: policies, faults and history."""
    from adxmi_jupyter.actions import embedded

    embedded.reset(call.connection)
    return embedded.state_frame(call.connection)


@verb(
    "faults",
    of=embedded,
    examples=(
        "embedded faults throttled --times 2 --retry-after 0",
        "embedded faults",
        "embedded faults --clear",
    ),
)
@click.argument("name", metavar="[NAME]", type=FaultName(), required=False)
@click.option(
    "--times",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    show_default=True,
    help="How many requests it strikes.",
)
@click.option(
    "--match", metavar="TEXT", default="", help="Strike only requests that contain this text."
)
@click.option(
    "--retry-after",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=1.0,
    show_default=True,
    help="For throttled: the wait the service asks for.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=5.0,
    show_default=True,
    help="For slow: how long the answer is held back.",
)
@click.option("--clear", is_flag=True, help="Switch every fault off.")
def faults(
    call: Call,
    *,
    name: str | None,
    times: int,
    match: str,
    retry_after: float,
    delay: float,
    clear: bool,
) -> pd.DataFrame:
    """Switch a fault on, or list those that are on; completion knows the names."""
    from adxmi_jupyter.actions.embedded import add_fault, clear_faults, faults_frame

    refuse_both(call, {"--clear": clear, "NAME": bool(name)})
    connection = call.connection
    if clear:
        clear_faults(connection)
    if name:
        add_fault(connection, name, times=times, match=match, retry_after=retry_after, delay=delay)
    return faults_frame(connection)


@verb(
    "serve",
    of=embedded,
    console_only=True,
    examples=("embedded serve", "embedded serve --port 8085 --fault throttled"),
)
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    metavar="N",
    default=0,
    help="The port on 127.0.0.1; a free one by default.",
)
@click.option(
    "--fault",
    "names",
    type=FaultName(),
    metavar="NAME",
    default="",
    help="A fault that strikes every request.",
)
def serve(call: Call, *, port: int, names: str) -> None:
    """Serve it to other processes until Ctrl-C; prints its address."""
    from adxmi_jupyter.service.embedded import serve as serve_azure

    def ready(uri: str) -> None:
        click.echo(uri)
        call.say(f"set ADXMI_CLUSTER={uri} for the processes that shall use it; Ctrl-C ends it")

    try:
        serve_azure(port, [names] if names else [], ready, threading.Event().wait)
    except KeyboardInterrupt:
        call.say("the embedded Azure has ended")
