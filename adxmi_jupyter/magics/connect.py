"""The nouns ``connect``, ``connections`` and ``status``: which cluster, as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.params import ClusterName, ConnectionName, CredentialName, TrustedHost
from adxmi_jupyter.magics.verbs import Noun, verb

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
@click.option(
    "--name",
    metavar="NAME",
    default="",
    help="Name of the connection. Default: the name of the cluster.",
)
@database_option("Current database of the connection.")
@click.option(
    "--credential",
    type=CredentialName(),
    metavar="CREDENTIAL",
    default="",
    help="Credential. Allowed values: default, cli, browser, device-code, "
    "managed-identity[:CLIENT-ID], workload-identity[:github|:azure-devops|:token-file], "
    "environment, app, token; on the embedded Azure as:admin, as:reader.",
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="Timeout of a request including retries, 1 to 3600 seconds. Default: 60.",
)
@click.option(
    "--max-answer-mb",
    type=int,
    metavar="MB",
    help="Maximum size of a response after decompression. Default: 64.",
)
@click.option(
    "--max-in-flight",
    type=int,
    metavar="N",
    help="Maximum number of concurrent requests to the cluster, 1 to 16. Default: 4, or 16 on "
    "nodes with 8 or more cores.",
)
@click.option(
    "--trust-host",
    is_flag=True,
    help="Trust the host of the cluster permanently: it receives your tokens for Azure Data "
    "Explorer.",
)
def connect(
    call: Call,
    *,
    cluster: str,
    name: str,
    database: str,
    credential: str,
    timeout: float | None,
    max_answer_mb: int | None,
    max_in_flight: int | None,
    trust_host: bool,
) -> pd.DataFrame:
    """Open a connection and make it the current one.

    CLUSTER is a URI, a short name such as help.westeurope, or the word embedded.
    """
    from adxmi_jupyter.actions.connections import status_frame

    connection = call.front.connections.open(
        cluster,
        name=name,
        database=database,
        credential=credential,
        timeout=timeout,
        max_answer_mb=max_answer_mb,
        max_in_flight=max_in_flight,
        trust_host=trust_host,
    )
    call.note_leftovers(connection)
    return status_frame(connection)


@click.group(cls=Noun, invoke_without_command=True)
@click.pass_context
def connections(context: click.Context) -> pd.DataFrame | None:
    """Manage open connections and trusted hosts."""
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
    """Switch to an open connection."""
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


@verb("trusted", of=connections, examples=("connections trusted",))
def trusted(call: Call) -> pd.DataFrame:
    """List the hosts you trust with your tokens.

    connect --trust-host adds a host. Known hosts of the Azure clouds need no entry.
    """
    return _trusted(call)


@verb(
    "distrust",
    of=connections,
    examples=("connections distrust adx.contoso.example",),
)
@click.argument("host", metavar="HOST", type=TrustedHost())
def distrust(call: Call, *, host: str) -> pd.DataFrame:
    """Remove a trusted host.

    Connections to the host are closed.
    """
    call.front.connections.distrust(host)
    return _trusted(call)


@verb("status", examples=("status",))
def status(call: Call) -> pd.DataFrame:
    """Show the cluster, database, credential and signed-in principal."""
    from adxmi_jupyter.actions.connections import status_frame
    from adxmi_jupyter.rendering.shown_frame import Record

    connection = call.connection
    call.note_leftovers(connection)
    return Record(status_frame(connection))


@verb("whoami", examples=("whoami",))
def whoami(call: Call) -> pd.DataFrame:
    """Show who you are on the cluster: principal, tenant and kind of credential."""
    from adxmi_jupyter.actions.connections import caller_frame
    from adxmi_jupyter.rendering.shown_frame import Record

    return Record(caller_frame(call.connection))


def _trusted(call: Call) -> pd.DataFrame:
    from adxmi_jupyter.actions.connections import trusted_frame

    return trusted_frame(call.front.connections)


def _all(call: Call) -> pd.DataFrame:
    from adxmi_jupyter.actions.connections import connections_frame

    return connections_frame(call.front.connections)
