"""Read any connection string a cluster may use.

Source: *Storage connection strings*, *SQL external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.fixes import Command, Connect
from adxmi_jupyter.model.connection_string.ado import read_pairs
from adxmi_jupyter.model.connection_string.ai import AiModel
from adxmi_jupyter.model.connection_string.cosmos import read_cosmos_db
from adxmi_jupyter.model.connection_string.database import read_signing
from adxmi_jupyter.model.connection_string.names import check_characters
from adxmi_jupyter.model.connection_string.other_storage import Http
from adxmi_jupyter.model.connection_string.sql import SERVER, read_other_database, read_sql_server
from adxmi_jupyter.model.connection_string.uri import read_authentication, split_uri
from adxmi_jupyter.model.connection_string.uri_kinds import target_of
from adxmi_jupyter.model.connection_string.value import ConnectionString

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.ado import Pairs
    from adxmi_jupyter.model.connection_string.uri import Uri

_PAIRS = re.compile(r"\s*[A-Za-z][A-Za-z ]*=")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){2,}(?:/.*)?", re.IGNORECASE)


def parse(text: str) -> ConnectionString:
    """Read a connection string; blanks around it mean nothing.

    What is right but not the usual spelling, or may be right, is in the notes of the value.

    Raises
    ------
    InvalidConnectionString
        It cannot be read or is against a rule; subclasses for more than one way to sign in and
        for managed identities where none are taken. No error repeats a secret.

    """
    trimmed = text.strip()
    check_characters(trimmed)
    uri = split_uri(trimmed)
    if uri is not None:
        return _read_uri(uri)
    if _PAIRS.match(trimmed):
        return _read_pairs(read_pairs(trimmed))
    raise InvalidConnectionString(
        "this isn't a connection string",
        why="it begins neither with a scheme, such as https://, nor with a name, such as Server="
        if trimmed
        else "it is empty",
        fix="write https:// before it"
        if _HOST.match(trimmed)
        else "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH;managed_identity=system",
    )


def _read_uri(uri: Uri) -> ConnectionString:
    target = target_of(uri)
    query = "" if isinstance(target, (AiModel, Http)) else uri.query
    authentication, spelling = read_authentication(uri, target, query=query)
    return ConnectionString(target, authentication, spelling)


def _read_pairs(pairs: Pairs) -> ConnectionString:
    _refuse_others(pairs)
    if pairs.has("accountendpoint"):
        return ConnectionString(*read_cosmos_db(pairs))
    authentication = read_signing(pairs)
    target = read_other_database(pairs) or read_sql_server(pairs)
    return ConnectionString(target, authentication)


def _refuse_others(pairs: Pairs) -> None:
    """Refuse connection strings of other programs, which people find in the portal."""
    if pairs.has("accountname", "blobendpoint", "defaultendpointsprotocol"):
        raise InvalidConnectionString(
            "this is the connection string of a storage account for programs",
            why="a cluster names a container by its address, and how to sign in after it",
            fix=Command.of(
                "connection-string",
                "storage",
                "--account",
                "ACCOUNT",
                "--container",
                "CONTAINER",
                "--identity",
                "system",
            ),
        )
    if pairs.one_of("endpoint").lower().startswith("sb:"):
        raise InvalidConnectionString(
            "this is the connection string of an Event Hubs namespace",
            why="a cluster reads event hubs through a data connection",
            fix="create a data connection with a managed identity",
        )
    if pairs.one_of(*SERVER).lower().startswith("https:"):
        raise InvalidConnectionString(
            "this is the connection string of a cluster, for its clients",
            why="a connection string leads from the cluster to something else",
            fix=Connect("CLUSTER"),
        )
    if not pairs.has("accountendpoint", "host", *SERVER):
        raise InvalidConnectionString(
            "this isn't a connection string",
            why="it has none of Server=, Host= and AccountEndpoint=, nor begins it with a scheme",
            fix='Server=tcp:SERVER,1433;Initial Catalog=DATABASE;Authentication="Active Directory '
            'Managed Identity"',
        )
