"""The embedded Azure: its state, its faults, and back to the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.errors import DatabaseNotFound
from adxmi_jupyter.fixes import Command, Explain, Several
from adxmi_jupyter.service.embedded import (
    behaviour_questions,
    check_fault,
    checked_behaviours,
    default_behaviours,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from adxmi_jupyter.service.connection import Connection


def state_frame(connection: Connection) -> pd.DataFrame:
    """Return one row; ``cluster``, ``databases``, ``identities`` string, ``faults`` Int64.

    Raises
    ------
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    azure = connection.azure
    cluster = azure.world.cluster
    row = (
        cluster.name,
        ", ".join(cluster.databases),
        ", ".join(identity.display_name for identity in azure.world.identities),
        len(azure.faults.active()),
    )
    columns = {"cluster": TEXT, "databases": TEXT, "identities": TEXT, "faults": NUMBER}
    return fixed_frame(columns, [row])


def faults_frame(connection: Connection) -> pd.DataFrame:
    """Return the faults that are on: ``fault``, ``match`` string, ``times`` Int64.

    ``times`` is null for a fault that strikes until cleared. Raises as `state_frame` does.
    """
    rows = [(on["name"], on["times"], on["match"]) for on in connection.azure.faults.active()]
    return fixed_frame({"fault": TEXT, "times": NUMBER, "match": TEXT}, rows)


def reset(connection: Connection, world: str, behaviours: Sequence[str] = ()) -> None:
    """Return to a seeded world, without faults and history.

    It behaves as `behaviours` say, ``NAME=ALTERNATIVE`` each, else by default.

    Raises
    ------
    InvalidValue
        There is no such behaviour, or no world of this name.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    connection.embedded.reset(world, checked_behaviours(behaviours))
    connection.forget()
    connection.forget_verified()
    connection.assigned_when_last_seen = None


def choose_behaviours(
    connection: Connection, behaviours: Sequence[str], *, clear: bool = False
) -> None:
    """Let the service behave so, ``NAME=ALTERNATIVE`` each, or all by default; raises as `reset`.

    What was written before stays as it is.
    """
    chosen = checked_behaviours(behaviours)
    connection.azure.world.behaviours.choose(default_behaviours() if clear else chosen)
    connection.forget()


def behaviours_frame(connection: Connection) -> pd.DataFrame:
    """Return how the embedded Azure behaves where no page says it; raises as `state_frame` does.

    Columns, all string: ``behaviour``, ``alternative``, ``alternatives``, ``question``.
    """
    chosen = connection.azure.world.behaviours.chosen()
    known = behaviour_questions()
    rows = [(name, chosen[name], ", ".join(words), about) for name, (about, words) in known.items()]
    columns = dict.fromkeys(("behaviour", "alternative", "alternatives", "question"), TEXT)
    return fixed_frame(columns, rows)


def add_secrets(connection: Connection, database: str) -> None:
    """Add an object of each kind that authenticates by a secret.

    Raises
    ------
    DatabaseNotFound
        There is no such database.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    _require(connection, database)
    connection.azure.add_secrets(database)
    connection.forget()


def _require(connection: Connection, database: str) -> None:
    there = connection.azure.world.cluster.databases
    if database not in there:
        raise DatabaseNotFound(
            f"there is no database {database!r}",
            why=Explain.of("there are: ", Several.of(there)),
            fix=Command.of("embedded", "status"),
        )


def follow(connection: Connection, database: str) -> None:
    """Let another cluster follow a database.

    Raises
    ------
    DatabaseNotFound
        There is no such database.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    _require(connection, database)
    connection.azure.world.follow(database)
    connection.forget()


def followers_frame(connection: Connection) -> pd.DataFrame:
    """Return the databases that are followed: ``cluster``, ``database`` string.

    Raises as `state_frame` does.
    """
    clusters = connection.azure.world.clusters
    rows = [(one.name, attached.database) for one in clusters for attached in one.attached]
    return fixed_frame({"cluster": TEXT, "database": TEXT}, rows)


def add_fault(
    connection: Connection, name: str, *, times: int, match: str, retry_after: float, delay: float
) -> None:
    """Switch a fault on for the next requests whose text contains `match`; times in seconds.

    Raises
    ------
    InvalidValue
        There is no such fault.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    check_fault(name)
    connection.azure.faults.add(
        name, times=times, match=match, retry_after=retry_after, delay=delay
    )


def clear_faults(connection: Connection) -> None:
    """Switch every fault off; raises as `state_frame` does."""
    connection.azure.faults.clear()
