"""Migrate objects through a proxy, and look at what the cluster has then."""

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.migrate.applying import Applying, apply
from adxmi_jupyter.actions.migrate.planning import chosen, plan
from adxmi_jupyter.service.connections import Connections, Settings
from tests import secrets_world as world
from tests.faults.proxy import FaultProxy

CONFIRMED = Applying(confirmed=True, without_restore=True)


class Migrator:
    """Migrates objects by a connection that leads through `proxy`."""

    def __init__(self, direct, proxied, proxy):
        self.connection = proxied
        self.azure = direct.azure
        self.proxy = proxy
        self.said = []
        self._direct = direct

    def reset(self, *names):
        """Begin with a new cluster that has these objects, and without a history."""
        self.proxy.clear()
        self.azure.reset()
        for one in (self.connection, self._direct):
            one.forget()
            one.assigned_when_last_seen = None
            one.has_open_writes = False
        self.said.clear()
        for name in names:
            world.add(self._direct, self.azure, name)
        self.connection.history_file.unlink(missing_ok=True)
        self.proxy.clear()

    def planned(self, *names):
        """Plan to migrate some objects, in the order of migrating."""
        who = "mi-ingest" if {*names} & {*world.CONNECTIONS} else "mi-export"
        identity = resolved(self.connection, (who,))[0].identity
        found = plan(self.connection, ["Sales"], identity, everything=True)
        return chosen(found, names, "", every=False)

    def apply(self, migrations, how=CONFIRMED):
        """Migrate what is planned; return how that ended."""
        return apply(self.connection, lambda: migrations, how, self.said.append).outcomes


@pytest.fixture(scope="module")
def migrator():
    """Return what migrates; all tests of a module share a cluster, and reset it."""
    opened = Connections(Settings(), lambda _line: None)
    direct = opened.current()
    with FaultProxy(direct.azure.kusto_uri) as proxy:
        proxied = opened.open(proxy.uri, name="proxied", database="Sales")
        yield Migrator(direct, proxied, proxy)
    opened.close_all()
