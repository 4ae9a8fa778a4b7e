"""Scripts of the Python plugin run for clients that have the server's key, and no others."""

import os
import stat
from pathlib import Path

import pytest
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

from adxmi_jupyter import errors
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.embedded import serve
from adxmi_jupyter.service.embedded_key import served_key

SCRIPT = "print n=1 | evaluate python(typeof(n:long), 'result = df')"


def run_script(connection):
    return connection.kusto.query(SCRIPT, database="Sales").rows()


@pytest.fixture
def served(said):
    """Serve an embedded Azure, as another process would, and connect to it by its address."""
    opened = []

    def work(do):
        def connect(uri, key):
            said.append(key)
            opened.append(Connections(Settings(cluster=uri), said.append))
            do(opened[-1].current())

        serve(0, [], connect, lambda: None)

    yield work
    for each in opened:
        each.close_all()


@pytest.fixture
def key_file(monkeypatch, tmp_path):
    path = tmp_path / "for me" / "the.key"
    monkeypatch.setenv("ADXMI_EMBEDDED_KEY_FILE", str(path))
    return path


@pytest.mark.nightly
@pytest.mark.parametrize("principal", ["admin", "reader"])
def test_scripts_run_for_the_clients_of_this_process(connections, principal):
    connection = connections.open("embedded", credential=f"as:{principal}")

    assert run_script(connection) == [{"n": 1}]


@pytest.mark.nightly
def test_the_key_is_in_nothing_that_is_shown(connection, azure):
    connection.kusto.query(SCRIPT, database="Sales")

    shown = [repr(connection), repr(connection.kusto), repr(azure), repr(vars(azure.world))]

    assert not any(azure.script_key in each for each in shown)


def test_each_server_has_a_key_of_its_own(azure):
    with type(azure)() as other:
        assert len({azure.script_key, other.script_key}) == 2
        assert len(other.script_key) >= 43


@pytest.mark.nightly
def test_another_process_finds_the_key_of_what_is_served(served, said):
    rows = []

    served(lambda connection: rows.extend(run_script(connection)))

    assert rows == [{"n": 1}]
    assert not Path(said[0].rpartition(": ")[2]).exists()


def test_the_key_is_readable_for_its_owner_only(served, key_file):
    modes = []

    served(lambda _: modes.append(stat.S_IMODE(key_file.stat().st_mode)))

    assert modes == [0o600]
    assert not key_file.exists()


def test_a_file_that_is_there_is_replaced_and_a_link_not_followed(served, key_file, tmp_path):
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    key_file.parent.mkdir()
    key_file.symlink_to(target)

    served(lambda _: None)

    assert target.read_text() == "mine"


def test_without_the_key_the_error_says_how_to_get_it(served, key_file):
    def run_without_key(connection):
        key_file.write_text("")
        with pytest.raises(errors.ServiceRefusal, match="embedded serve"):
            run_script(connection)

    served(run_without_key)


@pytest.mark.parametrize(
    "text", ["", "KEY", "PORT", "1 KEY", "PORT KEY KEY", "PORT\tKEY", "PORT K\u00e9Y", "x" * 10_000]
)
def test_a_key_goes_to_no_server_but_its_own(key_file, text):
    key_file.parent.mkdir()
    key_file.write_text(text.replace("PORT", "8085"), "utf-8")

    assert served_key("http://127.0.0.1:8085") == ""


def test_what_needs_no_key_works_without_it(served, key_file):
    rows = []

    def ask_without_key(connection):
        key_file.unlink()
        rows.extend(connection.kusto.command(".show version").rows())

    served(ask_without_key)

    assert len(rows) == 1


def test_a_key_that_cannot_be_saved_is_said_and_the_rest_is_served(served, said, monkeypatch):
    monkeypatch.setenv("ADXMI_EMBEDDED_KEY_FILE", os.devnull + "/in/vain")
    rows = []

    served(lambda connection: rows.extend(connection.kusto.command(".show version").rows()))

    assert len(rows) == 1
    assert "no other process can run scripts" in said[0]


@pytest.mark.nightly
def test_a_foreign_client_sends_the_key_after_its_token(served, key_file):
    rows = []

    def query(connection):
        token = f"embedded-reader.{key_file.read_text().split()[1]}"
        builder = KustoConnectionStringBuilder.with_token_provider(
            connection.cluster, lambda: token
        )
        with KustoClient(builder) as client:
            rows.extend(client.execute("Sales", SCRIPT).primary_results[0].to_dict()["data"])

    served(query)

    assert rows == [{"n": 1}]
