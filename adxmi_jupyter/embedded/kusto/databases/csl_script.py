"""A database as the commands that create it again (page: `.show database schema as csl script`).

What stands where follows tools that read these scripts: KustoSchemaTools takes identities, paths
and partitions from the text.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.columns import quoted_name, schema_text
from adxmi_jupyter.embedded.kusto.external_tables.listing import SQL, path_format_text
from adxmi_jupyter.embedded.kusto.literals import hidden, quoted, single_quoted
from adxmi_jupyter.embedded.kusto.materialized_views.listing import definition_properties
from adxmi_jupyter.embedded.kusto.options import switched_on
from adxmi_jupyter.embedded.kusto.policies.acceleration import policy_text as acceleration_text
from adxmi_jupyter.embedded.kusto.policies.managed_identity import policy_text
from adxmi_jupyter.embedded.kusto.policies.update import policy_text as update_text
from adxmi_jupyter.embedded.kusto.query.background import tables_in
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.behaviours import ScriptPolicies, ShownScript
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adxmi_jupyter.embedded.kusto.databases.syntax import ShowDatabaseSchema
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.entities import (
        ContinuousExport,
        ExternalTable,
        MaterializedView,
        Partition,
        StoredFunction,
    )

    Strings = Callable[[ExternalTable], Sequence[str]]

_OPERATION = "DatabaseSchemaShowAsCslCommand"


def csl_script(database: Database, command: ShowDatabaseSchema, session: Session) -> Iterator[str]:
    """Yield the commands, each after what it needs.

    Secrets are asterisks unless the option ShowObfuscatedStrings is on, which is for admins of
    the database or of what has them; a KustoError (403) for others.
    """
    names = ShownNames.of(session.world)
    if names.settings.csl_script is ShownScript.TO_ADMINS:
        session.require(Permission.DATABASE_ADMIN, _OPERATION, database)
    options = command.properties
    shows_secrets = switched_on(options, "ShowObfuscatedStrings")
    if shows_secrets:
        for external in database.external_tables.values():
            session.require_admin(external.admins, _OPERATION, database)
    text = _as_it_is if shows_secrets else masked_literals
    has_mappings = switched_on(options, "IncludeIngestionMappings", otherwise=True)
    yield from _tables(database, has_mappings=has_mappings)
    yield from (_function(each, text) for each in database.functions.values())
    yield from (_view(each) for each in database.materialized_views.values())
    shown = names.kept_strings if shows_secrets else names.strings_in_script
    yield from _external_tables(database, shown)
    yield from _policies(database, names)
    exports = database.continuous_exports.values()
    who = names.identity if shows_secrets else names.identity_in_script
    yield from (_export(each, database, text, who) for each in exports)
    if switched_on(options, "IncludeSecuritySettings", otherwise=True):
        yield from _principals(database)


def _as_it_is(text: str) -> str:
    return text


def _tables(database: Database, *, has_mappings: bool) -> Iterator[str]:
    for table in database.tables.values():
        properties = _with(_descriptions(table))
        yield f".create-merge table {_named(table)} ({schema_text(table.columns)}){properties}"
    for table in database.tables.values() if has_mappings else ():
        for each in table.mappings:
            what = f"{quoted_name(table.name)} ingestion {each.kind.casefold()} mapping"
            mapping = f"{quoted(each.name)} {single_quoted(each.mapping)}"
            yield f".create-or-alter table {what} {mapping}"


def _function(function: StoredFunction, text: Callable[[str], str]) -> str:
    properties = _with({**_descriptions(function), "skipvalidation": quoted("true")}).lstrip()
    definition = f"{_named(function)}{function.parameters} {text(function.body)}"
    return f".create-or-alter function {properties} {definition}"


def _view(view: MaterializedView) -> str:
    kind = "materialized-view" if view.over_view else "table"
    properties = _with(
        {**_descriptions(view, doc_string="docString"), **definition_properties(view)}
    )
    source = f"on {kind} {quoted_name(view.source)}"
    return (
        f".create-or-alter materialized-view{properties} {_named(view)} {source} {{ {view.query} }}"
    )


def _external_tables(database: Database, shown: Strings) -> Iterator[str]:
    for table in database.external_tables.values():
        yield _external_table(table, shown(table))
        for each in table.mappings:
            mapping = f"{quoted(each.name)} {single_quoted(each.mapping)}"
            yield f".create external table {_named(table)} mapping {mapping}"


def _external_table(table: ExternalTable, shown: Sequence[str]) -> str:
    follows = table.options.get("AutoUpdateSchema", False)
    columns = "" if follows else f" ({schema_text(table.columns)})"
    lines = [
        f".create-or-alter external table {_named(table)}{columns}",
        *(_sql_lines(table) if table.table_type == SQL else _lake_lines(table)),
        "(",
        ",\n".join(f"    {hidden(text)}" for text in shown),
        ")",
    ]
    properties = {**_descriptions(table, doc_string="docString"), **_of_external(table)}
    return "\n".join([*lines, *([_with(properties).lstrip()] if properties else [])])


def _sql_lines(table: ExternalTable) -> list[str]:
    return ["kind = sql", *([f"table = {quoted_name(table.target)}"] if table.target else [])]


def _lake_lines(table: ExternalTable) -> list[str]:
    if table.table_type == "Delta":
        return ["kind = delta"]
    partitions = ", ".join(_partition(each) for each in table.partitions)
    return [
        "kind = storage",
        *([f"partition by ({partitions})"] if partitions else []),
        *([f"pathformat = ({path_format_text(table)})"] if table.path_format else []),
        f"dataformat = {table.data_format.casefold()}",
    ]


def _partition(partition: Partition) -> str:
    head = f"{quoted_name(partition.name)}:{partition.kind}"
    column = quoted_name(partition.column) if partition.column else ""
    argument = partition.argument
    if isinstance(argument, timedelta):
        return f"{head} = {partition.function}({column}, time({timespan_text(argument)}))"
    if argument is not None:
        return f"{head} = {partition.function}({column}, {argument})"
    if partition.function:
        return f"{head} = {partition.function}({column})"
    return f"{head} = {column}" if column else head


def _of_external(table: ExternalTable) -> dict[str, str]:
    """Return the properties of an external table beside its descriptions."""
    written: dict[str, str | bool] = {
        "compressed": table.compressed,
        "compressionType": table.compression_type if table.table_type != SQL else "",
        "includeHeaders": "" if table.include_headers == "None" else table.include_headers,
        "fileExtension": table.file_extension,
        "namePrefix": table.name_prefix,
        **{name: each for name, each in table.options.items() if isinstance(each, str | bool)},
    }
    return {name: _value(each) for name, each in written.items() if each}


def _policies(database: Database, names: ShownNames) -> Iterator[str]:
    place = f"database {quoted_name(database.name)}"
    yield from _stored(place, database.stored_policies)
    by = names.settings.csl_script_policies
    if database.policy is not None and by is not ScriptPolicies.LEFT_OUT:
        yield f".{by} {place} policy managed_identity {quoted(policy_text(database.policy, names))}"
    for table in database.tables.values():
        yield from _stored(f"table {_named(table)}", table.stored_policies)
        if table.update_policy is not None:
            policy = quoted(update_text(table, names))
            yield f".alter table {_named(table)} policy update {policy}"
    for external in database.external_tables.values():
        if external.acceleration is not None:
            policy = quoted(acceleration_text(external, names))
            yield f".alter external table {_named(external)} policy query_acceleration {policy}"


def _stored(place: str, policies: Mapping[str, str]) -> Iterator[str]:
    for name, text in policies.items():
        match name:
            case "caching":
                yield f".alter {place} policy caching {_caching(json.loads(text))}"
            case "ingestiontime":
                yield f".alter {place} policy ingestiontime true"
            case _:
                yield f".alter {place} policy {name} {quoted(text)}"


def _caching(policy: Mapping[str, Any]) -> str:
    windows = [
        f"hot_window = datetime({each['MinValue']}) .. datetime({each['MaxValue']})"
        for each in policy.get("HotWindows", ())
    ]
    return ", ".join([f"hot = time({policy['DataHotSpan']})", *windows])


def _export(
    export: ContinuousExport,
    database: Database,
    text: Callable[[str], str],
    who: Callable[[str], str],
) -> str:
    """Return the command of an export; tables that follow from its query are not named."""
    properties = {
        "forcedLatency": f"time({export.forced_latency or '00:00:00'})",
        "intervalBetweenRuns": f"time({export.interval})",
        "sizeLimit": str(export.properties.get("sizeLimit", 104857600)),
        "distributed": str(export.properties.get("distributed", True)),
    }
    others = {n: v for n, v in export.properties.items() if n not in properties}
    shown = [f"{name}={value}" for name, value in properties.items()]
    shown += [f"{name}={_value(value)}" for name, value in others.items()]
    identity = who(export.managed_identity)
    shown += [f"managedIdentity='{identity}'"] if identity else []
    shown += ["isDisabled=True"] if export.is_disabled else []
    named = export.tables != tables_in(export.query, database)
    over = f" over ({', '.join(map(quoted_name, export.tables))})" if named else ""
    target = f"to table {quoted_name(export.external_table)}"
    return (
        f".create-or-alter continuous-export {_named(export)}{over} {target} "
        f"with ({', '.join(shown)}) <| {text(export.query)}"
    )


def _principals(database: Database) -> Iterator[str]:
    for each in database.roles:
        notes = f" {quoted(each.notes)}" if each.notes else ""
        who = f"({single_quoted(each.principal.fqn)})"
        yield f".add database {quoted_name(database.name)} {each.role} {who}{notes}"


def _named(
    entity: Table | StoredFunction | MaterializedView | ExternalTable | ContinuousExport,
) -> str:
    return quoted_name(entity.name)


def _descriptions(
    entity: Table | StoredFunction | MaterializedView | ExternalTable,
    *,
    doc_string: str = "docstring",
) -> dict[str, str]:
    texts = {"folder": entity.folder, doc_string: entity.doc_string}
    return {name: quoted(text) for name, text in texts.items() if text}


def _with(properties: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name} = {value}" for name, value in properties.items())
    return f" with ({listed})" if listed else ""


def _value(value: object) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)
