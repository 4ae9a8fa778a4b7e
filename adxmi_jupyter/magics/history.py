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
@click.option(
    "--times",
    is_flag=True,
    help="Show the times. Omitted by default, so that outputs of notebooks stay comparable.",
)
def history(call: Call, *, times: bool) -> pd.DataFrame:
    """List the writes made from this machine, and their outcomes.

    The outcomes sent and unknown mean that no response arrived. Each later command checks what
    became of the write, and reports the outcome once it is known.
    """
    from adxmi_jupyter.actions.write.history import writes_frame

    return writes_frame(call.connection, times=times)
