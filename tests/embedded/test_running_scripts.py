"""While a script of the python plugin runs: others are answered, and the server can stop."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from adxmi_jupyter.embedded import EmbeddedAzure

COUNT = "Orders | count"
pytestmark = pytest.mark.nightly


@pytest.fixture
def background():
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


@pytest.fixture
def run(run, script_token):
    """Run a text with the key for scripts."""
    return lambda text, **options: run(text, token=script_token, **options)


def post(azure, text):
    body = {"csl": text, "db": "Sales"}
    headers = {"Authorization": f"Bearer embedded-admin.{azure.script_key}"}
    return requests.post(f"{azure.kusto_uri}/v1/rest/query", json=body, headers=headers, timeout=30)


def test_others_are_answered_while_a_script_runs(azure, run, background, waiting_query, running):
    waiting = background(run, waiting_query, database="Sales")
    line = running()

    counted = run(COUNT, database="Sales")
    managed = run(".show database Sales policy managed_identity")
    line.sendall(b"!")

    assert counted == [{"Count": 6}]
    assert len(managed) == 1
    assert waiting.result() == [{"Count": 6}]


def test_resource_manager_answers_while_a_script_runs(
    kusto, run, background, waiting_query, running
):
    waiting = background(run, waiting_query, database="Sales")
    line = running()

    cluster = kusto.clusters.get("analytics", "contoso")
    line.sendall(b"!")

    assert cluster.name == "contoso"
    assert waiting.result() == [{"Count": 6}]


def test_a_script_has_the_rows_of_its_start(azure, run, background, waiting_query, running):
    waiting = background(run, waiting_query, database="Sales")
    line = running()

    run(".drop table Orders", database="Sales")
    line.sendall(b"!")

    assert waiting.result() == [{"Count": 6}]


def test_scripts_run_side_by_side(run, background, waiting_query, running):
    waiting = [background(run, waiting_query, database="Sales") for _ in range(2)]
    lines = [running(), running()]

    for line in lines:
        line.sendall(b"!")

    assert [each.result() for each in waiting] == [[{"Count": 6}], [{"Count": 6}]]


def test_the_world_is_free_after_a_script(azure, run, background, waiting_query, running):
    waiting = background(run, waiting_query, database="Sales")
    running().sendall(b"!")
    waiting.result()

    is_free = azure.world.lock.acquire(blocking=False)

    assert is_free
    azure.world.lock.release()


def test_stop_ends_a_script(background, waiting_query, running):
    azure = EmbeddedAzure().start()
    waiting = background(post, azure, waiting_query)
    line = running()

    azure.stop()

    assert line.recv(1) == b""
    assert isinstance(waiting.exception(), requests.ConnectionError) or not waiting.result().ok


def test_scripts_run_again_after_a_restart(background, waiting_query, running):
    azure = EmbeddedAzure().start()
    azure.stop()
    with azure:
        waiting = background(post, azure, waiting_query)
        running().sendall(b"!")

        assert waiting.result().ok
