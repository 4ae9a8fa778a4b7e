"""The lists of the fields of a form: asked for in the background when a field wants its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.forms.background import Background
from adxmi_jupyter.rendering.choices import READING, told_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.choices.values import Choices
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.forms.workflow.fields import FieldWidget
    from adxmi_jupyter.forms.workflow.state import WorkflowState


class FieldLists:
    """What asks for lists and shows them; a list that is known is shown at once.

    Parameters
    ----------
    state
        What the form knows.
    screen
        What the fields are part of.
    fields
        The fields by their names.
    listed
        Called when a list has come that was not known before.

    """

    def __init__(
        self,
        state: WorkflowState,
        screen: Screen,
        fields: Mapping[str, FieldWidget],
        listed: Callable[[], None],
    ) -> None:
        self._state = state
        self._screen = screen
        self._fields = fields
        self._listed = listed
        self.background: dict[str, Background[Choices]] = {}

    def ask(self, name: str, text: str) -> None:
        """Show the list that goes on from a text in a field."""
        asked = self._state.sources.question(name, text)
        if asked is None:
            return
        before, question = asked
        known = self._state.sources.lists.known(question)
        if known is not None:
            self._show(name, before, question.inside, known)
            return
        self._fields[name].list((), inside=before + question.inside, note=READING)
        lookup = self.background.setdefault(name, Background())

        def found(choices: Choices) -> None:
            with self._screen.lock:
                self._show(name, before, question.inside, choices)
                self._listed()

        lookup.run(lambda: self._state.sources.lists.of(question), found)

    def _show(self, name: str, before: str, inside: str, choices: Choices) -> None:
        labels = {spec.name: spec.label for spec in self._state.specs}
        shown = ((before + one.value, one.label, one.goes_on) for one in choices.every)
        self._fields[name].list(shown, inside=before + inside, note=told_of(choices, labels))
