"""The nouns ``connect``, ``connections`` and ``status``: which cluster, as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.params import ClusterName, ConnectionName, CredentialName
from adxmi_jupyter.magics.tree import Noun, verb

if TYPE_CHECKING:
    import pandas as pd


@verb(
    "connect",
    examples=(
        "connect embedded",
        "connect embedded --name limited --credential as:reader",
        'connect embedded --name lab --database "Tom\'s Lab" --timeout 30',
    ),
)
@click.argument("cluster", metavar="CLUSTER", type=ClusterName())
@click.option("--name", metavar="NAME", default="", help="How to call the connection.")
@database_option("The current database of the connection.")
@click.option(
    "--credential",
    type=CredentialName(),
    metavar="CREDENTIAL",
    default="",
    help="default, cli, browser, device-code, managed-identity[:CLIENT-ID], environment, app or "
    "token; as:admin or as:reader on the embedded Azure.",
)
@click.option(
    "--timeout", type=float, metavar="SECONDS", help="Seconds a request may take, 1 to 3600."
)
def connect(
    call: Call,
    *,
    cluster: str,
    name: str,
    database: str,
    credential: str,
    timeout: float | None,
) -> pd.DataFrame:
    """Open a connection and make it the current one.

    CLUSTER is a URI, a short name such as help.westeurope, or the word embedded.
    """
    from adxmi_jupyter.actions.connections import status_frame

    connection = call.front.connections.open(
        cluster, name=name, database=database, credential=credential, timeout=timeout
    )
    return status_frame(connection)


@click.group(cls=Noun, invoke_without_command=True)
@click.pass_context
def connections(context: click.Context) -> pd.DataFrame | None:
    """List the open connections, or switch between them."""
    call = context.find_object(Call)
    return _all(call) if call and context.invoked_subcommand is None else None


@verb("list", of=connections, examples=("connect embedded", "connections list"))
def list_(call: Call) -> pd.DataFrame:
    """List the open connections."""
    return _all(call)


@verb(
    "use",
    of=connections,
    examples=(
        "connect embedded --name one",
        "connect embedded --name two",
        "connections use one",
    ),
)
@click.argument("name", metavar="NAME", type=ConnectionName())
def use(call: Call, *, name: str) -> pd.DataFrame:
    """Make an open connection the current one."""
    call.front.connections.use(name)
    return _all(call)


@verb(
    "close",
    of=connections,
    examples=("connect embedded --name spare", "connections close spare"),
)
@click.argument("name", metavar="NAME", type=ConnectionName())
def close(call: Call, *, name: str) -> pd.DataFrame:
    """Close a connection."""
    call.front.connections.close(name)
    return _all(call)


@verb("status", examples=("status",))
def status(call: Call) -> pd.DataFrame:
    """Show cluster, database, credential, and who the service says you are."""
    from adxmi_jupyter.actions.connections import status_frame

    return status_frame(call.connection)


def _all(call: Call) -> pd.DataFrame:
    from adxmi_jupyter.actions.connections import connections_frame

    return connections_frame(call.front.connections)
