"""What all forms are: a root to show, a submission, a text for where nothing can show it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.forms.submission import Phase, Submission

if TYPE_CHECKING:
    import ipywidgets as w

    from adxmi_jupyter.forms.line import WriteLine


class Form(ABC):
    """A form for one change at a time; subclasses make the parts and set `root`.

    Parameters
    ----------
    write_line
        Writes a line as the user would type it.
    cluster
        The cluster's name for people.

    """

    root: w.VBox

    def __init__(self, write_line: WriteLine, cluster: str) -> None:
        self._write_line = write_line
        self._cluster = cluster
        self._is_news = False
        self._listeners: list[Callable[[], None]] = []
        self.submission = Submission(self._sent, self._submission_changed)

    def when_applied(self, listener: Callable[[], None]) -> None:
        """Call somebody each time a change was carried out, once it is shown here."""
        self._listeners.append(listener)

    @abstractmethod
    def _send(self, confirmed: bool) -> tuple[str, ...]:
        """Carry the change out and return what to say."""

    @abstractmethod
    def _refresh(self) -> None:
        """Show everything anew."""

    @abstractmethod
    def _refresh_bar(self) -> None:
        """Show anew where the submission stands."""

    def _sent(self, confirmed: bool) -> tuple[str, ...]:
        lines = self._send(confirmed)
        self._is_news = True
        return lines

    def _submission_changed(self) -> None:
        if self.submission.phase is Phase.BUSY:
            self._refresh_bar()
            return
        self._refresh()
        if self._is_news:
            self._is_news = False
            for listener in self._listeners:
                listener()

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.root._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}
