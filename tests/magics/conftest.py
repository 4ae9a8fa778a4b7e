import io
import sys
from contextlib import contextmanager
from subprocess import CompletedProcess

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from adxmi_jupyter.magics.bridge import loaded
from adxmi_jupyter.magics.console import main


@pytest.fixture(autouse=True)
def no_bars(monkeypatch):
    """No progress bar is among the output, however slow the machine is."""
    monkeypatch.setattr("adxmi_jupyter.service.progress._is_logged", lambda: True)


@pytest.fixture(scope="session")
def shell(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    shell.user_module.__spec__ = None  # it is ``__main__`` now, and processes are started from that
    yield shell
    InteractiveShell.clear_instance()
    patch.undo()


@contextmanager
def extended(shell):
    """Load the extension into a shell; %config writes into its configuration, too."""
    config = shell.config
    shell.extension_manager.load_extension("adxmi_jupyter")
    yield shell
    shell.extension_manager.unload_extension("adxmi_jupyter")
    shell.config = config


def clear_names(shell):
    """Forget what a user has named; shell.reset() collects garbage besides, and takes its time."""
    shell.user_ns.clear()
    shell.user_module.__spec__ = None  # processes that are started look for it
    shell.init_user_ns()


@pytest.fixture
def ip(shell):
    clear_names(shell)
    with extended(shell):
        yield shell


@pytest.fixture(scope="module")
def kept_extension(shell):
    """The extension with one embedded Azure for all tests of a module that only read."""
    with extended(shell):
        yield shell


@pytest.fixture
def magics(ip):
    return loaded(ip)


@pytest.fixture
def azure(magics):
    """The embedded Azure that the lines of the test talk to."""
    return magics.connections.current().azure


@pytest.fixture
def proxied(magics, proxy):
    """Let the lines of the test go through `proxy`."""
    return magics.connections.open(proxy.uri, name="proxied", database="Sales")


@pytest.fixture
def printed(azure, capsys):
    """Return the lines shown since the last call, the notice of the first connection aside."""
    capsys.readouterr()

    def lines():
        return capsys.readouterr().out.splitlines()

    return lines


@pytest.fixture
def magic(ip):
    """Run a line as the user types it after %adxmi, or a cell when there is a body."""

    def run(line, body=None):
        if body is None:
            return ip.run_line_magic("adxmi", line)
        return ip.run_cell_magic("adxmi", line, body)

    return run


@pytest.fixture
def completions(ip):
    """Return the completions at the end of a cell, as text, replaced text and kind."""

    def complete(code):
        with provisionalcompleter():
            found = list(ip.Completer.completions(code, len(code)))
        return [(c.text, code[c.start : c.end], c.type) for c in found]

    return complete


@pytest.fixture
def adxmi(tmp_path, monkeypatch):
    """Run a line of the console script in a folder of its own.

    It runs in this process: one of its own takes a second, most of it to load packages.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments, text="", **environment):
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(3)]
        streams[0].buffer.write(text.encode())
        streams[0].buffer.seek(0)
        with monkeypatch.context() as patch:
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(list(map(str, arguments)))
        told = [_written(stream) for stream in streams[1:]]
        return CompletedProcess(arguments, ended.value.code, *told)

    return run


def _written(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()
