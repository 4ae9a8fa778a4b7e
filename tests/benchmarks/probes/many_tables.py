"""Lists very many external tables and tells the most memory that took, as JSON."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

DATABASES, TABLES = 40, 2000


def main() -> None:
    """Fill an embedded Azure, list its tables, and look at the process's own peak."""
    shell = InteractiveShell.instance(config=Config(HistoryManager={"hist_file": ":memory:"}))
    shell.run_cell("%load_ext adxmi_jupyter").raise_error()
    with contextlib.redirect_stdout(io.StringIO()):
        connection = shell.magics_manager.registry["AdxmiMagics"].connections.current()
        _fill(connection.azure.world)
        result = shell.run_cell("%adxmi external-table list --all-databases")
    result.raise_error()
    if len(result.result) < TABLES:
        raise RuntimeError("not all tables were listed")
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"megabytes": peak / (1024**2 if sys.platform == "darwin" else 1024)}))


def _fill(world: object) -> None:
    for number in range(DATABASES - len(world.cluster.databases)):
        world.add_database(f"Bench{number:02}")
    string = "https://contosolake.blob.core.windows.net/t;managed_identity=system"
    for database in world.cluster.databases:
        for number in range(TABLES // DATABASES):
            world.add_external_table(f"Table{number:03}", string, database=database)


if __name__ == "__main__":
    main()
