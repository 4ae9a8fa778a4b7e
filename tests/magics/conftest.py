import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from adxmi_jupyter.magics.bridge import loaded


@pytest.fixture(scope="session")
def shell(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    yield InteractiveShell.instance(config=config)
    InteractiveShell.clear_instance()
    patch.undo()


@pytest.fixture
def ip(shell):
    shell.user_ns.clear()  # shell.reset() also collects garbage: most of the time of a test
    shell.init_user_ns()
    config = shell.config
    shell.extension_manager.load_extension("adxmi_jupyter")
    yield shell
    shell.extension_manager.unload_extension("adxmi_jupyter")
    shell.config = config  # %config writes there too


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
