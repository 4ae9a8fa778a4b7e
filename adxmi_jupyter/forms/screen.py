"""What a browser shows of a form, and what a press on one of its buttons was made on.

A front end sends a press at once, but holds back a field's newer value while the kernel still
handles an older one. A press may also have been made before the browser showed what the kernel has
changed since. So `screen.js` sends a press together with the values of all fields, the number of
the last change that the browser knew of, and the digest of the preview it showed. Values are part
of that message only: a widget's own state is saved with the notebook.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from adxmi_jupyter.forms.style import esm

Handler = Callable[[], None]

# What a value means depends on these; the others are looks.
_MEANING = {"description", "options", "value"}


class FormBox(w.VBox):  # type: ignore[misc] # ipywidgets has no types
    """The outermost box of a form.

    `preview` is the digest of the preview in it, `revision` counts the kernel's own changes.
    """

    preview = traitlets.Unicode().tag(sync=True)
    revision = traitlets.Int().tag(sync=True)


class FormButton(w.Button):  # type: ignore[misc]
    """A button of a form; `decides` tells whether pressing it sends or changes something.

    `clicked_plainly` is called for a click that `screen.js` did not turn into a press.
    """

    def __init__(
        self, *, decides: bool, clicked_plainly: Callable[[FormButton], None], **look: Any
    ) -> None:
        super().__init__(**look)
        self.decides = decides
        self._clicked_plainly = clicked_plainly

    def _handle_button_msg(
        self, _widget: object, content: Mapping[str, object], _more: object
    ) -> None:
        # In place of what ipywidgets does with a click that comes from a browser.
        if content.get("event") == "click":
            self._clicked_plainly(self)


class PressSender(anywidget.AnyWidget):
    """Sends the presses on the buttons of a form; it shows nothing."""

    _esm = esm("cells.js", "screen.js")
    form = traitlets.Unicode().tag(sync=True)


@dataclass(frozen=True)
class Press:
    """A press and what the browser showed: values by field, the preview's digest, the revision."""

    button: int
    preview: str
    revision: int
    values: Mapping[str, Mapping[str, object]]


class Screen:
    """The fields, buttons and preview of one form as its browser shows them.

    A press first brings the fields up to date: a value that the browser has is newer, unless the
    kernel has changed the field since. A button that decides then counts only if what would be
    done is what the browser showed.
    """

    def __init__(self) -> None:
        self.root = FormBox(layout=w.Layout(width="100%", max_width="1100px"))
        self.root.add_class(f"adxmi-root-{self.root.model_id}")
        hidden = w.Layout(display="none")
        self.sender = PressSender(form=self.root.model_id, layout=hidden)
        self.sender.on_msg(self._arrived)
        self.lock = threading.RLock()
        self._buttons: list[FormButton] = []
        self._changed_at: dict[str, int] = {}
        self._has_changed = False
        self._enabled: list[FormButton] = []
        self._key = secrets.token_bytes(16)
        self._previewed: Callable[[], Iterable[str]] = tuple
        self._out_of_date: Handler = lambda: None
        self._not_loaded: Handler = lambda: None

    def guard(
        self, previewed: Callable[[], Iterable[str]], out_of_date: Handler, not_loaded: Handler
    ) -> None:
        """Hold presses that decide against a preview.

        `previewed` returns all that tells what would be done. `out_of_date` is called instead of a
        button's handler where that has changed, `not_loaded` where the browser cannot tell.
        """
        self._previewed, self._out_of_date, self._not_loaded = previewed, out_of_date, not_loaded

    def button(
        self,
        description: str,
        pressed: Handler,
        *,
        tooltip: str = "",
        kind: str = "",
        decides: bool = False,
    ) -> FormButton:
        """Return a button; `kind` is one of ipywidgets' button styles."""
        made = FormButton(
            decides=decides,
            clicked_plainly=self._clicked_plainly,
            description=description,
            tooltip=tooltip or description,
            button_style=kind,
            layout=w.Layout(width="auto"),
        )
        made.add_class(f"adxmi-press-{self.root.model_id}-{len(self._buttons)}")
        made.on_click(lambda _button: pressed())
        self._buttons.append(made)
        return made

    def listen(self, field: w.Widget, entered: Callable[[Any], None]) -> None:
        """Call somebody with each change of a field's value.

        A kernel may hear of two fields, or of a field and a button, in two threads.
        """

        def changed(change: Any) -> None:
            with self.lock:
                if field.value == change.new:  # else it was changed again meanwhile
                    entered(change)

        field.observe(changed, names="value")

    def put(self, widget: w.Widget, **traits: Any) -> None:
        """Set what a field shows, on the part of the kernel."""
        told = _MEANING & traits.keys()
        if any(getattr(widget, name) != traits[name] for name in told):
            self.changed(widget)
        with widget.hold_sync():
            for name, value in traits.items():
                setattr(widget, name, value)

    def changed(self, widget: w.Widget) -> None:
        """Note that a field, or what a button is about, is not what the browser knew of it."""
        self._changed_at[widget.model_id] = self.root.revision + 1
        self._has_changed = True

    def enable(self, button: FormButton, *, is_enabled: bool) -> None:
        """Let a button be pressed, or not.

        It can be pressed once the browser knows what it shows: a press made before would be on
        something else.
        """
        if is_enabled:
            self._enabled.append(button)
        else:
            button.disabled = True
            self._enabled = [other for other in self._enabled if other is not button]

    def focus(self, css_class: str) -> None:
        """Let the keyboard go on at what stands in an element of this class."""
        self.sender.send({"focus": css_class})

    def publish(self) -> None:
        """Tell the browser what it shows, once it has been sent all of it."""
        with self.root.hold_sync():
            self.root.revision += self._has_changed
            self.root.preview = self._digest()
        self._has_changed = False
        enabled, self._enabled = self._enabled, []
        for button in enabled:
            button.disabled = False

    def _digest(self) -> str:
        # With a key, for a notebook that is saved must not give away what was typed.
        text = json.dumps(list(self._previewed())).encode()
        return hashlib.blake2b(text, key=self._key, digest_size=16).hexdigest()

    def _arrived(self, _sender: object, content: Mapping[str, Any], _more: object) -> None:
        press = Press(**content)
        button = self._buttons[press.button]
        with self.lock:
            was_offered = not button.disabled
            is_as_shown = self._take_over(press) and press.preview == self._digest()
            if was_offered or not button.disabled:
                self._count(button, self._is_known(press, button), is_as_shown)
            self.publish()

    def _count(self, button: FormButton, is_known: bool, is_as_shown: bool) -> None:
        if button.decides and not (is_known and is_as_shown):
            self._out_of_date()
        elif is_known:
            button.click()

    def _is_known(self, press: Press, widget: w.Widget) -> bool:
        return self._changed_at.get(widget.model_id, 0) <= press.revision

    def _take_over(self, press: Press) -> bool:
        """Take over newer values; return whether all fields are now as the browser showed them."""
        for field in list(_fields(self.root)):
            if not _is_as_shown(field, press) and self._is_known(press, field):
                field.set_state(press.values[field.model_id])
        return all(_is_as_shown(field, press) for field in _fields(self.root))

    def _clicked_plainly(self, button: FormButton) -> None:
        with self.lock:
            if not button.decides:
                button.click()
            elif not button.disabled:
                self._not_loaded()


def _is_as_shown(field: w.Widget, press: Press) -> bool:
    shown = press.values.get(field.model_id, {})
    return bool(field.get_state(shown.keys()) == shown)


def _fields(box: w.Widget) -> Iterator[w.Widget]:
    """Yield what can be filled in within a box, as `screen.js` does."""
    for part in getattr(box, "children", ()):
        if isinstance(part, FormBox):
            continue
        if part.has_trait("disabled") and part.has_trait("value"):
            yield part
        yield from _fields(part)
