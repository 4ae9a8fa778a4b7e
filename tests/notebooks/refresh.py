"""Run the tutorials and store their outputs: ``python tests/notebooks/refresh.py``.

nbval compares against what is stored, so run this after a change of the output, and read the diff.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks"


def refresh(path):
    notebook = nbformat.read(path, 4)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    NotebookClient(
        notebook, kernel_name="python3", timeout=120, record_timing=False, store_widget_state=False
    ).execute()
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or sorted(TUTORIALS.glob("*.ipynb")):
        refresh(chosen)
