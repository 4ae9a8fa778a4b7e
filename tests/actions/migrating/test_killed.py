"""A client that is killed at any write of a migration: the object is whole, and again does the rest."""

import os
import signal

import pytest

from tests import secrets_world as world
from tests.faults.catalogue import Fault
from tests.faults.messages import writes
from tests.faults.proxy import FaultProxy
from tests.nightly.clients import place_in, ran


@pytest.mark.nightly
@pytest.mark.parametrize("arrives", [True, False], ids=["sent", "not sent"])
@pytest.mark.parametrize("name", ["AsCaller", "Files", "ByHubKey", "Copy"])
def test_migrating_again_does_the_rest(tmp_path, connections, name, arrives):
    who = "mi-ingest" if name in world.CONNECTIONS else "mi-export"
    line = ("migrate", "apply", name, "--identity", who, "--yes", "--without-restore")
    with place_in(tmp_path) as place, FaultProxy(place.azure.kusto_uri) as proxy:
        direct = connections.open(place.azure.kusto_uri, name="direct", database="Sales")
        world.add(direct, place.azure, name)
        done = place.run(*line, ADXMI_CLUSTER=proxy.uri)
        expected, skip, is_killed = world.state_of(place.azure, name), 0, True
        assert done.code == 0, done.err
        while is_killed:
            place.azure.reset()
            direct.forget()
            world.add(direct, place.azure, name)
            before = world.state_of(place.azure, name)
            client = place.start(ran, line, ADXMI_CLUSTER=proxy.uri)

            def kill(exchange, process=client.process):
                if arrives:
                    exchange.forward()
                os.kill(process.pid, signal.SIGKILL)
                exchange.close()

            strike = proxy.strike(Fault("killed", kill), writes, times=1, skip=skip)
            client.wait_until_started()
            client.process.join()
            is_killed = strike.hits > 0
            proxy.clear()
            for operation in place.azure.world.operations:
                while operation.running:
                    operation.poll()
            assert world.state_of(place.azure, name) in (before, expected), skip

            if world.state_of(place.azure, name) != expected:
                done = place.run(*line, ADXMI_CLUSTER=proxy.uri)
                assert done.code == 0, (skip, done.err)
            assert world.state_of(place.azure, name) == expected, skip
            assert world.trials(place.azure) == [], skip
            skip += 1
        assert skip > 1
