"""Policies as DataFrames with a fixed schema, also at zero rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import ANY, FLAG, TEXT, fixed_frame
from adxmi_jupyter.model.policy import CLUSTER, Policy
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.policy.policies import PolicyChange, PolicyReading
    from adxmi_jupyter.model.policy import PolicyEntry, Scope, UsageChange
    from adxmi_jupyter.service.connection import Connection

_ENTRY_COLUMNS: Mapping[str, str] = {
    "scope": TEXT,
    "database": TEXT,
    "display_name": TEXT,
    "object_id": TEXT,
    "client_id": TEXT,
    "tenant_id": TEXT,
    "is_system": FLAG,
}

CLUSTER_MARK, DATABASE_MARK, NO_EFFECT_MARK = "C", "D", "(D)"
"""Marks of the matrix; lower case when the usage is covered through ``All``."""


def policy_frame(reading: PolicyReading) -> pd.DataFrame:
    """Return one row for each identity and scope.

    Columns: ``scope`` (``cluster`` or ``database``), ``database``, ``display_name``,
    ``object_id``, ``client_id``, ``tenant_id`` string; ``is_system`` bool; ``allowed_usages``
    object, a tuple in canonical order.
    """
    rows = [
        (*_entry_cells(scoped.scope, entry), entry.allowed_usages)
        for scoped in reading.policies
        for entry in scoped.policy
    ]
    frame = fixed_frame({**_ENTRY_COLUMNS, "allowed_usages": ANY}, rows)
    return _with_attrs(frame, reading)


def changed_frame(connection: Connection, change: PolicyChange) -> pd.DataFrame:
    """Return the policy of one scope after a change, as `policy_frame` does."""
    rows = [(*_entry_cells(change.scope, e), e.allowed_usages) for e in change.after]
    frame = fixed_frame({**_ENTRY_COLUMNS, "allowed_usages": ANY}, rows)
    frame.attrs["adxmi"] = {"connection": connection.name, "command": change.command}
    return frame


def by_usage_frame(reading: PolicyReading) -> pd.DataFrame:
    """Return one row for each identity, scope and usage; the last column is ``usage`` string."""
    rows = [
        (*_entry_cells(scoped.scope, entry), usage)
        for scoped in reading.policies
        for entry in scoped.policy
        for usage in entry.allowed_usages
    ]
    return _with_attrs(fixed_frame({**_ENTRY_COLUMNS, "usage": TEXT}, rows), reading)


def raw_frame(reading: PolicyReading) -> pd.DataFrame:
    """Return the service's own tables, one below the other, columns as the service sent them."""
    import pandas as pd

    frames = [scoped.answer.frame() for scoped in reading.policies]
    return _with_attrs(pd.concat(frames, ignore_index=True), reading)


def diff_frame(scope: Scope, changes: Sequence[UsageChange]) -> pd.DataFrame:
    """Return one row for each usage that appears or disappears.

    Columns: ``scope``, ``database``, ``display_name``, ``object_id``, ``usage``, ``change``
    (``added`` or ``removed``), all string.
    """
    columns = ("scope", "database", "display_name", "object_id", "usage", "change")
    rows = [
        (
            scope.kind,
            scope.database,
            change.identity.display_name,
            change.identity.object_id,
            change.usage,
            change.change,
        )
        for change in changes
    ]
    return fixed_frame(dict.fromkeys(columns, TEXT), rows)


def matrix_frame(reading: PolicyReading) -> pd.DataFrame:
    """Return who may do what where: one row for each database and identity.

    Columns: ``database``, ``display_name``, ``object_id`` and one for each usage, all string. A
    cell holds ``C`` if the cluster policy allows the usage, ``D`` if the database's does, both
    if both; lower case if it is allowed through ``All``; ``(D)`` for a SandboxArtifacts that
    stands on a database, where it has no effect. The cluster alone is a row group of its own if
    no database was read.
    """
    by_scope = {scoped.scope: scoped.policy for scoped in reading.policies}
    cluster = by_scope.get(CLUSTER, Policy())
    databases = [scope for scope in by_scope if scope.database] or [CLUSTER]
    newer = tuple(sorted(reading.unknown_usages))
    columns = (*(usage.value for usage in Usage), *newer)
    rows = [
        (
            scope.database,
            entry.identity.display_name,
            entry.identity.object_id,
            *(_mark(usage, entry, cluster, _of_database(scope, by_scope)) for usage in columns),
        )
        for scope in databases
        for entry in cluster.merge(_of_database(scope, by_scope))
    ]
    names = ("database", "display_name", "object_id", *columns)
    return _with_attrs(fixed_frame(dict.fromkeys(names, TEXT), rows), reading)


def _of_database(scope: Scope, by_scope: Mapping[Scope, Policy]) -> Policy:
    return by_scope[scope] if scope.database else Policy()


def _mark(usage: str, entry: PolicyEntry, cluster: Policy, database: Policy) -> str:
    on_cluster = _cell(usage, cluster.entry_of(entry.identity), CLUSTER_MARK)
    on_database = _cell(usage, database.entry_of(entry.identity), DATABASE_MARK)
    if usage == Usage.SANDBOX_ARTIFACTS and on_database:
        on_database = NO_EFFECT_MARK if on_database == DATABASE_MARK else ""
    return on_cluster + on_database


def _cell(usage: str, entry: PolicyEntry | None, mark: str) -> str:
    if entry is None or not entry.allows(usage):
        return ""
    return mark if usage in entry.allowed_usages else mark.lower()


def _entry_cells(scope: Scope, entry: PolicyEntry) -> tuple[object, ...]:
    identity = entry.identity
    return (
        scope.kind,
        scope.database,
        identity.display_name,
        identity.object_id,
        identity.client_id,
        identity.tenant_id,
        identity.is_system,
    )


def _with_attrs(frame: pd.DataFrame, reading: PolicyReading) -> pd.DataFrame:
    frame.attrs["adxmi"] = {"connection": reading.connection, "command": reading.command}
    return frame
