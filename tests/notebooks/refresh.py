"""Run the tutorials and store their outputs: ``python tests/notebooks/refresh.py``.

nbval compares against what is stored, so run this after a change of the output, and read the diff.
Of a form the text is stored: its widgets have random ids, and are nothing without their kernel.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"
TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks"


def refresh(path):
    notebook = nbformat.read(path, 4)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # how a stream comes in pieces differs each time
    ).execute()
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"  # whether a bar appears depends on the machine
    for chosen in sys.argv[1:] or sorted(TUTORIALS.glob("*.ipynb")):
        refresh(chosen)
