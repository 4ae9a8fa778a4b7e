"""What there is to see in the form of a workflow."""

import html

import pytest

from adxmi_jupyter.model.declaration.registry import declarations

DECLARATIONS = {one.noun(): one for one in declarations()}


PLACE = "https://contosolake.blob.core.windows.net/archive"


TABLE = {
    "name": "Archive",
    "identity": "mi-ingest",
    "location": PLACE,
    "columns": "OrderId:long, Region:string",
    "data_format": "csv",
}


READY = {**TABLE, "identity": "mi-export"}


SIGNED = f"{PLACE}?sv=2025-01-05&sig=cmVhZA%3D%3D"


every = pytest.mark.parametrize("noun", DECLARATIONS)


def text_of(widget):
    return html.unescape(widget.value)


def shown(part):
    return part.layout.display != "none"


def problem(form, name):
    return "".join(text_of(w) for w in form.fields[name].widget.children[1:2] if shown(w))


def fix_buttons(form):
    """Return the buttons in sight that fix something."""
    rows = form.requirements.widget.children[1:]
    return [row.children[1] for row in rows if shown(row.children[1])]


def texts(form):
    """Return everything the form says, the fields aside."""
    widgets = [form.root, *form.root.children, *form.requirements.widget.children]
    found = [one for widget in widgets for one in (widget, *getattr(widget, "children", ()))]
    return "".join(str(getattr(one, "value", "")) for one in found)
