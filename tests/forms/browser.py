"""A browser at the other end of a form's comms, which may know less than the kernel, or more."""

from itertools import chain


class Browser:
    """Shows a form as it was when its messages last arrived; what is typed stays in here."""

    def __init__(self, form):
        self.form = form
        self.catch_up()

    def catch_up(self):
        """Receive all that the kernel has sent."""
        self._typed = {}
        root = self.form.root
        self._knows = {"preview": root.preview, "revision": root.revision}
        self._shows = {field.model_id: _value(field) for field in _fields(root)}

    def type(self, field, value):
        """Enter something that is held back."""
        name = "index" if field.has_trait("index") else "value"
        self._shows[field.model_id] = {name: value}

    def send(self, field):
        """Let the kernel know what was entered, as a field does by itself."""
        _tell(field, {"method": "update", "state": self._shows[field.model_id]})

    def press(self, button):
        """Press a button, as `screen.js` tells it."""
        mark = f"adxmi-press-{self.form.root.model_id}-"
        (place,) = (name for name in button._dom_classes if name.startswith(mark))
        content = {"button": int(place.removeprefix(mark)), **self._knows, "values": self._shows}
        _tell(self.form.screen.sender, {"method": "custom", "content": content})

    def click(self, button):
        """Click without `screen.js`."""
        _tell(button, {"method": "custom", "content": {"event": "click"}})


def _tell(widget, data):
    widget.comm.handle_msg({"content": {"data": data}, "buffers": []})


def _value(field):
    return field.get_state(["index" if field.has_trait("index") else "value"])


def _fields(box):
    children = getattr(box, "children", ())
    own = [one for one in children if one.has_trait("disabled") and one.has_trait("value")]
    return [*own, *chain.from_iterable(map(_fields, children))]
