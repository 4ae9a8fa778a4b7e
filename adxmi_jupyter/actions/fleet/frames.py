"""What came of many clusters as one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import TEXT, fixed_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Piece

CLUSTER, STATE = "cluster", "cluster_state"


def fleet_frame(result: FleetResult) -> pd.DataFrame:
    """Return the rows of all clusters, and one for each cluster of which nothing is known.

    Columns: ``cluster`` string, ``cluster_state`` string (``reached``, or why it was not), then
    those of the command; where nothing is known they are missing, and ``bool`` is ``boolean``. A
    cluster that was reached and has nothing has no row; ``attrs`` lists all clusters.
    """
    read = [_with_cluster(piece) for piece in result.pieces if piece.frame is not None]
    unread = [piece for piece in result.pieces if piece.frame is None]
    frame = _together(read, unread)
    place = {piece.outcome.cluster: at for at, piece in enumerate(result.pieces)}
    frame = frame.sort_values(
        CLUSTER, kind="stable", ignore_index=True, key=lambda names: names.map(place)
    )
    frame.attrs["adxmi"] = {
        "run": result.number,
        "clusters": [
            {
                "cluster": piece.outcome.cluster,
                "resource_id": piece.outcome.resource_id,
                "state": piece.outcome.reach.value,
                "why": piece.outcome.why,
            }
            for piece in result.pieces
        ],
    }
    return frame


def _together(read: Sequence[pd.DataFrame], unread: Sequence[Piece]) -> pd.DataFrame:
    """Return the rows of all clusters below one another, and one of each that was not read."""
    import pandas as pd

    rows = [(piece.outcome.cluster, piece.outcome.reach.value) for piece in unread]
    missing = fixed_frame({CLUSTER: TEXT, STATE: TEXT}, rows)
    if not read:
        return missing
    known = pd.concat(read, ignore_index=True)
    # Without rows of its own the columns keep their dtypes.
    empty = known.iloc[:0].drop(columns=[CLUSTER, STATE]).reindex(missing.index)
    for name in empty.select_dtypes(object).columns:
        empty[name] = None
    return pd.concat([known, pd.concat([missing, empty], axis=1)], ignore_index=True)


def _with_cluster(piece: Piece) -> pd.DataFrame:
    """Return the frame of a cluster with its name and state in front."""
    import pandas as pd

    frame = pd.DataFrame(piece.frame).copy()
    flags = [name for name in frame.columns if pd.api.types.is_bool_dtype(frame[name].dtype)]
    frame = frame.astype(dict.fromkeys(flags, "boolean"))
    text = pd.StringDtype("python")
    for at, (name, value) in enumerate(
        ((CLUSTER, piece.outcome.cluster), (STATE, piece.outcome.reach.value))
    ):
        frame.insert(at, name, pd.Series([value] * len(frame), index=frame.index, dtype=text))
    return frame
