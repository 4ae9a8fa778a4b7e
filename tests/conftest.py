import gc
import signal
import threading
from collections import defaultdict
from itertools import count

import pytest
from hypothesis import settings

from adxmi_jupyter.service.connections import Connections, Settings
from tests.faults.proxy import Elsewhere, FaultProxy
from tests.real_cluster import options
from tests.told import written

# A shell that starts tests in the background has them ignore interrupts, and so all they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time, so that a change fails for its own faults alone; `tests/run.py --all`
# looks for new ones, and prints how to come back to one that fails.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("random", deadline=None, print_blob=True, max_examples=300)
settings.load_profile("project")


# Of a test with several values, one in so many is tried for every change.
EACH = 6


def pytest_addoption(parser):
    """Declare the options for a real cluster."""
    options.add_to(parser)


def pytest_configure(config):
    """Refuse options that cannot be used."""
    options.check(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark as nightly the values of a test that are not tried for every change.

    Not those of the browser: each of its few tests is another form or front end.
    """
    options.select(config, items)
    by_test = defaultdict(list)
    for item in items:
        is_value = "[" in item.name and "tests/ui/" not in item.nodeid
        if is_value and item.get_closest_marker("nightly") is None:
            by_test[item.nodeid.split("[", 1)[0]].append(item)
    for values in by_test.values():
        for number, item in enumerate(values):
            if number % EACH:
                item.add_marker(pytest.mark.nightly)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep what is collected out of the garbage collector, which would look through it to the end.

    That took a tenth of the time of all tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def data_dirs(tmp_path_factory):
    """Names of folders that nobody has used; they are made where something is written."""
    base = tmp_path_factory.mktemp("data")
    return (str(base / str(number)) for number in count())


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch, data_dirs):
    """Nothing a developer has configured reaches the tests, and nothing they write stays."""
    for variable in (
        *("ADXMI_CLUSTER", "ADXMI_DATABASE", "ADXMI_CREDENTIAL", "ADXMI_TOKEN"),
        *("ADXMI_TIMEOUT", "ADXMI_MAX_ANSWER_MB", "ADXMI_MAX_IN_FLIGHT"),
        "ADXMI_EMBEDDED_KEY_FILE",
        *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "TF_BUILD"),
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("ADXMI_DATA_DIR", next(data_dirs))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Attempts follow one another at once: what counts is whether there is another."""
    monkeypatch.setattr("adxmi_jupyter.service.kusto._FIRST_PAUSE", 0)


@pytest.fixture
def said():
    """What the user was told in passing."""
    return []


@pytest.fixture
def connections(said):
    found = Connections(Settings(), lambda note: said.append(written(note)))
    yield found
    found.close_all()


@pytest.fixture
def connection(connections):
    """A connection to an embedded Azure of its own."""
    return connections.current()


@pytest.fixture(scope="module")
def kept_connection():
    """A connection, and what it remembers, for all tests of a module that only read."""
    kept = Connections(Settings(), lambda _line: None)
    yield kept.current()
    kept.close_all()


@pytest.fixture
def azure(connection):
    """The embedded Azure behind `connection`."""
    return connection.azure


@pytest.fixture
def interrupted(azure):
    """Press Ctrl-C once a request with some text has arrived, whose answer takes long."""
    stop, threads = threading.Event(), []

    def watch():
        while azure.faults.active() and not stop.is_set():
            stop.wait(0.01)
        if not stop.is_set():
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def once_asked(text):
        azure.faults.add("slow", match=text, delay=60)
        threads.append(threading.Thread(target=watch))
        threads[0].start()

    yield once_asked
    stop.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def proxy(azure):
    """A proxy in front of the embedded Azure `azure`; put faults in place with `strike`."""
    with FaultProxy(azure.kusto_uri) as proxy:
        yield proxy


@pytest.fixture
def proxied(connections, proxy):
    """A connection as the administrator that goes through `proxy`."""
    return connections.open(proxy.uri, name="proxied", database="Sales")


@pytest.fixture
def elsewhere():
    """A server of somebody else's; nothing should ever reach it."""
    with Elsewhere() as server:
        yield server
