"""What scripts leave behind when they end, and what they may use."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.embedded.kusto.query.evaluate import python
from tests.embedded.wire import connected, port_of
from tests.examples import sampled

SECONDS = 30
pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups"),
]
# Each way to start a process that outlives its parent; all of them hold a line to the test.
HOLD = (
    "import socket, time\\n"
    "line = socket.create_connection(('127.0.0.1', {port})); line.sendall(b'.');"
    " open('up', 'w').close(); time.sleep(600)"
)
CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', kargs['hold']]{more})\n"
FORK = (
    "import os\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        exec(kargs['hold'])\n"
    "    os._exit(0)\n"
)
# A sample of them serves each end of a query: that is how long the tests may take.
WAYS = {
    "itself": "exec(kargs['hold'])\n",
    "a child": CHILD.format(more=""),
    "a session of its own": CHILD.format(more=", start_new_session=True"),
    "a daemon": FORK,
    "deaf": "import signal\n"
    "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 13, 15)]\nexec(kargs['hold'])\n",
    "a thread": "import threading\nthreading.Thread(target=exec, args=(kargs['hold'],)).start()\n",
}
STAY = "import time; time.sleep(600)\n"
END = "import os\nwhile not os.path.exists('up'): pass\nresult = df\n"


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server


@pytest.fixture
def held(listener):
    """Wait for the process that a script starts, and return the line to it."""
    lines = []

    def accept():
        line, _ = listener.accept()
        lines.append(line)
        line.settimeout(SECONDS)
        assert line.recv(1) == b"."
        return line

    yield accept
    for line in lines:
        line.close()


@pytest.fixture
def query(listener):
    """Return a query with a script, which finds a program that holds a line to the test."""

    def with_script(script):
        hold = HOLD.format(port=listener.getsockname()[1]).replace("'", '"')
        return (
            f"print n=1 | evaluate python(typeof(n:long), ```{script}```,"
            f" bag_pack('hold', '{hold}'))"
        )

    return with_script


def ask(azure, text, timeout=SECONDS):
    return requests.post(
        f"{azure.kusto_uri}/v2/rest/query",
        json={"csl": text, "db": "Sales"},
        headers={"Authorization": f"Bearer embedded-admin.{azure.script_key}"},
        timeout=timeout,
    )


def is_gone(line):
    """Tell that the process at the other end has ended; the test fails after its seconds."""
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


@pytest.fixture
def background():
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


@pytest.mark.parametrize("way", ["a child", "a daemon"])
def test_what_a_script_has_started_ends_with_it(azure, query, held, background, way):
    answer = background(ask, azure, query(WAYS[way] + END))

    line = held()

    assert answer.result().status_code == 200
    assert is_gone(line)


@pytest.mark.parametrize("way", ["itself", "a thread", "a daemon"])
def test_a_script_ends_when_its_client_leaves(azure, query, held, way):
    with connected(azure) as client:
        client.sendall(as_request(azure, query(WAYS[way] + STAY)))
        line = held()

    assert is_gone(line)


@pytest.mark.parametrize("way", ["a session of its own"])
def test_a_script_that_takes_too_long_ends(azure, query, held, background, monkeypatch, way):
    monkeypatch.setattr(python, "_SECONDS", 3)
    answer = background(ask, azure, query(WAYS[way] + STAY))

    line = held()

    assert is_gone(line)
    assert "did not end within" in answer.result().text


@pytest.mark.parametrize("way", ["a daemon"])
def test_scripts_end_when_the_server_stops(query, held, background, way):
    azure = EmbeddedAzure().start()
    answer = background(ask, azure, query(WAYS[way] + STAY))
    line = held()

    azure.stop()

    assert is_gone(line)
    assert isinstance(answer.exception(), requests.ConnectionError) or not answer.result().ok


SERVER = """
import sys, threading
from adxmi_jupyter.embedded import EmbeddedAzure
azure = EmbeddedAzure().start()
print(azure.kusto_uri, azure.script_key, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def other_process(tmp_path):
    """Start a server in a process of its own, whose temporary files are in a folder of the test."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        yield process
        process.kill()


class Elsewhere:
    """A server of another process."""

    def __init__(self, process):
        self.kusto_uri, self.script_key = process.stdout.readline().split()


@pytest.mark.parametrize("way", ["deaf", "a daemon"])
def test_scripts_end_when_the_server_is_killed(
    other_process, query, held, background, tmp_path, way
):
    answer = background(ask, Elsewhere(other_process), query(WAYS[way] + STAY))
    line = held()

    other_process.send_signal(signal.SIGKILL)

    assert is_gone(line)
    assert isinstance(answer.exception(), requests.ConnectionError)
    wait_until(lambda: list(tmp_path.iterdir()) == [])


def wait_until(holds):
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end


def as_request(azure, text):
    body = requests.Request("POST", "http://x", json={"csl": text, "db": "Sales"}).prepare().body
    lines = [
        "POST /v2/rest/query HTTP/1.1",
        f"Host: 127.0.0.1:{port_of(azure)}",
        f"Authorization: Bearer embedded-admin.{azure.script_key}",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@pytest.fixture
def failure(azure):
    """Run a script that must fail, and return what the service says."""

    def run(script):
        answer = ask(azure, f"print n=1 | evaluate python(typeof(n:long), ```{script}```)")
        assert answer.status_code == 400
        return answer.json()["error"]["@message"]

    return run


LIMITS = [
    ("x = bytearray(8 * 1024**3)", "more memory"),
    ("open('big', 'wb').write(bytes(65 * 1024**2))", "File too large"),
    ("files = [open(f'{n}', 'w') for n in range(300)]", "Too many open files"),
    ("result = df.assign(n='a' * 40 * 1024**2)", "larger than 32 MB"),
    ("import sys; sys.stdout.write('a' * 10**7); sys.stdout.flush(); 1/0", "division by zero"),
    ("raise ValueError('a' * 10**6)", "ValueError: aaa"),
    ("result = df.assign(n=[10**5000])", "4300 digits"),
    ("def f(): f()\nf()", "RecursionError"),
    ("import os; os.kill(os.getpid(), 9)", "without a result"),
    ("import os; os.kill(os.getppid(), 9); import time; time.sleep(9)", "without a result"),
    ("import os; os.abort()", "without a result"),
    ("import os; os.mkfifo('../output.json'); os._exit(0)", "without a result"),
    ("import os; os.symlink('/dev/zero', '../output.json'); os._exit(0)", "without a result"),
    ("import os; os.mkdir('../output.json'); os._exit(0)", "without a result"),
    ("import os; open('../output.json', 'w').write('[' * 10**5); os._exit(0)", "without a re"),
    ("import os; open('../output.json', 'w').write('{}'); os._exit(0)", "without a result"),
    (
        "import os; open('../output.json', 'w').write('{\"rows\": [[1, 2]]}'); os._exit(0)",
        "without a result",
    ),
    ("import os, shutil; shutil.rmtree('..', True); os._exit(0)", "without a result"),
]


@pytest.mark.parametrize(("script", "told"), sampled(LIMITS, each=5))
def test_limits_are_errors_of_the_service(failure, script, told):
    said = failure(script)

    assert told in said
    assert len(said) < 2000


def test_processor_time_is_limited(failure, monkeypatch):
    monkeypatch.setattr(python, "_CPU_LIMIT_REACHED", 128 + signal.SIGUSR1)

    said = failure("import os, signal; os.kill(os.getpid(), signal.SIGUSR1)")

    assert "processor time" in said


def test_limits_of_the_system_stand(azure):
    script = (
        "import resource as r\n"
        "kinds = (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CORE)\n"
        "result = df.assign(n=str([r.getrlimit(k)[0] for k in kinds]))"
    )

    answer = ask(azure, f"print n='' | evaluate python(typeof(n:string), ```{script}```)")

    mega = 1024**2
    assert str([20, 3072 * mega, 64 * mega, 256, 0]) in answer.text


def test_a_script_has_none_of_the_server_s_files_and_secrets(azure, monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "not for scripts")
    script = (
        "import os\n"
        "opened = sorted(int(n) for n in os.listdir('/proc/self/fd'))\n"
        "result = df.assign(n=str((sorted(os.environ), opened[:3], len(opened))))"
    )

    answer = ask(azure, f"print n='' | evaluate python(typeof(n:string), ```{script}```)")

    assert "AZURE" not in answer.text
    assert azure.script_key not in answer.text
    assert "[0, 1, 2], 4)" in answer.text


def test_nothing_is_left_of_a_script(azure, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = "import os; os.mkdir('shut'); open('shut/x', 'w'); os.chmod('shut', 0); result = df"

    answer = ask(azure, f"print n=1 | evaluate python(typeof(n:long), ```{script}```)")

    assert answer.status_code == 200
    assert list(Path(tmp_path).iterdir()) == []
