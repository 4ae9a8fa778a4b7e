import threading

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.kusto_shapes import EXTERNAL_TABLES
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.embedded import check_fault, fault_names, serve
from adxmi_jupyter.service.gather import gather
from tests.service.answers import v1
from tests.service.replay import replay
from tests.told import written


def test_nothing_configured_is_the_embedded_azure_and_one_line_says_so(connections, said):
    connection = connections.current()

    assert connection.is_embedded
    assert connection.database == "Sales"
    assert connections.current() is connection
    assert len(said) == 1
    assert "embedded Azure" in said[0]


def test_what_is_configured_is_opened_at_first_use(connections, said):
    uri = connections.open("embedded").azure.kusto_uri
    fresh = Connections(Settings(cluster=f"{uri}/Telemetry", timeout=7), said.append)

    connection = fresh.current()

    assert (connection.cluster, connection.database) == (uri, "Telemetry")
    assert connection.credential_used == "default"
    assert not connection.is_embedded
    assert said == []
    fresh.close_all()


def test_a_configured_database_applies_to_the_embedded_azure_as_well(said):
    connections = Connections(Settings(database="Telemetry"), said.append)

    assert connections.current().database == "Telemetry"
    connections.close_all()


def test_connections_are_opened_used_and_closed_by_name(connections):
    first = connections.open("embedded", name="one")
    second = connections.open("embedded", name="two", database="Telemetry", credential="as:reader")

    assert connections.current() is second
    assert connections.use("one") is first
    assert connections.current() is first
    connections.close("one")
    assert connections.all() == (second,)
    with pytest.raises(errors.UnknownConnection) as raised:
        connections.get("twoo")
    assert raised.value.fix == "--connection two"


def test_opening_a_name_again_replaces_the_connection(connections):
    connections.open("embedded", name="one")

    again = connections.open("embedded", name="one", database="Telemetry")

    assert connections.all() == (again,)


def test_a_cluster_that_does_not_answer_does_not_become_current(connections):
    kept = connections.current()
    kept.azure.faults.add("plain-text-400", match=".show version")

    with pytest.raises(errors.CommandRefused):
        connections.open("embedded", name="other")

    assert connections.current() is kept


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_a_timeout_the_service_does_not_know_is_refused(connections, seconds):
    with pytest.raises(errors.InvalidValue, match="cannot be used"):
        connections.open("embedded", timeout=seconds)


def test_a_principal_the_embedded_azure_does_not_know_is_refused(connections):
    with pytest.raises(errors.CredentialFailure) as raised:
        connections.open("embedded", credential="as:nobody")

    assert raised.value.why == "one can be admin or reader there"


def test_a_token_that_is_not_set_is_told_before_anything_is_sent(connections):
    with pytest.raises(errors.CredentialFailure, match="lacks ADXMI_TOKEN"):
        connections.open("help.westeurope", credential="token")


def test_the_history_of_a_cluster_is_a_file_of_its_own(connections, tmp_path, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "x")
    monkeypatch.setenv("ADXMI_DATA_DIR", str(tmp_path / "data"))
    connections.settings = Settings(cluster="Help.WestEurope", credential="token")

    path = connections.current().history_file

    assert path == tmp_path / "data" / "help.westeurope.kusto.windows.net.jsonl"


def test_without_a_directory_of_ones_own_the_users_is_taken(connections, monkeypatch):
    monkeypatch.delenv("ADXMI_DATA_DIR")
    monkeypatch.setenv("ADXMI_TOKEN", "x")
    connections.settings = Settings(cluster="help", credential="token")

    assert connections.current().history_file.parent.name == "adxmi_jupyter"


def test_only_the_embedded_azure_can_be_reset(connections, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "x")
    connections.settings = Settings(cluster="help", credential="token")

    with pytest.raises(errors.EmbeddedAzureNotInUse) as raised:
        connections.current().azure  # noqa: B018

    assert raised.value.fix == "%adxmi connect embedded"


def test_faults_are_known_by_name():
    check_fault(fault_names()[0])
    with pytest.raises(errors.InvalidValue, match="there is no fault 'gremlins'"):
        check_fault("gremlins")


def test_the_embedded_azure_is_served_to_others_until_told_to_stop(connections):
    seen = []

    def wait():
        with pytest.raises(errors.CommandRefused):
            connections.open(seen[0])
        seen.append("asked")

    serve(0, ["plain-text-400"], lambda uri, _: seen.append(uri), wait)

    assert seen[1:] == ["asked"]


def test_it_is_served_with_the_behaviours_that_are_asked_for(connections):
    shown = []

    def look(uri, _key):
        rows = connections.open(uri).kusto.command(".show external tables", database="Sales").rows
        shown.extend(rows(EXTERNAL_TABLES)[0]["ConnectionStrings"])

    serve(0, [], look, lambda: None, behaviours=["connection-strings=addresses"])

    assert shown == ["https://contosolake.blob.core.windows.net/archive;*******"]


def test_an_unknown_behaviour_is_refused_before_it_is_served():
    with pytest.raises(errors.InvalidValue) as caught:
        serve(0, [], print, print, behaviours=["connection-strings=adresses"])

    assert written(caught.value.remediation) == (
        "%adxmi embedded behaviours connection-strings=addresses"
    )


def test_a_port_that_is_taken_is_told(connections):
    port = int(connections.current().azure.kusto_uri.rsplit(":", 1)[1])

    with pytest.raises(errors.ClusterUnreachable, match="did not start"):
        serve(port, [], print, print)


def test_results_are_gathered_in_order_with_failures_in_their_places():
    results = gather(lambda number: 12 // number, [1, 0, 3], what="dividing")

    assert results[0::2] == [12, 4]
    assert isinstance(results[1], ZeroDivisionError)
    assert gather(str, [], what="nothing") == []


def test_interrupt_while_gathering_drops_what_is_left(monkeypatch):
    asked, first, released = [], threading.Event(), threading.Event()

    def ask(number):
        asked.append(number)
        first.set() if number == 0 else released.wait()

    class Interrupted:
        def __init__(self, **_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def update(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.tqdm", Interrupted)

    with pytest.raises(KeyboardInterrupt):
        gather(ask, list(range(1000)), what="asking")
    released.set()

    assert first.is_set()
    assert len(asked) <= 17


def test_an_embedded_azure_that_another_process_serves_takes_blobs_too(
    azure, connections, monkeypatch
):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")

    served = connections.open(azure.kusto_uri, credential="token", database="Sales")

    assert served.ingestion.uri == azure.ingest_uri


def test_a_server_without_resource_manager_has_one_endpoint_for_all(connections, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-any")

    with replay(v1({"x": "string"}, [])) as uri:
        emulator = connections.open(uri, credential="token", database="Sales")
        ingestion = emulator.ingestion.uri

    assert ingestion == uri
