"""The one place that starts the embedded Azure."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adxmi_jupyter.errors import ClusterUnreachable, EmbeddedAzureNotInUse, InvalidValue
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Option, Several
from adxmi_jupyter.model.principal import parse_reference
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.directories import verified_beside
from adxmi_jupyter.service.embedded_key import offered

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import EmbeddedAzure
    from adxmi_jupyter.model.principal import PrincipalReference

PRINCIPALS: Mapping[str, str] = {"admin": "embedded-admin", "reader": "embedded-reader"}
"""Who one can be on the embedded Azure (``--credential as:NAME``), and the token that says so."""

DEFAULT_DATABASE = "Sales"


class EmbeddedService:
    """The embedded Azure of this process, started when first needed.

    Parameters
    ----------
    azure
        One that runs already.
    history
        The file of the history, where other processes use it, too; else one of its own.

    """

    def __init__(self, azure: EmbeddedAzure | None = None, history: Path | None = None) -> None:
        self._azure = azure
        self._history = history
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    @property
    def azure(self) -> EmbeddedAzure:
        """The running server."""
        if self._azure is None:
            self._azure = _started(0)
        return self._azure

    @property
    def history_file(self) -> Path:
        """Where the history is kept: it must not outlive the world it speaks of."""
        if self._history is not None:
            return self._history
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="adxmi-")
        return Path(self._directory.name) / "history.jsonl"

    def token(self, principal: str) -> str:
        """Return the token of one of `PRINCIPALS`, with the key that lets its scripts run."""
        return token_with_key(PRINCIPALS[principal], self.azure.script_key)

    def account(self, principal: str) -> PrincipalReference | None:
        """Return who one of `PRINCIPALS` is in the directory, as a sign-in tells it."""
        known = self.azure.world.principal(PRINCIPALS[principal])
        return parse_reference(known.fqn) if known is not None else None

    def reset(
        self, world: str = "contoso", behaviours: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Return to a seeded world, without faults and without history.

        It behaves as `behaviours` say, else by default.

        Raises
        ------
        InvalidValue
            There is no world of this name.

        """
        _check_world(world)
        self.azure.reset(world=world, behaviours=behaviours)
        self._forget()

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._azure is not None:
            self._azure.stop()
            self._azure = None
        self._forget()

    def _forget(self) -> None:
        if self._history is not None:
            self._history.unlink(missing_ok=True)
            verified_beside(self._history).unlink(missing_ok=True)
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None


def token_with_key(token: str, key: str) -> str:
    """Return a token that carries the key for scripts; without a key the token itself."""
    return f"{token}.{key}" if key else token


def fault_names() -> tuple[str, ...]:
    """Return the faults that can be switched on."""
    from adxmi_jupyter.embedded import Fault

    return tuple(fault.value for fault in Fault)


def world_names() -> tuple[str, ...]:
    """Return the worlds that the embedded Azure can begin with."""
    from adxmi_jupyter.embedded import WORLDS

    return WORLDS


def _check_world(name: str) -> None:
    known = world_names()
    if name not in known:
        raise InvalidValue(
            f"there is no world {name!r}",
            why=Explain.of("there are ", Several.of(known)),
            fix=ChangeOption("--world", closest(name, known) or known[0]),
        )


def check_fault(name: str) -> None:
    """Refuse a fault there is none of.

    Raises
    ------
    InvalidValue
        The name is unknown.

    """
    known = fault_names()
    if name not in known:
        raise InvalidValue(
            f"there is no fault {name!r}",
            why=f"there are {len(known)} faults, and Tab completes their names",
            fix=Command.of("embedded", "faults", closest(name, known) or "NAME"),
        )


def behaviour_choices() -> tuple[str, ...]:
    """Return what can be chosen, as ``NAME=ALTERNATIVE``, the defaults first of each name."""
    every = behaviour_questions().items()
    return tuple(f"{name}={word}" for name, (_, words) in every for word in words)


def behaviour_questions() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what each behaviour is about and its alternatives, by its name, the default first."""
    from adxmi_jupyter.embedded import QUESTIONS, alternatives

    return {name: (about, alternatives(name)) for name, about in QUESTIONS.items()}


def default_behaviours() -> dict[str, str]:
    """Return the defaults by the names of the behaviours."""
    return {name: words[0] for name, (_, words) in behaviour_questions().items()}


def checked_behaviours(wanted: Sequence[str]) -> dict[str, str]:
    """Return behaviours given as ``NAME=ALTERNATIVE`` by their names.

    Raises
    ------
    InvalidValue
        There is no such behaviour, or one is given twice.

    """
    known = behaviour_choices()
    chosen: dict[str, str] = {}
    for each in wanted:
        name, _, word = each.partition("=")
        if each not in known or name in chosen:
            twice = name in chosen
            raise InvalidValue(
                f"{name} has two alternatives" if twice else f"there is no behaviour {each!r}",
                why="a behaviour has one alternative at a time"
                if twice
                else f"there are {len(known)}, and Tab completes them",
                fix=Command.of("embedded", "behaviours", closest(each, known) or known[0]),
            )
        chosen[name] = word
    return chosen


def not_in_use(cluster: str) -> EmbeddedAzureNotInUse:
    """Return the error for an ``embedded`` verb while another cluster is connected."""
    return EmbeddedAzureNotInUse(
        "the embedded Azure is not in use",
        why=f"the current connection leads to {cluster}",
        fix=Command.of("connect", "embedded"),
    )


def serve(
    port: int,
    faults: Sequence[str],
    ready: Callable[[str, str], None],
    wait: Callable[[], Any],
    *,
    behaviours: Sequence[str] = (),
    control: Callable[[EmbeddedAzure, bytes], bytes] | None = None,
    begun: Callable[[int, str], None] | None = None,
) -> None:
    """Serve the embedded Azure to other processes until `wait` returns.

    `begun` gets its port and key, then `ready` its address, and where other processes find the
    key for scripts. What first requests need is loaded while they are waited for. `behaviours` are
    ``NAME=ALTERNATIVE`` each. `control` answers what other processes with the key ask.

    Raises
    ------
    ClusterUnreachable
        The port is taken.
    InvalidValue
        A fault or a behaviour is unknown.

    """
    for name in faults:
        check_fault(name)
    chosen = checked_behaviours(behaviours)
    azure = _started(port)
    azure.world.behaviours.choose(chosen)
    if control is not None:
        azure.control = partial(control, azure)
    try:
        for name in faults:
            azure.faults.add(name, times=None)
        if begun is not None:
            begun(urlsplit(azure.kusto_uri).port or 0, azure.script_key)
        with offered(azure.kusto_uri, azure.script_key) as key:
            ready(azure.kusto_uri, key)
            azure.warm_up()
            wait()
    finally:
        azure.stop()


def _started(port: int) -> EmbeddedAzure:
    from adxmi_jupyter.embedded import EmbeddedAzure

    try:
        return EmbeddedAzure(port=port).start()
    except OSError as error:
        raise ClusterUnreachable(
            "the embedded Azure did not start",
            why=str(error),
            fix=Explain.of("choose another port with ", Option("--port")),
        ) from error
