"""Figures of the house: files, lines, files that a command runs through, circles of imports.

``python -m tests.house`` prints them; with a directory, those of another checkout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.source.test_import_circles import import_circles

LAYERS = ("model", "masking", "service", "actions", "rendering", "magics", "forms", "embedded")
COMMANDS = {
    "policy grant": "policy grant --database Sales --identity mi-export --usage ExternalTable",
    "external-table check NAME": "external-table check ArchivedOrders --database Sales",
}
# What runs in the package while a command does, without the embedded Azure behind the wire.
_WALK = """
import json, sys, threading
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.io import capture_output
seen = set()
def look(frame, event, argument):
    if event == "call" and frame.f_code.co_name != "<module>":
        seen.add(frame.f_code.co_filename)
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "adxmi_jupyter")
threading.setprofile(look)
sys.setprofile(look)
with capture_output():
    shell.run_line_magic("adxmi", sys.argv[1])
sys.setprofile(None)
own = [one.split("adxmi_jupyter/", 1)[1] for one in seen if "/adxmi_jupyter/" in one]
print(json.dumps(sorted(one for one in own if not one.startswith("embedded/"))))
"""


def walked(root: Path, command: str) -> list[str]:
    """Return the files of the package that a command runs through, from the magic to the wire."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-c", _WALK, command],
            cwd=root,
            env=os.environ | {"ADXMI_DATA_DIR": scratch, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(root: Path) -> None:
    """Print the figures of a checkout as a table in Markdown."""
    package = root / "adxmi_jupyter"
    rows = []
    for name in (*LAYERS, "."):
        where = package if name == "." else package / name
        files = list(where.rglob("*.py"))
        lines = sum(len(one.read_text(encoding="utf-8").splitlines()) for one in files)
        rows.append(("whole package" if name == "." else f"{name}/", len(files), lines))
    print("| | files | lines |\n|---|---|---|")
    for row in rows:
        print("| {} | {} | {:,} |".format(*row))
    for name, command in COMMANDS.items():
        print(f"files that `{name}` runs through: {len(walked(root, command))}")
    print(f"files in circles of imports: {[*map(len, import_circles(package))] or 'none'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).resolve().parent.parent)
