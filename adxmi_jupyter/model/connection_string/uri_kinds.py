"""Tell by its host what a URI leads to.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.fixes import Connect
from adxmi_jupyter.model.connection_string.ai import read_ai_model
from adxmi_jupyter.model.connection_string.other_storage import S3, Http
from adxmi_jupyter.model.connection_string.secret import Secret
from adxmi_jupyter.model.connection_string.storage import AzureStorage, Gen1, OneLake
from adxmi_jupyter.model.connection_string.uri_target import Scheme

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.ai import AiModel
    from adxmi_jupyter.model.connection_string.uri import Uri

StorageLocation = AzureStorage | OneLake | Gen1 | S3 | Http
"""Everything that has `account`, `container`, `path` and `uri`."""

_ONELAKE = re.compile(
    r"(?:(?P<region>[a-z0-9-]+)-)?onelake\.(?P<endpoint>blob|dfs)\.(?P<domain>fabric\..+)"
)
_ACCOUNT = re.compile(
    r"(?P<account>[^.]+)\.(?:(?P<zone>z\d\d)\.)?(?P<endpoint>blob|dfs)\.(?P<domain>.+\..+)"
)
_OTHER_ENDPOINT = re.compile(
    r"[^.]+\.(?:z\d\d\.)?(?P<endpoint>file|queue|table|web)\.(?:core|storage)\..+"
)
_S3 = re.compile(r"(?P<bucket>.+)\.s3\.(?P<region>[^.]+)\.amazonaws\.com")
_CLUSTER = re.compile(r".+\.kusto(?:mfa)?\.[^/]+")
_SCHEMES = {
    "http": "write https:// in place of http://",
    "abfs": "write abfss:// in place of abfs://",
    "wasb": "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
    "wasbs": "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
    "s3": "https://BUCKET.s3.REGION.amazonaws.com/KEY",
    "s3a": "https://BUCKET.s3.REGION.amazonaws.com/KEY",
    "sb": "an Event Hubs namespace is reached by a data connection",
}


def target_of(uri: Uri) -> StorageLocation | AiModel:
    """Return what a URI leads to; its query belongs to the target for `Http` and `AiModel` only.

    Raises
    ------
    InvalidConnectionString
        It leads nowhere a cluster could go, or a name in it is against the rules.

    """
    if uri.scheme == "abfss":
        return _abfss(uri)
    if uri.scheme == "https":
        return _https(uri)
    if uri.scheme == "adl":
        _refuse_user(uri)
        account, _, domain = uri.host.partition(".")
        return Gen1(account, uri.path, domain)
    raise InvalidConnectionString(
        f"{uri.scheme}:// isn't a scheme of a connection string",
        why="there are https://, abfss:// and adl://",
        fix=_SCHEMES.get(uri.scheme, "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"),
    )


def _abfss(uri: Uri) -> StorageLocation:
    if not uri.user:
        raise InvalidConnectionString(
            "the address names no filesystem",
            why="with abfss:// it stands before the host",
            fix="abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH",
        )
    found = _ONELAKE.fullmatch(uri.host) or _ACCOUNT.fullmatch(uri.host)
    if found is None or found["endpoint"] != Scheme.ABFSS.endpoint:
        raise InvalidConnectionString(
            "the host isn't a dfs endpoint",
            why="abfss:// is spoken by Data Lake Storage: its host is ACCOUNT.dfs and the cloud's",
            fix="abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH",
        )
    return _in_azure(found, Scheme.ABFSS, uri.user, uri.path)


def _refuse_user(uri: Uri) -> None:
    if uri.user:
        raise InvalidConnectionString(
            "there is a user name before the host",
            why="only abfss:// has something there: the filesystem",
            fix="remove the @ and the text before it",
        )


def _https(uri: Uri) -> StorageLocation | AiModel:
    _refuse_user(uri)
    found = _ONELAKE.fullmatch(uri.host) or _ACCOUNT.fullmatch(uri.host)
    if found is not None:
        container, _, path = uri.path.partition("/")
        return _in_azure(found, Scheme(found["endpoint"]), container, path)
    in_s3 = _S3.fullmatch(uri.host)
    if in_s3 is not None:
        return S3(in_s3["bucket"], in_s3["region"], uri.path)
    _refuse_other_pages(uri)
    return read_ai_model(uri) or Http(uri.host, uri.path, Secret(uri.query))


def _in_azure(
    host: re.Match[str], scheme: Scheme, container: str, path: str
) -> AzureStorage | OneLake:
    if host.re is _ONELAKE:
        item, _, path = path.partition("/")
        return OneLake(container, item, path, scheme, host["domain"], host["region"] or "")
    return AzureStorage(
        host["account"], container, path, scheme, host["domain"], host["zone"] or ""
    )


def _refuse_other_pages(uri: Uri) -> None:
    other = _OTHER_ENDPOINT.fullmatch(uri.host)
    if other is not None:
        raise InvalidConnectionString(
            f"the host is the {other['endpoint']} endpoint of the account",
            why="a cluster reads blobs: at the blob or the dfs endpoint",
            fix="https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
        )
    if _CLUSTER.fullmatch(uri.host):
        raise InvalidConnectionString(
            "this is the address of a cluster",
            why="a connection string leads from the cluster to something else",
            fix=Connect(f"https://{uri.host}"),
        )
    if uri.host.startswith("portal."):
        raise InvalidConnectionString(
            "this is a page of the portal",
            why="the portal shows things; it is not where they are",
            fix="copy the property URL of the blob, or the endpoint of the account",
        )
