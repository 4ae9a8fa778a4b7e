"""What the cluster answers look like: the columns that every version of the service sends.

Source: *.show databases*, *.show databases entities*, *.show functions*, *.show tables*, *.show
external tables*, *Continuous data export*, *.show table update policy*, *Query acceleration
policy*, *Callout policy*, *.show plugins*, *Manage database security roles*, *Journal management*,
*.show ingestion failures* (Azure Data Explorer docs).
"""

from __future__ import annotations

from functools import cache

from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.shape import (
    Shape,
    filled,
    flag,
    json_list,
    json_object,
    maybe,
    obj,
    optional,
    principal,
    required,
    text,
)

ANY = Shape("it")
"""Of answers that are shown as they are."""

VERSION = Shape("the version", (required("BuildVersion"),), at_least=1)

CALLER = Shape("who you are", (required("principal"),), at_least=1)

DATABASES = Shape("the databases", (required("DatabaseName"),))

ENTITIES = Shape(
    "the entities of databases",
    (
        required("DatabaseName"),
        required("EntityType"),
        required("EntityName"),
        required("Content", check=maybe(text)),
        required("CslOutputSchema", check=maybe(text)),
    ),
)

DATABASES_POLICIES = Shape(
    "the policies of databases",
    (required("DatabaseName"), required("AuthorizedPrincipals", check=json_list(obj))),
)

JOURNAL = Shape("the journal", (required("ChangeCommand", check=text),))

TABLES = Shape("the tables", (required("TableName"),))

MAPPINGS = Shape(
    "the ingestion mappings", (required("Name"), required("Mapping", check=json_list(obj)))
)

BLOBS = Shape("the blobs", (required("BlobUri", check=filled),))

COLUMNS = Shape("the columns of a table", (required("Schema", check=text),), at_least=1)

FUNCTIONS = Shape("the functions", (required("Name"), required("Body", check=text)))

EXTERNAL_TABLES = Shape(
    "the external tables",
    (
        required("TableName", "EntityName"),
        required("TableType"),
        optional("Properties", check=json_object),
        optional("ConnectionStrings", check=json_list(text)),
    ),
)

CSL_SCRIPT = Shape("the csl script", (required("DatabaseSchemaScript", check=text),))

CONTINUOUS_EXPORTS = Shape(
    "the continuous exports",
    (
        required("Name"),
        required("ExternalTableName"),
        required("Query", check=text),
        optional("IsDisabled", check=flag),
        optional("ExportProperties", check=json_object),
    ),
)

_POLICY = required("Policy", "Policies", check=json_list(obj))
_ENTITY = required("EntityName", "TableName")

UPDATE_POLICIES = Shape("the update policies", (_ENTITY, _POLICY))

ACCELERATION_POLICIES = Shape(
    "the query acceleration policies",
    (_ENTITY, required("Policy", "Policies", check=json_object)),
)

ACCELERATED_TABLES = Shape(
    "the details of external tables",
    (
        _ENTITY,
        required("QueryAccelerationPolicy", "Policy", "Policies", check=json_object),
        optional("QueryAccelerationState", check=json_object),
    ),
)

_POLICY_NAME = optional("PolicyName", check=filled)


@cache
def policy_shape(columns: tuple[str, ...], *, at_least: int, has_name: bool) -> Shape:
    """Return the shape of a managed identity policy: its JSON is in one of these columns.

    A scope without a policy is answered, too: by a row whose policy is null, as far as is known.
    `has_name` is for policies of databases.
    """
    name = (optional("EntityName", check=filled),) if has_name else ()
    policy = required(*columns, check=json_list(obj))
    fix = Explain.of(Command.of("verify"), " finds out how this cluster answers")
    return Shape("the managed identity policy", (policy, _POLICY_NAME, *name), at_least, fix)


# The service's own rules are always there.
CALLOUT_POLICY = Shape("the callout policy", (_POLICY, _POLICY_NAME), at_least=1)

PLUGINS = Shape(
    "the plugins", (required("PluginName"), required("IsEnabled", check=flag)), at_least=1
)

ROLES = Shape(
    "the principals",
    (
        required("Role"),
        optional("PrincipalType", check=maybe(text)),
        optional("PrincipalDisplayName", check=maybe(text)),
        optional("PrincipalObjectId", check=maybe(text)),
        required("PrincipalFQN", check=maybe(principal)),
        optional("Notes", check=maybe(text)),
    ),
)

OWN_ROLES = Shape(
    "your roles",
    (
        required("Role"),
        optional("Scope", check=maybe(text)),
        optional("DisplayName", check=maybe(text)),
        optional("AADObjectID", check=maybe(text)),
    ),
)

INGESTION_FAILURES = Shape(
    "the ingestion failures",
    (
        required("Details", check=maybe(text)),
        required("IngestionSourcePath", check=maybe(text)),
        optional("ErrorCode", check=maybe(text)),
    ),
)

EXPORT_FAILURES = Shape("the failures of an export", (required("Details", check=maybe(text)),))

SCHEMA = Shape("its schema", (required("TableName", "EntityName"),), at_least=1)
