"""Connection strings: what a cluster reads from and writes to, and how it signs in there.

`parse` makes a value of a text, ``ConnectionString(target, authentication).build()`` the text of
a value; each undoes the other. ``masked()``, ``str()`` and ``repr()`` of a value, and all errors,
show no secret.
"""

from adxmi_jupyter.masking import MASK
from adxmi_jupyter.masking import masked as scrubbed
from adxmi_jupyter.model.connection_string.ai import AiModel, AiOperation
from adxmi_jupyter.model.connection_string.authentication import (
    IMPERSONATION,
    NO_AUTHENTICATION,
    Authentication,
    Method,
    by_secret,
    managed_identity,
    refuse_client_id,
)
from adxmi_jupyter.model.connection_string.clouds import CLOUDS
from adxmi_jupyter.model.connection_string.cosmos import CosmosDb
from adxmi_jupyter.model.connection_string.location import parse_location
from adxmi_jupyter.model.connection_string.masked import hides_identity, is_illegible
from adxmi_jupyter.model.connection_string.other_storage import S3, Http
from adxmi_jupyter.model.connection_string.reading import parse
from adxmi_jupyter.model.connection_string.secret import Secret
from adxmi_jupyter.model.connection_string.sql import MySql, PostgreSql, SqlServer
from adxmi_jupyter.model.connection_string.storage import AzureStorage, Gen1, OneLake
from adxmi_jupyter.model.connection_string.uri_kinds import StorageLocation
from adxmi_jupyter.model.connection_string.uri_target import Scheme
from adxmi_jupyter.model.connection_string.value import ConnectionString, Right, Target, TargetKind

__all__ = [
    "CLOUDS",
    "IMPERSONATION",
    "MASK",
    "NO_AUTHENTICATION",
    "S3",
    "AiModel",
    "AiOperation",
    "Authentication",
    "AzureStorage",
    "ConnectionString",
    "CosmosDb",
    "Gen1",
    "Http",
    "Method",
    "MySql",
    "OneLake",
    "PostgreSql",
    "Right",
    "Scheme",
    "Secret",
    "SqlServer",
    "StorageLocation",
    "Target",
    "TargetKind",
    "by_secret",
    "hides_identity",
    "is_illegible",
    "managed_identity",
    "parse",
    "parse_location",
    "refuse_client_id",
    "scrubbed",
]
