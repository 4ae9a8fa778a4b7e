"""Commands of the tool under a fault, and what the server's state says of what the tool said.

All in one process: an embedded Azure, the proxy in front of it, and a shell with the magic. Every
run starts from the seeded world, without connections and without history.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from unittest import mock

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from adxmi_jupyter import errors
from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.embedded.state.entities import ServiceState
from adxmi_jupyter.embedded.state.ingestion import IngestionState
from adxmi_jupyter.embedded.state.journal import Journal
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.magics.bridge import loaded
from adxmi_jupyter.magics.tree import leaves
from adxmi_jupyter.rendering.text import frame_table
from tests.faults.proxy import FaultProxy

LONGEST_RUN = 60
"""Seconds after which a command hangs."""

_NO_CLUSTER = ("connect", "connections", "embedded", "connection-string", "lab")
_CLAIMS_NOTHING_HAPPENED = (
    errors.ServiceRefusal,
    errors.InvalidInput,
    errors.ClusterUnreachable,
    errors.ConfirmationRequired,
    errors.PolicyChanged,
    errors.RolesChanged,
    errors.ClusterChanged,
    errors.WriteNotApplied,
)
_NOTHING = re.compile(
    r"nothing (was|is) (written|sent|changed|executed)|did not happen|not applied", re.IGNORECASE
)


@dataclass(frozen=True)
class Command:
    """A command, by the name of its verb: its last example, after the others have run."""

    name: str
    before: tuple[tuple[str, str], ...]
    line: str
    body: str

    def __str__(self):
        return self.line


def commands():
    """Return a command for every verb that talks to a cluster."""
    found = []
    for name, verb in leaves():
        if verb.console_only or name.split(" ")[0] in _NO_CLUSTER:
            continue
        every = [(_carried_out(name, verb, one.line), one.body or "") for one in verb.examples]
        last = _OF_THIS_WORLD.get(name) or every[-1]
        found.append(Command(name, tuple(_needed(name, every[:-1])), *last))
    return (*found, *_MORE)


def _carried_out(name, verb, line):
    """Return an example as a command that does it."""
    if not line.startswith(name) or "--dry-run" not in line:
        return line
    asks = any("--yes" in param.opts for param in verb.params)
    return line.replace(" --dry-run", "") + (" --yes" if asks else "")


def _needed(name, earlier):
    """Return the examples of other verbs: what the last one needs to be there.

    One that reads a history that was sent comes after the command that sends it.
    """
    return [
        one
        for one in earlier
        if not one[0].startswith((name, _OF_THE_PROCESS)) and " --from " not in one[0]
    ]


# When the server did something differs from run to run.
_WHEN = re.compile(r"('retrievalStartDate': |updated_on=)'[\d:.TZ-]+'")

# What an embedded Azure in the own process does is nothing that a proxy could break, and examples
# about its world of many clusters have nothing to find in another one.
_OF_THE_PROCESS = "embedded "
_OF_THIS_WORLD = {
    "fleet list": ("fleet list --ids", ""),
    "fleet form": ("fleet form", ""),
    "fleet identities": ("fleet identities", ""),
    "fleet identity": ("fleet identity mi-export", ""),
    "history sync": ("history sync --to embedded/Telemetry --yes", ""),
    "fleet compare": ("fleet compare --part policy,databases", ""),
}


_MORE = (
    Command("check", (), "check", ""),
    Command("policy matrix", (), "policy matrix --all-databases", ""),
    Command("role list", (), "role list --cluster --all-databases", ""),
    Command("identity list", (), "identity list --all", ""),
    Command("external-table list", (), "external-table list --all-databases", ""),
    Command("query", (), "query", "Orders | take 2"),
    Command(
        "role grant",
        (),
        "role grant --database Telemetry --role viewers --identity mi-ingest,mi-export",
        "",
    ),
    Command(
        "policy grant",
        (),
        "policy grant --database Telemetry --identity mi-export --usage ExternalTable",
        "",
    ),
)


@dataclass(frozen=True)
class Setup:
    """A fault in place while a command runs."""

    command: Command
    fault: object
    where: str
    matches: object
    times: int | None = None
    skip: int = 0

    def __str__(self):
        often = "always" if self.times is None else f"{self.times}x after {self.skip}"
        return f"{self.command.line} | {self.fault} | {self.where} | {often}"


@dataclass(frozen=True)
class Outcome:
    """What a command came to.

    `kind` is ``ok``, ``typed``, ``traceback`` or ``hang``; `said` what was printed and raised;
    `state` what the server keeps afterwards; `hits` how often the fault struck.
    """

    kind: str
    said: str
    state: str
    hits: int = 0
    error: BaseException | None = None
    result: object = None
    history: tuple[str, ...] = ()


class Rig:
    """Runs commands; use it as a context manager.

    `asked` are the requests that the last command made which ran without a fault.
    """

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._stack.enter_context(contextlib.chdir(self.folder))
        values = {"IPYTHONDIR": str(self.folder / "ipython"), "ADXMI_DATABASE": "Sales"}
        self._stack.enter_context(mock.patch.dict(os.environ, values))
        for name in ("ADXMI_CREDENTIAL", "ADXMI_TOKEN"):
            os.environ.pop(name, None)
        self._stack.enter_context(mock.patch("adxmi_jupyter.service.kusto._FIRST_PAUSE", 0))
        # A fleet gives a service that only throttles a minute, and each service its own.
        self._stack.enter_context(mock.patch("adxmi_jupyter.service.pace._LONGEST_PAUSE", 10.0))
        self.azure = self._stack.enter_context(EmbeddedAzure())
        self.azure.arm.page_size = 2
        self.proxy = self._stack.enter_context(FaultProxy(self.azure.kusto_uri))
        self._threads = []
        self.asked = ()
        hook = mock.patch.object(threading, "excepthook", self._threads.append)
        self._stack.enter_context(hook)
        return self

    def __exit__(self, *_):
        if loaded(self.shell) is not None:
            self.shell.extension_manager.unload_extension("adxmi_jupyter")
        if self._is_own_shell:
            InteractiveShell.clear_instance()
        self._stack.close()

    @cached_property
    def shell(self):
        """The shell that the magic is loaded into: that of the process, if it has one."""
        self._is_own_shell = not InteractiveShell.initialized()
        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        return InteractiveShell.instance(config=config)

    def run(self, setup):
        """Run a command under its fault, from the beginning of the world."""
        self._fresh()
        for line, body in setup.command.before:
            self._magic(line, body)
        self.proxy.clear()
        strike = self.proxy.strike(setup.fault, setup.matches, times=setup.times, skip=setup.skip)
        outcome = self._attempt(setup.command)
        self.proxy.clear()
        return replace(outcome, hits=strike.hits, state=self.state(), history=self.history())

    def plain(self, command):
        """Run a command without a fault; return the outcome, and the state before."""
        self._fresh()
        for line, body in command.before:
            self._magic(line, body)
        before = self.state()
        self.proxy.clear()
        outcome = self._attempt(command)
        self.asked = tuple(self.proxy.requests)
        return replace(outcome, state=self.state(), history=self.history()), before

    def state(self):
        """Return what the server keeps, once all operations have ended."""
        world = self.azure.world
        with world.lock:
            for operation in world.operations:
                while operation.running:
                    operation.poll()
            # What it notes of requests is no other state than what they made.
            notes = {"journal": Journal(), "ingestion": IngestionState(), "service": ServiceState()}
            cluster = replace(world.cluster, version=0, provisioning_state="", **notes)
            blobs = {
                f"{name}/{container}/{len(files)}"
                for name, account in world.storage_accounts.items()
                for container, files in account.containers.items()
            }
            return _WHEN.sub(r"\1", repr((cluster, sorted(blobs))))

    def history(self):
        """Return what the history says of each write, the last one first."""
        try:
            frame = self._magic("policy history", "")
        except AdxmiError as error:
            return (f"unreadable: {error}",)
        return tuple(" ".join(map(str, row)) for row in frame.itertuples(index=False))

    def _fresh(self):
        self.proxy.clear()
        self.azure.reset()
        self.azure.arm.page_size = 2
        os.environ["ADXMI_CLUSTER"] = self.proxy.uri
        os.environ["ADXMI_DATA_DIR"] = tempfile.mkdtemp(dir=self.folder)
        os.chdir(tempfile.mkdtemp(dir=self.folder))  # some commands write files
        self._threads.clear()
        self.shell.user_ns.clear()
        self.shell.init_user_ns()
        if loaded(self.shell) is not None:
            self.shell.extension_manager.unload_extension("adxmi_jupyter")
        self.shell.extension_manager.load_extension("adxmi_jupyter")

    def _magic(self, line, body):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return self._call(line, body)

    def _call(self, line, body):
        if body:
            return self.shell.run_cell_magic("adxmi", line, body)
        return self.shell.run_line_magic("adxmi", line)

    def _attempt(self, command):
        printed = io.StringIO()
        error = result = None
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            _time_limit(LONGEST_RUN),
        ):
            try:
                result = self._call(command.line, command.body)
                _shown(result)
            except BaseException as raised:  # noqa: BLE001 - whatever it is, it is what is looked for
                error = raised
        kind = _kind_of(error)
        if self._threads and kind != "traceback":
            kind, error = "traceback", self._threads[0].exc_value
        said = f"{printed.getvalue()}\n{error or ''}"
        return Outcome(kind, said, "", error=error, result=result)


def _shown(result):
    """Show a result as a console and as a notebook do."""
    if isinstance(result, pd.DataFrame):
        frame_table(result)
        result.to_html()


class Hangs(BaseException):
    """A command takes longer than any may."""


@contextlib.contextmanager
def _time_limit(seconds):
    def ring(*_):
        raise Hangs

    former = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def _kind_of(error):
    if error is None:
        return "ok"
    if isinstance(error, AdxmiError):
        return "typed"
    return "hang" if isinstance(error, Hangs) else "traceback"


def contradiction(outcome, before, plain):
    """Return what the tool said that the state of the server contradicts; empty for nothing.

    `before` is the state before the command, `plain` the outcome without a fault.
    """
    changed = outcome.state != before
    if outcome.kind == "ok" and outcome.state != plain.state:
        return "said done, and the state is not what it would be"
    is_claim = isinstance(outcome.error, _CLAIMS_NOTHING_HAPPENED) or _NOTHING.search(outcome.said)
    if outcome.kind == "typed" and changed and is_claim:
        return "said that nothing happened, and the state changed"
    return ""


def judged(found):
    """Return the states of the requirements in a frame of `check`, by what they are about."""
    if not {"requirement", "state"} <= set(getattr(found, "columns", ())):
        return {}
    keys = ["workflow", "name", "requirement", "subject"]
    return {tuple(row[key] for key in keys): row["state"] for _, row in found.iterrows()}


_OPPOSITE = {"met": {"not met"}, "not met": {"met"}, "warning": {"met", "not met"}}


def misjudged(outcome, plain):
    """Return what a check said under a fault that is not so; empty for nothing.

    It may not know; it may not call met what is not, or the other way round.
    """
    if outcome.kind != "ok":
        return []
    now, then = judged(outcome.result), judged(plain.result)
    turned = {
        key: f"{then[key]} -> {state}"
        for key, state in now.items()
        if key in then and state in _OPPOSITE.get(then[key], set())
    }
    before = Counter(key[:3] for key, state in then.items() if state == "not met")
    after = Counter(key[:3] for key, state in now.items() if state == "not met")
    more = dict.fromkeys(after - before, "more are missing")  # by whatever name
    return [f"{' '.join(key)}: {what}" for key, what in {**turned, **more}.items()]
