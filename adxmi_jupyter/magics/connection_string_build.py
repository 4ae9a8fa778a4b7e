"""The verbs of ``connection-string`` that build one: with an identity, or impersonation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import IdentityName, Name
from adxmi_jupyter.magics.subject import OneOf, subject
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.model.connection_string import CLOUDS, AiOperation, Scheme

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.connection_strings import Explained
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.subject import Decorator, Function
    from adxmi_jupyter.model.connection_string import Target

_OPERATIONS = [operation.name.lower() for operation in AiOperation]
_WITH_MODELS = [name for name, cloud in CLOUDS.items() if cloud.open_ai]


def _names(*options: tuple[str, str, str]) -> Decorator:
    """Declare options that are names: option, metavar and help."""

    def declare(function: Function) -> Function:
        for option, metavar, help_text in reversed(options):
            add = click.option(option, metavar=metavar, default="", help=help_text)
            function = add(function)
        return function

    return declare


def _target(*options: tuple[str, str, str]) -> Decorator:
    """Declare the names of a target, all of them required; the first can be a word."""

    def declare(function: Function) -> Function:
        for place, (option, metavar, help_text) in reversed(list(enumerate(options))):
            add = click.option if place else subject
            named = add(option, metavar=metavar, type=Name(), required=True, help=help_text)
            function = named(function)
        return function

    return declare


def _cloud(names: list[str]) -> Decorator:
    return click.option(
        "--cloud",
        type=click.Choice(names, case_sensitive=False),
        metavar="NAME",
        default=names[0],
        help=f"Azure cloud. Default: {names[0]}. Allowed values: {', '.join(names)}.",
    )


def _signing_in(function: Function) -> Function:
    """Add the two ways to sign in without a secret."""
    identity = click.option(
        "--identity",
        type=IdentityName(),
        metavar="IDENTITY",
        default="",
        cls=OneOf,
        alternatives=("--impersonate",),
        help="Managed identity: name, object ID, client ID, resource ID or system.",
    )
    impersonate = click.option(
        "--impersonate", is_flag=True, help="Authenticate as the caller of the cluster instead."
    )
    return identity(impersonate(function))


@verb(
    "storage",
    pages=("Storage connection strings",),
    examples=(
        (
            "connection-string storage --account contosolake --container archive --path 2026"
            " --identity mi-export"
        ),
        "connection-string storage https://contosolake.dfs.core.windows.net/raw --identity system",
        (
            "connection-string storage --workspace Team --item Sales.Lakehouse --path Files/2026"
            " --scheme abfss --impersonate"
        ),
    ),
)
@click.argument("url", metavar="[URL]", default="")
@_names(
    ("--account", "NAME", "Storage account name."),
    ("--container", "NAME", "Container name; in Data Lake Storage the file system."),
    ("--path", "PATH", "Path of a folder or blob."),
    ("--workspace", "NAME", "OneLake workspace: name or GUID."),
    ("--item", "NAME", "OneLake item: name with type such as Sales.Lakehouse, or GUID."),
)
@click.option(
    "--scheme",
    type=click.Choice([scheme.value for scheme in Scheme], case_sensitive=False),
    metavar="NAME",
    default=None,
    help="Endpoint or protocol. Default: blob, for OneLake dfs. Allowed values: blob, dfs, abfss.",
)
@_cloud(list(CLOUDS))
@_signing_in
def storage(
    call: Call, *, url: str, identity: str, impersonate: bool, cloud: str, **place: str
) -> pd.DataFrame:
    """Build a connection string of Azure Storage or OneLake.

    Give names or a URL. Leave out the ? of a URL and what follows: it is a secret.
    """
    from adxmi_jupyter.actions.connection_targets import StorageNames, storage_location

    _check_signing_in(call, identity, impersonate=impersonate)
    target = storage_location(StorageNames(url=url, cloud=cloud, **place))
    return _built(call, target, identity)


@verb(
    "sql",
    pages=("SQL connection strings",),
    examples=(
        "connection-string sql erp01 --catalog Erp --identity mi-export",
        (
            "connection-string sql --server erp01.database.windows.net,1433 --catalog Erp"
            " --impersonate"
        ),
    ),
)
@_target(
    ("--server", "NAME", "Server: name in Azure SQL, or host name with [,PORT]."),
    ("--catalog", "NAME", "SQL database name."),
)
@_cloud(list(CLOUDS))
@_signing_in
def sql(
    call: Call, *, server: str, catalog: str, cloud: str, identity: str, impersonate: bool
) -> pd.DataFrame:
    """Build a connection string of SQL Server or Azure SQL.

    MySQL and PostgreSQL support no managed identities.
    """
    from adxmi_jupyter.actions.connection_targets import sql_server

    _check_signing_in(call, identity, impersonate=impersonate)
    return _built(call, sql_server(server, catalog, cloud), identity)


@verb(
    "cosmos",
    pages=("SQL connection strings",),
    examples=(
        (
            "connection-string cosmos --account contoso --catalog Shop --collection Carts"
            " --identity system"
        ),
    ),
)
@_target(
    ("--account", "NAME", "Account name or host name."),
    ("--catalog", "NAME", "Database name."),
    ("--collection", "NAME", "Collection (container) name."),
)
@_cloud(list(CLOUDS))
@_signing_in
def cosmos(
    call: Call,
    *,
    account: str,
    catalog: str,
    collection: str,
    cloud: str,
    identity: str,
    impersonate: bool,
) -> pd.DataFrame:
    """Build a connection string of Azure Cosmos DB."""
    from adxmi_jupyter.actions.connection_targets import cosmos_db

    _check_signing_in(call, identity, impersonate=impersonate)
    return _built(call, cosmos_db(account, catalog, collection, cloud), identity)


@verb(
    "ai",
    pages=(
        "ai_embeddings plugin",
        "ai_chat_completion plugin",
    ),
    examples=(
        (
            "connection-string ai --account contoso --deployment ada --operation embeddings"
            " --api-version 2024-06-01 --identity system"
        ),
    ),
)
@_target(
    ("--account", "NAME", "Account name or host name."),
    ("--deployment", "NAME", "Deployment name, which can differ from the model name."),
    ("--api-version", "VERSION", "API version, such as 2024-06-01."),
)
@click.option(
    "--operation",
    type=click.Choice(_OPERATIONS, case_sensitive=False),
    metavar="NAME",
    default="embeddings",
    help="Operation. Default: embeddings. Allowed values: embeddings, chat.",
)
@_cloud(_WITH_MODELS)
@_signing_in
def ai(
    call: Call,
    *,
    account: str,
    deployment: str,
    operation: str,
    api_version: str,
    cloud: str,
    identity: str,
    impersonate: bool,
) -> pd.DataFrame:
    """Build a connection string of an Azure OpenAI model."""
    from adxmi_jupyter.actions.connection_targets import ai_model

    _check_signing_in(call, identity, impersonate=impersonate)
    target = ai_model(account, deployment, AiOperation[operation.upper()], api_version, cloud)
    return _built(call, target, identity)


def _check_signing_in(call: Call, identity: str, *, impersonate: bool) -> None:
    """Refuse both ways to sign in, and none.

    Raises
    ------
    ConflictingOptions, MissingOption
        Both were given, or none.

    """
    refuse_both(call, {"--identity": bool(identity), "--impersonate": impersonate})
    if not identity and not impersonate:
        raise MissingOption(
            "no authentication was given",
            why="a connection string names an identity, or impersonates the caller",
            fix=Retry((ChangeOption("--identity", "IDENTITY"),)),
        )


def _built(call: Call, target: Target, identity: str) -> pd.DataFrame:
    """Build with the identity, or with impersonation if there is none; show the literal."""
    from adxmi_jupyter.actions.connection_strings import (
        built_frame,
        impersonating,
        with_identity,
    )
    from adxmi_jupyter.rendering.shown_frame import Whole

    built: Explained = (
        with_identity(lambda: call.connection, target, identity)
        if identity
        else impersonating(target)
    )
    for note in built.notes:
        call.say(note)
    frame = built_frame(built)
    call.show(str(frame.loc[0, "literal"]))
    return Whole(frame)
