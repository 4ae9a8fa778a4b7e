"""Life of the server: start, stop, reset, callers, latency, many clients at once."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoServiceError

from adxmi_jupyter.embedded import EmbeddedAzure, seeded_world

GRANT = ".alter-merge database Sales policy managed_identity \"[{'ObjectId':'%s','AllowedUsages':'%s'}]\""


class EmbeddedCredential:
    def get_token(self, *scopes, **kwargs):
        return AccessToken("embedded-admin", 4_000_000_000)

    def close(self):
        pass


def test_start_and_stop_may_be_repeated():
    azure = EmbeddedAzure()

    assert azure.start() is azure
    assert azure.start() is azure
    azure.stop()
    azure.stop()

    with pytest.raises(requests.ConnectionError):
        requests.post(azure.kusto_uri + "/v1/rest/mgmt", json={"csl": ".show version"})


def test_restart_keeps_port_and_world():
    with EmbeddedAzure() as azure:
        uri = azure.kusto_uri
        azure.world.add_database("Kept")
    with azure:
        response = requests.post(uri + "/v1/rest/mgmt", json={"csl": ".show databases"})

    assert azure.kusto_uri == uri
    assert "Kept" in response.text


def test_address_before_start_is_an_error():
    azure = EmbeddedAzure()

    with pytest.raises(RuntimeError, match="start"):
        _ = azure.kusto_uri


def test_stop_before_start_does_nothing():
    azure = EmbeddedAzure()

    azure.stop()

    assert azure.requests_served == 0


def test_given_port_is_used_and_a_taken_one_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            EmbeddedAzure(port=port).start()
    with EmbeddedAzure(port=port) as azure:
        uri = azure.kusto_uri

    assert uri == f"http://127.0.0.1:{port}"


def test_given_world_is_served():
    world = seeded_world()
    world.add_database("Mine")

    with EmbeddedAzure(world) as azure:
        response = requests.post(azure.kusto_uri + "/v1/rest/mgmt", json={"csl": ".show databases"})

    assert "Mine" in response.text


def test_two_servers_have_worlds_of_their_own(azure):
    with EmbeddedAzure() as other:
        other.world.add_database("Elsewhere")

        assert other.kusto_uri != azure.kusto_uri
        assert "Elsewhere" not in azure.world.cluster.databases


def test_reset_brings_back_the_seed_and_clears_faults(azure, run):
    run(".delete cluster policy managed_identity")
    azure.faults.add("throttled", times=None)
    uri = azure.kusto_uri

    azure.reset()

    assert azure.kusto_uri == uri
    assert azure.faults.active() == []
    assert azure.world == seeded_world()


def test_seed_is_stable():
    first, second = seeded_world(), seeded_world()

    assert first == second


def test_seed_has_what_the_tutorials_need():
    world = seeded_world()

    cluster = world.cluster
    assert (cluster.name, cluster.region) == ("contoso", "westeurope")
    assert cluster.system_identity.display_name == "contoso"
    assert [i.display_name for i in cluster.identities] == ["mi-ingest", "mi-export"]
    assert world.identity("mi-stranger") not in cluster.identities
    assert (
        len({i.object_id for i in world.identities} | {i.client_id for i in world.identities}) == 8
    )
    assert list(cluster.databases) == ["Sales", "Tom's Lab", "Telemetry"]


def test_unknown_identity_is_a_key_error():
    world = seeded_world()

    with pytest.raises(KeyError, match="mi-nobody"):
        world.identity("mi-nobody")


def test_requests_are_counted(azure, run, http):
    before = azure.requests_served

    run(".show version")
    run("print 1")
    http.get(azure.kusto_uri + "/v1/rest/auth/metadata")

    assert azure.requests_served == before + 2


def test_latency_holds_every_answer_back_until_stop(watched_azure):
    watched_azure.latency = 3600
    uri = watched_azure.kusto_uri
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(requests.get, uri + "/v1/rest/auth/metadata")
        watched_azure.holding.wait()
        watched_azure.latency = 0
        answered = requests.post(uri + "/v1/rest/mgmt", json={"csl": ".show version"})
        watched_azure.stop()
        released = pending.result()

    assert answered.status_code == 200
    assert released.status_code == 200


def test_latency_that_has_passed_delivers_the_answer(azure, run):
    azure.latency = 0.01

    rows = run(".show version")

    azure.latency = 0.0
    assert len(rows) == 1


def test_caller_without_a_header_is_the_admin(azure):
    with KustoClient(
        KustoConnectionStringBuilder.with_no_authentication(azure.kusto_uri)
    ) as client:
        rows = client.execute("Sales", "print current_principal()").primary_results[0]

    assert rows[0][0].startswith("aaduser=61e0c7d4")


def test_token_credential_signs_in_through_the_metadata(azure):
    builder = KustoConnectionStringBuilder.with_azure_token_credential(
        azure.kusto_uri, EmbeddedCredential()
    )

    with KustoClient(builder) as client:
        rows = client.execute("Sales", "print current_principal()").primary_results[0]

    assert rows[0][0].startswith("aaduser=61e0c7d4")


@pytest.mark.parametrize("token", ["embedded-expired", "nonsense"])
def test_unknown_token_is_401(connect, token):
    with pytest.raises(KustoServiceError, match="401"):
        connect(token).execute_mgmt(None, ".show version")


@pytest.mark.parametrize("header", ["Basic embedded-admin", "embedded-admin", "Bearer", ""])
def test_unusable_authorization_header_is_401(post, header):
    response = post(".show version", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.text == ""
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_bearer_is_read_in_any_letter_case(post):
    response = post(".show version", headers={"Authorization": "bearer embedded-reader"})

    assert response.status_code == 200


@pytest.mark.nightly
def test_fifty_clients_at_once_all_succeed(azure):
    identities = [azure.world.add_identity(f"mi-{number}") for number in range(50)]

    def work(identity):
        builder = KustoConnectionStringBuilder.with_token_provider(
            azure.kusto_uri, lambda: "embedded-admin"
        )
        with KustoClient(builder) as client:
            client.execute_mgmt("Sales", GRANT % (identity.object_id, "SqlRequest"))
            client.execute_mgmt("Sales", ".show database Sales policy managed_identity")
            client.execute_mgmt("Sales", GRANT % (identity.object_id, "AzureAI"))
            client.execute_query("Sales", "Orders | count")
        return identity.object_id

    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(work, identities))

    policy = azure.world.cluster.databases["Sales"].policy
    assert {item.object_id: item.usages for item in policy[2:]} == dict.fromkeys(
        done, ("SqlRequest", "AzureAI")
    )


@pytest.mark.nightly
def test_interpreter_ends_while_the_server_runs():
    program = (
        "from adxmi_jupyter.embedded import EmbeddedAzure\nprint(EmbeddedAzure().start().kusto_uri)"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("http://127.0.0.1:")
    assert done.stderr == ""


def test_commands_and_queries_load_nothing_heavy():
    program = (
        "import json, sys, urllib.request\n"
        "from adxmi_jupyter.embedded import EmbeddedAzure\n"
        "with EmbeddedAzure() as azure:\n"
        "    for path, text in (('mgmt', '.show functions'), ('query', 'Orders | take 1')):\n"
        "        body = json.dumps({'csl': text, 'db': 'Sales'}).encode()\n"
        "        urllib.request.urlopen(f'{azure.kusto_uri}/v1/rest/{path}', body).read()\n"
        "print([name for name in ('pandas', 'numpy', 'pyarrow', 'azure') if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
