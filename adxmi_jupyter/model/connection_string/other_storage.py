"""Places in storage outside of Azure: Amazon S3, and what plain HTTP reads.

Source: *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import Method
from adxmi_jupyter.model.connection_string.names import check_path, shown
from adxmi_jupyter.model.connection_string.secret import NO_SECRET
from adxmi_jupyter.model.connection_string.uri_target import ANY_CASE, UriTarget, invalid_name
from adxmi_jupyter.model.connection_string.value import TargetKind

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.secret import Secret, Show

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]+")
_HOST = re.compile(r"[a-z0-9._-]+(?::\d{1,5})?")
_KEYS = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
_TO_STORAGE = (
    "copy the data to Azure storage, which takes one; or keep the secret out of sight "
    "in an obfuscated literal h@'…'"
)


@dataclass(frozen=True)
class S3(UriTarget):
    """An object or a prefix in a bucket of Amazon S3."""

    bucket: str
    region: str
    path: str = ""

    methods = frozenset((Method.AWS_KEYS, Method.PRESIGNED_URL, *ANY_CASE))
    callout_type = "external_data"
    instead = _TO_STORAGE
    account = ""

    def __post_init__(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            rule = "3 to 63 of a-z, 0-9, dots and hyphens"
            raise invalid_name("bucket", self.bucket, rule, _BUCKET)
        if not _REGION.fullmatch(self.region):
            raise invalid_name("AWS region", self.region, "a form like eu-west-1", _REGION)
        check_path(self.path)

    def check(self, authentication: Authentication) -> None:
        """Refuse also a key without its secret half."""
        super().check(authentication)
        halves = authentication.secret.reveal().split(",")
        if authentication.method is Method.AWS_KEYS and not (
            len(halves) == len(_KEYS) and all(halves)
        ):
            raise InvalidConnectionString(
                "the AWS keys are not two",
                why="an access key ID and a secret access key belong together",
                fix=f"write ;AwsCredentials={','.join(_KEYS)}",
            )

    @property
    def kind(self) -> TargetKind:
        """Amazon S3."""
        return TargetKind.S3

    @property
    def container(self) -> str:
        """The bucket: it stands where the container of a storage account does."""
        return self.bucket

    @property
    def host(self) -> str:
        """The host of the bucket."""
        return f"{self.bucket}.s3.{self.region}.amazonaws.com"

    @property
    def uri(self) -> str:
        """The target without authentication."""
        return f"https://{self.host}/{self.path}"

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"bucket": self.bucket, "region": self.region, "path": self.path}


@dataclass(frozen=True)
class Http(UriTarget):
    """Anything else that HTTP reads; its query may hold a credential, so it is kept as a secret."""

    host_and_port: str
    path: str = ""
    query: Secret = NO_SECRET

    methods = frozenset((Method.NONE,))
    callout_type = "external_data"
    instead = "remove the ; and what follows if the file is public; else copy it to Azure storage"
    account = container = ""

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host_and_port):
            raise InvalidConnectionString(
                f"{shown(self.host_and_port, 'the host')} isn't a host name",
                why="a host has letters, digits, dots and hyphens, and perhaps a port",
                fix="copy the address of the file again",
            )
        check_path(self.path)

    @property
    def kind(self) -> TargetKind:
        """Plain HTTP."""
        return TargetKind.HTTP

    @property
    def host(self) -> str:
        """The host without its port."""
        return self.host_and_port.partition(":")[0]

    @property
    def uri(self) -> str:
        """The address without its query."""
        return f"https://{self.host_and_port}/{self.path}"

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"host": self.host_and_port, "path": self.path}

    @property
    def has_secret(self) -> bool:
        """Whether there is a query; its text is unknown."""
        return bool(self.query)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what can be done with it."""
        return ("an HTTP service that is not Azure storage can only be read",)

    def without_secret(self) -> Self:
        """Return the address without its query."""
        return replace(self, query=NO_SECRET)

    def text(self, authentication: Authentication, show: Show) -> str:
        """Write the address and its query."""
        del authentication
        return self.uri + (f"?{show(self.query)}" if self.query else "")
