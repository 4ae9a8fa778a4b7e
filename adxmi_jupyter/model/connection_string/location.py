"""Read what people give as the location of something in storage.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re

from adxmi_jupyter.errors import CredentialsInLocation, InvalidConnectionString
from adxmi_jupyter.model.connection_string.ai import AiModel
from adxmi_jupyter.model.connection_string.reading import parse
from adxmi_jupyter.model.connection_string.uri import split_uri
from adxmi_jupyter.model.connection_string.uri_kinds import StorageLocation

_RESOURCE = re.compile(
    r"/subscriptions/.+/storageAccounts/(?P<account>[a-z0-9]+)"
    r"(?:/blobServices/default/containers/(?P<container>[a-z0-9-]+))?/?",
    re.IGNORECASE,
)


def parse_location(text: str) -> StorageLocation:
    """Read the address of a place in storage, as it is copied from the portal or from Fabric.

    Raises
    ------
    CredentialsInLocation
        It also says how to sign in, be it by a signature, a key or an identity: that is given
        apart. The error does not repeat it.
    InvalidConnectionString
        It is no address, not of storage, or a name in it is against the rules.

    """
    trimmed = text.strip()
    _refuse_resource_id(trimmed)
    uri = split_uri(trimmed)
    if uri is not None and (uri.query or uri.parts):
        mark = "?" if uri.query else ";"
        raise CredentialsInLocation(
            "the location also says how to sign in",
            why=f"what follows {mark} may be a secret, or differ from --identity",
            fix=f"give --identity instead; leave the {mark} and what follows out",
        )
    found = parse(trimmed)
    if isinstance(found.target, StorageLocation):
        return found.target
    where = "the address of a model" if isinstance(found.target, AiModel) else "a database"
    raise InvalidConnectionString(
        "the location is not in storage",
        why=f"it is {where}",
        fix="https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
    )


def _refuse_resource_id(text: str) -> None:
    found = _RESOURCE.fullmatch(text)
    if found is None:
        return
    container = found["container"] or "CONTAINER"
    raise InvalidConnectionString(
        "this is the resource ID of a storage account, not an address in it",
        why="Azure Resource Manager knows it by that; data is read at the endpoint",
        fix=f"https://{found['account'].lower()}.blob.core.windows.net/{container}",
    )
