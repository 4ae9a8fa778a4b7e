"""A client that is killed between any two commands of an apply: applying again does the rest."""

import os
import signal

import pytest

from tests.actions.applying.conftest import Applier
from tests.actions.applying.test_faults import PARTS, STORY
from tests.faults.catalogue import Fault
from tests.faults.messages import writes
from tests.faults.proxy import FaultProxy
from tests.nightly.clients import place_in, ran
from tests.random_worlds import bare


@pytest.mark.nightly
@pytest.mark.parametrize("arrives", [True, False], ids=["sent", "not sent"])
@pytest.mark.parametrize("part", range(PARTS))
def test_applying_again_does_the_rest(tmp_path, connections, arrives, part):
    with place_in(tmp_path) as place, FaultProxy(place.azure.kusto_uri) as proxy:
        own = Applier(connections.open(proxy.uri, name="own", database="Sales"), place.azure)
        text = STORY.format(proxy.uri)
        (tmp_path / "adxmi.yaml").write_text(text)
        line = ("apply", "--file", str(tmp_path / "adxmi.yaml"), "--break-workflows", "--yes")
        own.reset(bare)
        own.apply(text)
        expected, skip, is_killed = own.state(), part, True
        while is_killed:
            own.reset(bare)
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

            done = place.run(*line, ADXMI_CLUSTER=proxy.uri)

            assert (done.code, own.state()) == (0, expected), (skip, done.err)
            skip += PARTS
        assert skip > len(own.prepared(text).plan.steps)
