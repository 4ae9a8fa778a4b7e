"""``python -m tests.pictures``: make the pictures of the documentation anew, in JupyterLab.

They show the product as it is: a notebook is run on the embedded Azure, used by mouse, and what
is to be seen is cut out. With names such as ``steps-form`` only those are made.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ui.lab import LONG, lab_pages

if TYPE_CHECKING:
    from playwright.sync_api import Locator

DOCS = Path(__file__).resolve().parent.parent / "docs"

_FORM = ".adxmi-form"
_TALL, _MARGIN = 1800, 12
_BLANK = """notebook => notebook.getBoundingClientRect().bottom
  - [...notebook.querySelectorAll('.jp-CodeCell')].at(-1).getBoundingClientRect().bottom"""
"""The pixels below the last cell."""


@dataclass(frozen=True)
class Picture:
    """What is run, what of the page is shown, and what is done there before."""

    lines: tuple[str, ...]
    shown: str
    pose: Callable[[Locator], None] = lambda _shown: None


def _identity(form: Locator) -> None:
    _tick(form, "mi-stranger")
    form.get_by_label("The request that will be sent").wait_for()


def _policy(form: Locator) -> None:
    _tick(form, "mi-export AzureAI")
    form.get_by_role("checkbox", name="mi-ingest DataConnection", exact=True).uncheck()
    form.locator(".adxmi-changes li").nth(1).wait_for()


def _role(form: Locator) -> None:
    _tick(form, "mi-export viewers")
    form.get_by_label("The command that will be sent").wait_for()


def _plan(form: Locator) -> None:
    _tick(form, "- cluster: mi-export AutomatedFlows")
    form.locator(".adxmi-changes .adxmi-loss").wait_for()


def _workflow(form: Locator) -> None:
    for label, value in {
        "Name *": "Archive",
        "Identity *": "mi-ingest",
        "Location *": "https://contosolake.blob.core.windows.net/archive",
        "Columns": "OrderId:long, Region:string",
    }.items():
        form.get_by_label(label).fill(value)
    form.get_by_label("Format *").select_option("csv")
    form.get_by_label("What will be sent").wait_for()
    form.get_by_role("button", name="Check requirements", exact=True).click()
    form.locator(".adxmi-requirement.met").first.wait_for(timeout=LONG)


def _steps(form: Locator) -> None:
    _tick(form, "mi-stranger NativeIngestion")
    form.get_by_label("The command that will be sent").wait_for()


def _quickstart(notebook: Locator) -> None:
    notebook.page.set_viewport_size({"width": 1300, "height": _TALL})
    cells = notebook.locator(".jp-CodeCell")
    cells.last.get_by_text("1005").wait_for(timeout=LONG)
    for hidden in (0, 1, 4, 5):  # not the promise: loading, creating the table, the two fixes
        cells.nth(hidden).evaluate("cell => { cell.style.display = 'none' }")
    height = _TALL - int(notebook.evaluate(_BLANK)) + _MARGIN
    notebook.page.set_viewport_size({"width": 1300, "height": height})


def _tick(form: Locator, name: str) -> None:
    form.get_by_role("checkbox", name=name, exact=True).check()


_FILE = """%%adxmi plan form
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy:
  mode: authoritative
  cluster: {}
  databases:
    Sales: {mi-export: [ExternalTable], mi-ingest: [NativeIngestion]}
    Telemetry: {mi-export: {usages: [AutomatedFlows], why: nightly export}}
"""
_QUERY = '%%adxmi query\nexternal_table("MyOrders")'

PICTURES: Mapping[str, Picture] = {
    "quickstart": Picture(
        (
            (
                "external-table create MyOrders --database Sales --identity mi-stranger"
                " --location https://contosolake.blob.core.windows.net/archive --data-format csv"
                ' --columns "OrderId:long, Region:string, Amount:real, Placed:datetime"'
            ),
            _QUERY,
            "external-table check MyOrders",
            "external-table check MyOrders --fix --yes",
            (
                'embedded azure-role mi-stranger --role "Storage Blob Data Reader"'
                " --target contosolake/archive"
            ),
            _QUERY,
        ),
        ".jp-Notebook",
        _quickstart,
    ),
    "policy-matrix": Picture(
        (
            "policy grant -d Sales --identity mi-export --usage AutomatedFlows,SandboxArtifacts",
            "policy matrix --all-databases",
        ),
        '.jp-RenderedHTMLCommon:has([aria-label="Policy matrix"])',
    ),
    "chain": Picture(
        (
            "identity assign mi-stranger",
            (
                "external-table check --database Sales --name Orders2 --identity mi-stranger "
                "--location https://contosolake.blob.core.windows.net/archive "
                '--columns "OrderId:long" --data-format csv'
            ),
        ),
        ".jp-RenderedHTMLCommon:has(.adxmi-diagram)",
    ),
    "identity-form": Picture(("identity form",), _FORM, _identity),
    "policy-form": Picture(("policy form",), _FORM, _policy),
    "plan-form": Picture((_FILE,), _FORM, _plan),
    "role-form": Picture(("role form",), _FORM, _role),
    "workflow-form": Picture(("external-table form",), _FORM, _workflow),
    "steps-form": Picture(
        ("identity assign --identity mi-stranger", "form --identity mi-stranger"),
        ".adxmi-steps-form",
        _steps,
    ),
}


def _as_cell(line: str) -> str:
    return line if line.startswith("%") else f"%adxmi {line}"


def path_of(name: str) -> Path:
    """Return where a picture is kept."""
    return DOCS / f"{name}.png"


def main() -> None:
    """Make the pictures that were named, or all."""
    with (
        tempfile.TemporaryDirectory() as home,
        lab_pages(Path(home), width=1400, height=1500) as open_page,
    ):
        for name in sys.argv[1:] or PICTURES:
            picture = PICTURES[name]
            page = open_page("%load_ext adxmi_jupyter", *map(_as_cell, picture.lines))
            shown = page.locator(picture.shown)
            shown.wait_for(timeout=LONG)
            picture.pose(shown)
            page.evaluate("document.activeElement.blur()")
            page.mouse.move(0, 0)
            shown.screenshot(path=path_of(name))
            print(f"docs/{name}.png")
            page.close()


if __name__ == "__main__":
    main()
