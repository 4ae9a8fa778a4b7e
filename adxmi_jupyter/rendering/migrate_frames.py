"""Objects that authenticate by a secret, as DataFrames with fixed columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.model.migration.objects import Restoring
from adxmi_jupyter.rendering.requirements import subject, title

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.migrate.applying import Applied
    from adxmi_jupyter.actions.migrate.planning import Migration
    from adxmi_jupyter.fixes import Fix

    Write = Callable[[Fix], str]

_RESTORING = {
    Restoring.YES: "yes",
    Restoring.UNTIL_DONE: "yes, until apply ends: the history keeps no secret",
    Restoring.MASKED: "no: its secret is masked",
    Restoring.NOTHING_TO_RESTORE: "nothing is stored",
}
"""Whether a previous definition can be restored, and why not."""

_KEPT = (
    "what looks like a secret stays in its text, shown as asterisks: remove it, and have it renewed"
)

LIST = (
    *("kind", "name", "database", "authenticates_by", "identity", "missing", "can_be_restored"),
    *("target", "note"),
)


def migrations_frame(migrations: Sequence[Migration]) -> pd.DataFrame:
    """Return a row for each object.

    Columns: ``kind``, ``name``, ``database``, ``authenticates_by``, ``identity`` (the one
    proposed), ``missing`` (the requirements that it doesn't meet), ``can_be_restored`` (yes or no,
    and why), ``target``, ``note``, all string.
    """
    rows = [
        (
            *(one.object.kind.value, one.object.name, one.object.database),
            ", ".join(one.object.authenticates_by),
            label(one),
            "; ".join(map(called, one.missing)),
            *(restoring(one), one.object.target, note(one)),
        )
        for one in migrations
    ]
    return fixed_frame(dict.fromkeys(LIST, TEXT), rows)


def plan_frame(migrations: Sequence[Migration], *, write: Write) -> pd.DataFrame:
    """Return a row for each object in the order of migrating them.

    Columns: ``order`` Int64; ``kind``, ``name``, ``database``, ``identity``, ``missing``, ``fix``
    (the commands for what is missing, one on a line), ``definition`` (what is sent),
    ``can_be_restored``, ``lost`` (what the definition may not show), ``note``, string.
    """
    names = (
        *("kind", "name", "database", "identity", "missing", "fix", "definition"),
        *("can_be_restored", "lost", "note"),
    )
    rows = [
        (
            order,
            *(one.object.kind.value, one.object.name, one.object.database, label(one)),
            "; ".join(map(called, one.missing)),
            "\n".join(dict.fromkeys(write(found.fix) for found in one.missing if found.fix)),
            one.shown,
            restoring(one),
            "; ".join(one.object.lost),
            note(one),
        )
        for order, one in enumerate(migrations, start=1)
    ]
    return fixed_frame({"order": NUMBER, **dict.fromkeys(names, TEXT)}, rows)


def applied_frame(applied: Applied) -> pd.DataFrame:
    """Return a row for each object.

    Columns: ``kind``, ``name``, ``database``, ``identity``, ``result`` (``migrated``, ``not
    migrated``, ``restored``, ``unknown`` or ``skipped``), ``why``, all string.
    """
    rows = [
        (
            one.migration.object.kind.value,
            one.migration.object.name,
            one.migration.object.database,
            label(one.migration),
            one.result.value,
            one.failure.why if one.failure is not None else "",
        )
        for one in applied.outcomes
    ]
    names = ("kind", "name", "database", "identity", "result", "why")
    return fixed_frame(dict.fromkeys(names, TEXT), rows)


def label(one: Migration) -> str:
    """Return the identity that is proposed; empty for none."""
    return one.identity.label if one.identity is not None else ""


def called(found: Finding) -> str:
    """Return what a requirement is called, and what it is about."""
    return f"{title(found.about)} ({subject(found.about)})"


def restoring(one: Migration) -> str:
    """Return whether the previous definition can be restored."""
    return "" if one.object.obstacle is not None else _RESTORING[one.object.restoring]


def note(one: Migration) -> str:
    """Return what there is to say of an object."""
    obstacle = one.object.obstacle
    unknown = ", ".join(map(called, one.unknown))
    parts = (
        f"can't be migrated: {obstacle.why}" if obstacle is not None else "",
        Dialect().fix(obstacle.instead) if obstacle is not None and obstacle.instead else "",
        *one.object.notes,
        _KEPT if one.keeps_secret else "",
        f"unknown: {unknown}" if unknown else "",
    )
    return "; ".join(filter(None, parts))
