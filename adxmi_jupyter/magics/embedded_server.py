"""``embedded start``, ``stop`` and ``serve``: the embedded Azure for other processes."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics.params import BehaviourList, FaultName
from adxmi_jupyter.magics.playground import control, leave_terminal, remember
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

behaviours_option = click.option(
    "--behaviour",
    "behaviours",
    type=BehaviourList(),
    metavar="NAME=ALTERNATIVE[,…]",
    default="",
    help="Behaviours that differ from the default: see embedded behaviours.",
)


@verb(
    "start",
    console_only=True,
    examples=(
        "embedded start",
        "policy grant --database Sales --identity mi-stranger --usage ExternalTable",
        "policy undo --yes",
        "embedded stop",
    ),
)
def start(call: Call) -> None:
    """Start the playground, an embedded Azure that keeps its changes.

    It runs in the background until embedded stop. Commands in a console use it where no cluster is
    configured. A file that only your account can read holds its process, port, key and version. The
    server must prove that it has the key before a command sends anything else.
    """
    from adxmi_jupyter.service.playground_process import start as start_playground

    playground, is_new = start_playground()
    call.say("Started the playground." if is_new else "The playground is already running.")
    call.say(
        f"Process {playground.record.pid}, port {playground.record.port}. Stop it: ",
        Command.of("embedded", "stop"),
    )


@verb("stop", console_only=True, examples=("embedded start", "embedded stop"))
def stop(call: Call) -> None:
    """Stop the playground.

    Its changes and their history are lost.
    """
    from adxmi_jupyter.service.playground_process import stop as stop_playground

    problem = stop_playground()
    call.say(f"No playground was stopped: {problem}." if problem else "Stopped the playground.")


@verb(
    "serve",
    console_only=True,
    examples=(
        "embedded serve",
        "embedded serve --port 8085 --fault throttled",
        "embedded serve --behaviour export-identities=left-out,connection-strings=addresses",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    metavar="N",
    default=0,
    help="Port on 127.0.0.1. Default: a free port.",
)
@click.option(
    "--fault",
    "names",
    type=FaultName(),
    metavar="NAME",
    default="",
    help="Fault of every request.",
)
@behaviours_option
@click.option("--playground", is_flag=True, hidden=True, help="Serve as the playground.")
def serve(
    call: Call,
    *,
    port: int,
    names: str,
    behaviours: tuple[str, ...],
    playground: bool,
) -> None:
    """Serve the embedded Azure to other processes until Ctrl-C.

    The command prints its address. The server accepts programs on this machine (on Linux only of
    your account) and no web pages. Python plugin scripts run only for clients that have the key of
    the server. A file that only your account can read holds the port and the key while the server
    runs, and this tool finds them there. ADXMI_EMBEDDED_KEY_FILE sets another file, for the server
    and for its clients. Other clients send the bearer token embedded-admin.KEY.
    """
    from adxmi_jupyter.service.embedded import serve as serve_azure

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())

    def ready(uri: str, key: str) -> None:
        click.echo(uri)
        if playground:
            leave_terminal()
            return
        call.say(f"set ADXMI_CLUSTER={uri} for the processes that shall use it; Ctrl-C ends it")
        call.say(key)

    try:
        serve_azure(
            port,
            [names] if names else [],
            ready,
            ended.wait,
            behaviours=behaviours,
            control=lambda azure, body: control(azure, body, ended),
            begun=remember if playground else None,
        )
    except KeyboardInterrupt:
        call.say("the embedded Azure has ended")
