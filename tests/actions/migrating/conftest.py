"""Migrate an object through a proxy, and look at what the cluster has then."""

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.migrate.applying import apply
from adxmi_jupyter.actions.migrate.planning import chosen, plan
from tests import secrets_world as world


class Migrator:
    """Migrates an object by a connection; `planned_at` requests came before it began."""

    def __init__(self, connection, direct, proxy, name):
        self.connection = connection
        self.azure = direct.azure
        self.name = name
        self.said = []
        self.planned_at = 0
        self._direct = direct
        self._proxy = proxy

    def reset(self):
        """Begin with a new cluster that has the object, and without a history."""
        self._proxy.clear()
        self.azure.reset()
        for one in (self.connection, self._direct):
            one.forget()
            one.assigned_when_last_seen = None
        self.said.clear()
        world.add(self._direct, self.azure, self.name)
        self.connection.history_file.unlink(missing_ok=True)
        self._proxy.clear()

    def apply(self, *others):
        """Migrate it, and others behind it, confirmed; return how that ended."""
        who = "mi-ingest" if self.name in world.CONNECTIONS else "mi-export"
        identity = resolved(self.connection, (who,))[0].identity

        def planned():
            found = plan(self.connection, ["Sales"], identity, everything=True)
            self.planned_at = len(self._proxy.requests)
            return chosen(found, (self.name, *others), "", every=False)

        return apply(
            self.connection, planned, confirmed=True, without_restore=True, tell=self.said.append
        )

    @property
    def state(self):
        """The object as the server keeps it."""
        return world.state_of(self.azure, self.name)


@pytest.fixture
def migrator(connection, proxied, proxy):
    """Return what migrates an object of a name; its requests go through `proxy`."""
    return lambda name: Migrator(proxied, connection, proxy, name)
