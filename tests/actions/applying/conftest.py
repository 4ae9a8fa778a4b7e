"""Apply files, and look at what the cluster has then."""

import re

import pytest

from adxmi_jupyter.actions.plan.applying import Applying, apply
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.model.plan import Action, Section
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables

_ID = "cluster resource ID"
_WITH_ALL = re.compile(r"\[All(, \w+)+\]")


class Applier:
    """Plans and applies files by a connection, as the administrator."""

    def __init__(self, connection, azure):
        self.connection = connection
        self.azure = azure

    def reset(self, *changes):
        """Begin with a new cluster, changed so."""
        self.azure.reset()
        for change in changes:
            change(self.azure.world)
        self.forget()

    def forget(self):
        """Forget what may have changed; where the cluster is in Azure does not."""
        known = self.connection.remembered.get(_ID)
        self.connection.forget()
        self.connection.assigned_when_last_seen = None
        if known is not None:
            self.connection.remembered[_ID] = known

    def snapshot(self):
        """Return the cluster as a file; beside ``All`` no other usage counts."""
        return _WITH_ALL.sub("[All]", snapshot(self.connection, Mode.AUTHORITATIVE).text)

    def prepared(self, text):
        """Return the plan of a file that may break workflows."""
        file = read_policy_file(text, "adxmi.yaml", Variables())
        return prepare(self.connection, file, Options(True, True))

    def apply(self, text):
        """Apply a file, confirmed."""
        return apply(self.connection, lambda: self.prepared(text), Applying(confirmed=True))

    def state(self):
        """Return all that a file manages, as it is on the cluster itself."""
        cluster = self.azure.world.cluster
        scopes = {"": cluster, **cluster.databases}
        return (
            {n: {(p.object_id, p.usages) for p in s.policy or []} for n, s in scopes.items()},
            {n: {(r.role, r.principal.fqn) for r in s.roles} for n, s in scopes.items()},
            {str(rule) for rule in cluster.callout_policy or []},
            {one.object_id for one in cluster.identities},
            cluster.system_identity is not None,
        )

    def untrue(self, done):
        """Return the changes of policies that are told as applied, and are not there, or still."""
        return [
            change
            for outcome in done.outcomes
            if outcome.result == "applied"
            for change in outcome.step.changes
            if change.section is Section.POLICY
            and self._is_there(change) is (change.action is Action.REMOVE)
        ]

    def _is_there(self, change):
        cluster = self.azure.world.cluster
        scope = cluster.databases[change.database] if change.database else cluster
        system = cluster.system_identity
        wanted = system.object_id if change.key == "system" and system else change.key
        items = {change.item, *(["All"] if change.action is Action.ADD else [])}  # it covers others
        return any(
            not items.isdisjoint(one.usages) and one.object_id.lower() == wanted.lower()
            for one in scope.policy or []
        )


@pytest.fixture
def applier(connection, azure):
    return Applier(connection, azure)


@pytest.fixture
def through_proxy(proxied, azure):
    """An applier whose requests go through `proxy`."""
    return Applier(proxied, azure)
