"""Maps that can be filtered, in the place of their pictures while the kernel runs.

As with grids, the picture is what is saved; `map.js` finds it in the page and asks for the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as w

from adxmi_jupyter.forms.style import esm
from adxmi_jupyter.rendering.map_picture import map_class, shapes

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.map_layout import Layout

_MOST_KEPT = 30


class MapLoader(anywidget.AnyWidget):
    """Sends maps to the browser; it shows nothing."""

    _esm = esm("replacing.js", "map.js")


class Maps:
    """The maps of a kernel, as long as they are among the last ones that were shown."""

    def __init__(self) -> None:
        self._layouts: dict[str, Layout] = {}
        self.loader = MapLoader(layout=w.Layout(display="none"))
        self.loader.on_msg(self._asked)

    def add(self, layout: Layout) -> None:
        """Keep a map that is being shown, for a browser that asks for it."""
        name = map_class(layout)
        self._layouts.pop(name, None)
        self._layouts[name] = layout
        while len(self._layouts) > _MOST_KEPT:
            del self._layouts[next(iter(self._layouts))]

    def close(self) -> None:
        """Give the maps up; they become pictures again."""
        self.loader.close()

    def _asked(self, _sender: object, content: Mapping[str, Any], _more: object) -> None:
        layout = self._layouts.get(str(content.get("map")))
        if layout is not None:
            self.loader.send({"map": map_class(layout), **shapes(layout)})
