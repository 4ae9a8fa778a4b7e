"""The noun ``history``: every write that was made from this machine, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb(
    "history",
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "history",
    ),
)
@click.option("--times", is_flag=True, help="Also when; left out so that notebooks diff clean.")
def history(call: Call, *, times: bool) -> pd.DataFrame:
    """List every write made from this machine, and how it ended.

    An outcome of sent or unknown means that no answer came. Each command looks again what became
    of such a write, and says so once it is known.
    """
    from adxmi_jupyter.actions.write.history import writes_frame

    return writes_frame(call.connection, times=times)
