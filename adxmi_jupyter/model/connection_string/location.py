"""Read what people give as the location of something in storage.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CredentialsInLocation, InvalidConnectionString
from adxmi_jupyter.model.connection_string.reading import parse
from adxmi_jupyter.model.connection_string.uri_kinds import StorageLocation

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.value import Target

_RESOURCE = re.compile(
    r"/subscriptions/.+/storageAccounts/(?P<account>[a-z0-9]+)"
    r"(?:/blobServices/default/containers/(?P<container>[a-z0-9-]+))?(?:/.*)?",
    re.IGNORECASE,
)


def parse_location(text: str) -> StorageLocation:
    """Read the URL of a container, folder or blob, as one copies it from the portal or from Fabric.

    Raises
    ------
    CredentialsInLocation
        It also says how to sign in, be it by a signature, a key or an identity: that is given
        apart. The error does not repeat it.
    InvalidConnectionString
        It is no URL, not of storage, or a name in it is against the rules.

    """
    trimmed = text.strip()
    _check_no_resource_id(trimmed)
    separator = next((one for one in trimmed if one in "?;"), "")
    target = _target(trimmed, separator)
    if not isinstance(target, StorageLocation):
        raise InvalidConnectionString(
            "the location is not in storage",
            why=f"the target is: {target.kind}",
            fix="https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
        )
    if separator:
        raise CredentialsInLocation(
            "the location also says how to sign in",
            why=f"what follows {separator} may be a secret; "
            "the identity is given apart and needs none",
            fix=f"write {target.uri}",
        )
    return target


def _target(text: str, separator: str) -> Target:
    """Return what a text leads to, whatever follows the separator of a secret.

    Only what the whole text lacks is an error: a property that is missing before the separator may
    follow it.
    """
    try:
        return parse(text).target
    except InvalidConnectionString:
        with suppress(InvalidConnectionString):
            if separator:
                return parse(text.partition(separator)[0]).target
        raise


def _check_no_resource_id(text: str) -> None:
    found = _RESOURCE.fullmatch(text)
    if found is None:
        return
    container = found["container"] or "CONTAINER"
    raise InvalidConnectionString(
        "this is the resource ID of a storage account, not a URL in it",
        why="data is read at the endpoint of the account",
        fix=f"https://{found['account'].lower()}.blob.core.windows.net/{container}",
    )
