"""What `.show` says of materialized views (pages: `.show materialized-views`, … details)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto import effective_policies as policies
from adxmi_jupyter.embedded.kusto.columns import schema_json, schema_text
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.literals import quoted
from adxmi_jupyter.embedded.kusto.results import result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.materialized_views.syntax import (
        ShowViews,
        ShowViewSchema,
        ShowViewsDetails,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import MaterializedView

KIND = "MaterializedView"


def show_views(command: ShowViews, session: Session) -> Result:
    """Return all views of the database, or the one of that name."""
    database = _database(session, "MaterializedViewsShowCommand")
    return views(chosen(database.materialized_views, command.name, KIND, database), database)


def views(shown: Iterable[MaterializedView], database: Database) -> Result:
    """Return a row per view; nothing is ever materialized, so there was no run."""
    return result(
        "Name:string, SourceTable:string, Query:string, MaterializedTo:datetime, "
        "LastRun:datetime, LastRunResult:string, IsHealthy:bool, IsEnabled:bool, Folder:string, "
        "DocString:string, AutoUpdateSchema:bool, EffectiveDateTime:datetime, Lookback:timespan, "
        "LookbackColumn:string",
        [
            [
                view.name,
                view.source,
                view.query,
                None,
                None,
                "",
                has_source(view, database),
                view.is_enabled,
                view.folder,
                view.doc_string,
                view.auto_update_schema,
                view.effective_from,
                view.lookback,
                view.lookback_column,
            ]
            for view in shown
        ],
    )


def show_details(command: ShowViewsDetails, session: Session) -> Result:
    """Return size, admins and effective policies of views; all are empty."""
    database = _database(session, "MaterializedViewDetailsShowCommand")
    names = command.names if command.names is not None else tuple(database.materialized_views)
    found = [
        view for name in names for view in chosen(database.materialized_views, name, KIND, database)
    ]
    return result(
        "MaterializedViewName:string, DatabaseName:string, Folder:string, DocString:string, "
        "TotalExtents:long, TotalExtentSize:real, TotalOriginalSize:real, TotalRowCount:long, "
        "HotExtents:long, HotExtentSize:real, HotOriginalSize:real, HotRowCount:long, "
        "AuthorizedPrincipals:string, RetentionPolicy:string, CachingPolicy:string, "
        "ShardingPolicy:string, MergePolicy:string, MinExtentsCreationTime:datetime, "
        "MaxExtentsCreationTime:datetime",
        [_details(view, database, session) for view in found],
    )


def show_schema(command: ShowViewSchema, session: Session) -> Result:
    """Return the columns of a view as a Kusto schema or as JSON."""
    database = _database(session, "MaterializedViewSchemaShowCommand")
    (view,) = chosen(database.materialized_views, command.name, KIND, database)
    text = schema_json(view.name, view.columns) if command.as_json else schema_text(view.columns)
    return result(
        "TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string",
        [[view.name, text, database.name, view.folder, view.doc_string]],
    )


def definition_properties(view: MaterializedView) -> dict[str, str]:
    """Return the properties of a definition that a view has, as literals of commands."""
    given = {
        "lookback": f"time({view.lookback})" if view.lookback else "",
        "lookback_column": quoted(view.lookback_column) if view.lookback_column else "",
        "autoUpdateSchema": "true" if view.auto_update_schema else "",
        "dimensionTables": f"dynamic({json.dumps(view.dimension_tables)})"
        if view.dimension_tables
        else "",
    }
    return {name: value for name, value in given.items() if value}


def has_source(view: MaterializedView, database: Database) -> bool:
    """Tell whether what a view is made from is there."""
    return view.source in (database.materialized_views if view.over_view else database.tables)


def _details(view: MaterializedView, database: Database, session: Session) -> list[Any]:
    nothing = [0, 0.0, 0.0, 0]
    return [
        view.name,
        database.name,
        view.folder,
        view.doc_string,
        *nothing,
        *nothing,
        policies.authorized_admins(view.admins, session.world),
        *(
            policies.effective_policy(name, database)
            for name in ("retention", "caching", "sharding", "merge")
        ),
        None,
        None,
    ]


def _database(session: Session, operation: str) -> Database:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, operation, database)
    return database
