"""Use a bit of everything on the embedded Azure; runs where only the package and its extras are.

Run as a script by `tests.nightly.supply`, outside of this package: it must not import ``tests``.
"""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import adxmi_jupyter

_TABLE = (
    "--database Sales --name Smoke --identity mi-export --data-format csv"
    ' --location https://contosolake.blob.core.windows.net/archive --columns "OrderId:long"'
)

_INGESTION = (
    "--database Sales --table Orders --identity mi-ingest --data-format parquet"
    " --location https://contosolake.blob.core.windows.net/landing/orders.parquet"
)

LINES = (
    "status",
    "connections",
    "policy show",
    "policy show --all-databases --by-usage",
    "policy grant --database Sales --identity mi-export --usage ExternalTable",
    "policy revoke --database Sales --identity mi-export --usage ExternalTable --yes",
    "policy undo --yes",
    "policy history",
    "policy matrix --all-databases",
    "identity list",
    "identity show mi-export",
    "identity assign --identity mi-stranger",
    "role list --database Sales",
    "role grant --database Sales --role viewers --identity mi-export",
    "callout list",
    f"external-table create {_TABLE}",
    "external-table check Smoke --fix --yes",
    (
        'embedded azure-role --identity mi-export --role "Storage Blob Data Reader"'
        " --target contosolake/archive"
    ),
    "external-table list",
    f"sdk-ingestion run {_INGESTION}",
    "policy grant --database Sales --identity mi-ingest --usage ExternalDataRequest",
    (
        "infer-storage-schema run --database Sales --identity mi-ingest --data-format parquet"
        " --location https://contosolake.blob.core.windows.net/landing --file-extension .parquet"
    ),
    "check",
    "form",
    "policy form",
    "identity form",
    "role form",
    "external-table form",
)

QUERIES = (
    'external_table("Smoke") | take 1',
    "Orders | count",
)

TERRAFORM = """
resource "azurerm_kusto_script" "policy" {
  script_content = <<-KQL
    .alter-merge cluster policy managed_identity '[{"ObjectId": "system", "AllowedUsages": "All"}]'
  KQL
}
"""


def main() -> int:
    """Import every module, run the lines in a shell, and the console script."""
    for module in pkgutil.walk_packages(adxmi_jupyter.__path__, "adxmi_jupyter."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    with tempfile.TemporaryDirectory() as scratch:
        _shell(scratch)
        _console(scratch)
    return 0


def _shell(scratch: str) -> None:
    config = Config(HistoryManager={"hist_file": ":memory:"})
    shell = InteractiveShell.instance(config=config, ipython_dir=scratch)
    shell.run_cell("%load_ext adxmi_jupyter").raise_error()
    for line in LINES:
        print("%adxmi", line, flush=True)
        shell.run_cell(f"%adxmi {line}").raise_error()
    for query in QUERIES:
        print("%%adxmi query:", query, flush=True)
        shell.run_cell(f"%%adxmi query -o rows\n{query}").raise_error()
        if shell.user_ns["rows"].empty:
            raise SystemExit(f"no rows: {query}")


def _console(scratch: str) -> None:
    for name in ("policy.csv", "policy.json"):
        _run(scratch, "policy", "show", "--all-databases", "--out", name)
        if not (Path(scratch) / name).stat().st_size:
            raise SystemExit(f"{name} is empty")
    (Path(scratch) / "main.tf").write_text(TERRAFORM, "utf-8")
    _run(scratch, "convert", "main.tf", "--to", "kql")
    _run(scratch, "lab", "--headless")


def _run(scratch: str, *words: str) -> None:
    print("adxmi", *words, flush=True)
    subprocess.run([sys.executable, "-I", "-m", "adxmi_jupyter", *words], cwd=scratch, check=True)


if __name__ == "__main__":
    sys.exit(main())
