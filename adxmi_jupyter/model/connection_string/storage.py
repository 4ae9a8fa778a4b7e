"""Places in Azure storage: Blob Storage, Data Lake Storage and OneLake.

Each has `account`, `container` and `path` as far as its kind knows them, `path` as it stands in a
URI. Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import Method
from adxmi_jupyter.model.connection_string.clouds import PUBLIC, suffix_notes
from adxmi_jupyter.model.connection_string.names import check_host, check_path
from adxmi_jupyter.model.connection_string.uri_target import (
    ANY_CASE,
    BY_ENTRA,
    Scheme,
    UriTarget,
    azure_uri,
    invalid_name,
)
from adxmi_jupyter.model.connection_string.value import Right, TargetKind
from adxmi_jupyter.model.identity import is_guid

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"(?=.{3,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*|\$(?:root|web|logs)")
_ACCOUNT_RULE = "3 to 24 of a-z and 0-9"
_CONTAINER_RULE = "3 to 63 of a-z, 0-9 and single hyphens; or is $root, $web or $logs"
_ZONE = re.compile(r"z\d\d")
_ITEM = re.compile(r"[^/;?#\\]+\.[A-Za-z]+")
_DNS_ZONES = "storage.azure.net"


@dataclass(frozen=True)
class AzureStorage(UriTarget):
    """A container (in Data Lake Storage: filesystem) of a storage account, or a path in it.

    `domain` is the host suffix of the cloud, `zone` the label of accounts with a DNS zone.
    """

    account: str
    container: str
    path: str = ""
    scheme: Scheme = Scheme.BLOB
    domain: str = PUBLIC.storage
    zone: str = ""

    methods = frozenset((*BY_ENTRA, Method.SAS, Method.ACCOUNT_KEY, *ANY_CASE))
    resource_type = "Microsoft.Storage/storageAccounts"
    callout_type = "external_data"

    def __post_init__(self) -> None:
        if not _ACCOUNT.fullmatch(self.account):
            raise invalid_name("storage account", self.account, _ACCOUNT_RULE, _ACCOUNT)
        if not _CONTAINER.fullmatch(self.container):
            raise invalid_name("container", self.container, _CONTAINER_RULE, _CONTAINER)
        if self.zone and not _ZONE.fullmatch(self.zone):
            raise invalid_name("DNS zone", self.zone, "z and two digits", _ZONE)
        check_host(f"{self.account}.{self.domain}")
        check_path(self.path)

    @property
    def kind(self) -> TargetKind:
        """Blob Storage or Data Lake Storage, by the endpoint."""
        return TargetKind.BLOB if self.scheme is Scheme.BLOB else TargetKind.DATA_LAKE

    @property
    def bare_key(self) -> bool:
        """Whether an account key stands without a word before it."""
        return self.scheme is Scheme.BLOB

    @property
    def host(self) -> str:
        """The endpoint of the account."""
        labels = (self.account, self.zone, self.scheme.endpoint, self.domain)
        return ".".join(filter(None, labels))

    @property
    def uri(self) -> str:
        """The target without authentication."""
        return azure_uri(self.scheme, self.host, self.container, self.path)

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        holder = "container" if self.scheme is Scheme.BLOB else "filesystem"
        return {"account": self.account, holder: self.container, "path": self.path}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud."""
        return suffix_notes(self.domain, lambda cloud: cloud.storage, _DNS_ZONES)

    def right(self, *, write: bool) -> Right:
        """Return the role on the account or container; owning the account is not enough."""
        return Right(f"Storage Blob Data {'Contributor' if write else 'Reader'}")


@dataclass(frozen=True)
class OneLake(UriTarget):
    """An item of a workspace of Microsoft Fabric, or a path in it.

    Workspace and item are both names, the item with its type (``Sales.Lakehouse``), or both GUIDs.
    `region` is set for a regional endpoint only.
    """

    workspace: str
    item: str
    path: str = ""
    scheme: Scheme = Scheme.DFS
    domain: str = "fabric.microsoft.com"
    region: str = ""

    methods = frozenset((*BY_ENTRA, *ANY_CASE))
    callout_type = "external_data"

    def __post_init__(self) -> None:
        if not self.workspace or not self.item:
            raise _onelake("OneLake needs a workspace and an item", "one of them is missing")
        if is_guid(self.workspace) != is_guid(self.item.partition(".")[0]):
            raise _onelake(
                "workspace and item are named in different ways",
                "both are names, or both are GUIDs",
            )
        if is_guid(self.workspace) and not is_guid(self.item):
            raise _onelake("the item is a GUID with a type", "after a GUID the type is left out")
        if not is_guid(self.item) and not _ITEM.fullmatch(self.item):
            raise _onelake("the item has no type", "an item is named with its type")
        for part in (self.workspace, self.item):
            _check_segment(part)
        check_path(self.path)
        check_host(self.host)

    @property
    def kind(self) -> TargetKind:
        """OneLake, through any of its endpoints."""
        return TargetKind.ONELAKE

    @property
    def account(self) -> str:
        """Nothing: there is no storage account to find in Azure."""
        return ""

    @property
    def container(self) -> str:
        """The workspace: it stands where the container of a storage account does."""
        return self.workspace

    @property
    def host(self) -> str:
        """The endpoint, the same for every workspace."""
        front = f"{self.region}-onelake" if self.region else "onelake"
        return f"{front}.{self.scheme.endpoint}.{self.domain}"

    @property
    def uri(self) -> str:
        """The target without authentication."""
        rest = f"{self.item}/{self.path}" if self.path else self.item
        return azure_uri(self.scheme, self.host, self.workspace, rest)

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"workspace": self.workspace, "item": self.item, "path": self.path}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud."""
        return suffix_notes(self.domain, lambda _: "fabric.microsoft.com")


@dataclass(frozen=True)
class Gen1(UriTarget):
    """A path in a Data Lake Storage Gen1 account."""

    account: str
    path: str = ""
    domain: str = "azuredatalakestore.net"

    methods = frozenset((*BY_ENTRA, *ANY_CASE))
    resource_type = "Microsoft.DataLakeStore/accounts"
    callout_type = "external_data"
    container = ""

    def __post_init__(self) -> None:
        if not _ACCOUNT.fullmatch(self.account):
            raise invalid_name("Data Lake account", self.account, _ACCOUNT_RULE, _ACCOUNT)
        check_host(self.host)
        check_path(self.path)

    @property
    def kind(self) -> TargetKind:
        """Data Lake Storage Gen1."""
        return TargetKind.GEN1

    @property
    def host(self) -> str:
        """The endpoint of the account."""
        return f"{self.account}.{self.domain}"

    @property
    def uri(self) -> str:
        """The target without authentication."""
        return f"adl://{self.host}/{self.path}"

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"account": self.account, "path": self.path}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud."""
        return suffix_notes(self.domain, lambda _: "azuredatalakestore.net")

    def right(self, *, write: bool) -> Right:
        """Return the role on the account."""
        return Right("Contributor" if write else "Reader")


def _check_segment(name: str) -> None:
    check_path(name)
    if "/" in name or "@" in name:
        raise _onelake("a name holds / or @", "both separate names")


def _onelake(what: str, why: str) -> InvalidConnectionString:
    return InvalidConnectionString(
        what,
        why=why,
        fix="https://onelake.dfs.fabric.microsoft.com/WORKSPACE/ITEM.Lakehouse/PATH, "
        "or both as GUIDs without the type",
    )
