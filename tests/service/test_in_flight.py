"""How many requests go to a cluster at once, whoever of this process sends them."""

import signal
import threading

import pytest
from azure.mgmt.kusto.models import AzureSkuName

from adxmi_jupyter import errors
from adxmi_jupyter.model.azure_shapes import CLUSTER
from adxmi_jupyter.service.connections import Settings
from adxmi_jupyter.service.deadline import Deadline, within
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.in_flight import InFlight, cores_of
from adxmi_jupyter.service.limits import Limits
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION
from tests.faults.catalogue import throttled
from tests.faults.crowd import Crowd
from tests.faults.messages import kusto, resource_manager
from tests.faults.proxy import FaultProxy

LARGE = "Standard_E8ads_v5"


class Sending(threading.Thread):
    """Sends requests, many at once, from a thread of its own, as forms do."""

    def __init__(self, ask, items):
        super().__init__(daemon=True)
        self.answers = []
        self._ask = ask
        self._items = items
        self.start()

    def run(self):
        self.answers = gather(self._ask, self._items, what="")

    def failures(self):
        """Wait for the end; return what failed."""
        self.join(30)
        return [one for one in self.answers if isinstance(one, Exception)]


@pytest.fixture
def crowd():
    found = Crowd()
    yield found
    found.release()


@pytest.fixture
def other_proxy(azure):
    """Another address, and so another cluster."""
    with FaultProxy(azure.kusto_uri) as proxy:
        yield proxy


def version(connection):
    return connection.kusto.command(".show version")


def cluster(connection):
    return connection.resource_manager.get(connection.cluster_id, KUSTO_VERSION, CLUSTER)


def test_four_requests_go_to_a_cluster_at_once_whoever_sends_them(
    connections, proxy, proxied, crowd
):
    other = connections.open(proxy.uri, name="other")
    many = threading.Event()
    proxied.in_flight.when_crowded(many.set)
    proxy.strike(crowd, kusto)

    senders = [Sending(version, [one] * 12) for one in (proxied, other)]
    crowd.wait_for(4)
    assert many.wait(30)  # more than eight are ahead, so that others wait by now
    assert crowd.most == 4
    crowd.release()

    assert [one.failures() for one in senders] == [[], []]
    assert crowd.most == 4


def test_two_clusters_have_four_each(connections, proxy, proxied, other_proxy, crowd):
    other = connections.open(other_proxy.uri, name="other")
    for each in (proxy, other_proxy):
        each.strike(crowd, kusto)

    sending = Sending(version, [proxied, other] * 8)
    crowd.wait_for(8)
    crowd.release()

    assert sending.failures() == []
    assert crowd.most == 8


@pytest.mark.nightly
def test_sixteen_go_where_azure_shows_large_nodes(azure, proxy, proxied, crowd):
    azure.world.cluster.sku["name"] = LARGE
    asked = proxy.strike(lambda exchange: exchange.reply(exchange.forward()), resource_manager)
    proxy.strike(crowd, kusto)

    sending = Sending(version, [proxied] * 40)
    crowd.wait_for(16)
    crowd.release()

    assert sending.failures() == []
    assert (crowd.most, asked.hits) == (16, 1)


def test_few_requests_do_not_ask_for_the_size(azure, proxy, proxied):
    azure.world.cluster.sku["name"] = LARGE
    asked = azure.arm_requests_served

    sending = Sending(version, [proxied] * 8)

    assert sending.failures() == []
    assert azure.arm_requests_served == asked


def test_where_the_size_cannot_be_seen_four_go(azure, proxy, proxied, crowd):
    azure.world.cluster.sku["name"] = LARGE
    denied = threading.Event()

    def deny(exchange):
        exchange.close()
        denied.set()

    proxy.strike(deny, resource_manager)
    proxy.strike(crowd, kusto)

    sending = Sending(version, [proxied] * 20)
    assert denied.wait(30)
    crowd.release()

    assert sending.failures() == []
    assert crowd.most == 4


@pytest.mark.parametrize("credential", ["browser", "device-code"])
def test_nobody_has_to_sign_in_for_the_size(connections, credential):
    connections.settings = Settings(cluster="https://c.kusto.windows.net", credential=credential)
    connection = connections.current()

    assert not connection.in_flight.asks_for_size


@pytest.mark.parametrize(
    ("sku", "most"),
    [
        ("Dev(No SLA)_Standard_D11_v2", 4),
        ("Standard_E2ads_v5", 4),
        ("Standard_D12_v2", 4),
        ("Standard_D13_v2", 16),
        ("Standard_E8as_v5+1TB_PS", 16),
        ("Standard_L16s_v3", 16),
        ("Brand New", 4),
    ],
)
def test_what_is_known_of_the_size_counts(azure, connection, sku, most):
    azure.world.cluster.sku["name"] = sku

    assert connection.cluster_id
    assert connection.in_flight.most == most


def test_two_small_nodes_are_no_large_one(azure, connection):
    azure.world.cluster.sku |= {"name": "Standard_E4ads_v5", "capacity": 4}

    assert connection.cluster_id
    assert connection.in_flight.most == 4


@pytest.mark.parametrize("sku", list(AzureSkuName))
def test_every_size_that_the_sdk_names_is_understood(sku):
    assert cores_of(sku.value) in {2, 4, 8, 16, 32, 64, 80}


@pytest.mark.nightly
def test_four_go_for_good_once_the_service_throttled(azure, connections, proxy, proxied, crowd):
    azure.world.cluster.sku["name"] = LARGE
    assert proxied.cluster_id
    assert proxied.in_flight.most == 16
    proxy.strike(throttled(), kusto, times=1)

    version(proxied)
    proxied.forget()
    assert proxied.cluster_id
    connections.open(proxy.uri, name="again", max_in_flight=16)

    proxy.strike(crowd, kusto)
    sending = Sending(version, [proxied] * 20)
    crowd.wait_for(4)
    crowd.release()
    assert sending.failures() == []
    assert crowd.most == 4


def test_as_many_go_as_the_user_chose(azure, connections, proxy, crowd):
    azure.world.cluster.sku["name"] = LARGE
    connection = connections.open(proxy.uri, name="chosen", max_in_flight=6)
    proxy.strike(crowd, kusto)

    sending = Sending(version, [connection] * 20)
    crowd.wait_for(6)
    assert connection.cluster_id
    crowd.release()

    assert sending.failures() == []
    assert crowd.most == 6


def test_the_setting_counts_where_the_connection_does_not_say(connections):
    connections.settings = Settings(max_in_flight=2)

    assert connections.current().in_flight.most == 2


@pytest.mark.parametrize("number", [-1, 17])
def test_a_number_that_cannot_be_had_is_refused(number):
    with pytest.raises(errors.InvalidValue, match="requests at a time"):
        Limits(in_flight=number)


@pytest.mark.nightly
def test_a_gather_inside_a_gather_ends(connections, proxy):
    connection = connections.open(proxy.uri, name="one", max_in_flight=1)

    outer = gather(
        lambda _: gather(lambda _: version(connection), range(6), what=""), range(20), what=""
    )

    assert [len(inner) for inner in outer] == [6] * 20
    assert not [one for inner in outer for one in inner if isinstance(one, Exception)]


def test_azure_resource_manager_has_turns_of_its_own(proxy, proxied, crowd):
    assert proxied.cluster_id
    strike = proxy.strike(crowd, resource_manager)

    sending = Sending(cluster, [proxied] * 20)
    crowd.wait_for(8)
    version(proxied)  # while none of them is answered
    crowd.release()

    assert sending.failures() == []
    assert (crowd.most, strike.hits) == (8, 20)


def test_a_request_whose_turn_does_not_come_in_time_was_not_sent(proxy, proxied, crowd):
    strike = proxy.strike(crowd, kusto)
    sending = Sending(version, [proxied] * 4)
    crowd.wait_for(4)

    with within(0.1), pytest.raises(errors.ClusterUnreachable, match="took too long"):
        version(proxied)

    assert strike.hits == 4
    crowd.release()
    assert sending.failures() == []


class Ticking(Deadline):
    """Has a second less each time it is looked at; `extended` is what it was given back."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.extended = 0
        self._left = seconds

    @property
    def left(self):
        self._left -= 1
        return self._left

    def extend(self, seconds):
        self.extended += seconds


def test_a_request_that_waited_for_its_turn_has_its_whole_time():
    deadline = Ticking(60)

    with InFlight().turn(deadline):
        assert deadline.extended == 1


def test_interrupt_ends_the_wait_for_a_turn_and_takes_none(proxy, proxied, crowd):
    all_ahead = threading.Event()
    proxied.in_flight.when_crowded(all_ahead.set)
    proxy.strike(crowd, kusto)
    sending = Sending(version, [proxied] * 9)
    assert all_ahead.wait(30)
    proxied.in_flight.when_crowded(
        lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    )

    with pytest.raises(KeyboardInterrupt):
        version(proxied)
    crowd.release()

    assert sending.failures() == []
    assert gather(version, [proxied] * 12, what="")
    assert crowd.most == 4
