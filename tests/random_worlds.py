"""Random clusters for tests of policy files: identities, policies, roles and rules of any kind."""

from hypothesis import strategies as st

from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.embedded.state.security import (
    DatabaseRole,
    Principal,
    PrincipalKind,
    RoleAssignment,
)
from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.usage import Usage

NAMES = st.sampled_from(
    [
        *("mi-a", "MI-A", "mi b", "no", "0123", "12:30", "~", "a: b", "# x", "{{x}}", "${HOME}"),
        *("$${y}", 'q"uote', "Ünïcode", "back\\slash", "system2", "*x", "&y", "!z", "a, b"),
    ]
)
DATABASES = st.sampled_from(
    ["Tom's", "on", "2024", "null", "sales eu", "{{db}}", "é", "a#b", "x: y", "[z]", "true"]
)
USAGES = st.lists(st.sampled_from([*map(str, Usage), "FutureUsage"]), max_size=3, unique=True)
PATTERNS = st.sampled_from([r"^https://a\.b(/|$)", "x", "a: b", "'", '"', "{{2}}", "${e}"])


KNOWN = st.lists(st.sampled_from(list(map(str, Usage))), max_size=3, unique=True).map(
    lambda names: ["All"] if "All" in names else names
)


def bare(world):
    """Leave one database without workflows: what is there besides costs requests each time."""
    cluster = world.cluster
    cluster.databases = {"Sales": cluster.databases["Sales"]}
    sales = cluster.databases["Sales"]
    for kept in (sales.data_connections, sales.external_tables, sales.functions, sales.tables):
        kept.clear()
    sales.continuous_exports.clear()


@st.composite
def clusters(draw, *, with_orphans=True):
    """Return what changes the world of an embedded Azure into a random one."""
    identities = draw(st.lists(NAMES, max_size=4))
    databases = draw(st.lists(DATABASES, max_size=3, unique_by=str.lower))
    state = draw(_states(len(identities) + 2 + with_orphans, databases, USAGES, list(DatabaseRole)))

    def make(world):
        set_up(world, identities, databases)
        _put(world, state)

    return make


@st.composite
def two_states(draw):
    """Return what sets up a random cluster, and two states of it, neither with unknown usages."""
    identities = draw(st.lists(NAMES, max_size=3))
    databases = draw(st.lists(DATABASES, max_size=2, unique_by=str.lower))
    roles = [one for one in DatabaseRole if one is not DatabaseRole.ADMINS]
    states = _states(len(identities) + 2, databases, KNOWN, roles)
    wanted, present = draw(states), draw(states)
    return (
        lambda world: set_up(world, identities, databases),
        lambda world: _put(world, wanted),
        lambda world: _put(world, present),
    )


@st.composite
def _states(draw, count, databases, usages, roles):
    """Return policies and roles by database, and callout rules."""
    entries = st.lists(st.tuples(st.integers(0, count - 1), usages), max_size=4, unique_by=first)
    members = st.lists(st.integers(0, count), max_size=3, unique=True)
    rule = st.tuples(st.sampled_from(TYPES), PATTERNS, st.booleans())
    return (
        {name: draw(entries) for name in ("", *databases)},
        {
            (name, role): draw(members)
            for name in databases
            for role in roles
            if draw(st.booleans())
        },
        draw(st.lists(rule, max_size=3, unique_by=lambda one: one[:2])),
    )


def first(pair):
    return pair[0]


def set_up(world, identities, databases):
    """Leave one database, and add databases and identities of these names."""
    bare(world)
    for name in databases:
        world.add_database(name)
    for number, name in enumerate(identities):
        digits = f"{number:012d}"
        world.add_identity(
            name,
            object_id=f"aaaaaaaa-0000-4000-8000-{digits}",
            client_id=f"bbbbbbbb-0000-4000-8000-{digits}",
            resource_group=f"group{number}",
        )
    world.add_principal("anna", kind=PrincipalKind.GROUP)


def _put(world, state):
    policies, roles, rules = state
    cluster = world.cluster
    stranger = next(one for one in world.identities if one.display_name == "mi-stranger")
    users = [cluster.system_identity, cluster.identities[0], *cluster.identities[2:], stranger]
    for name, entries in policies.items():
        scope = cluster.databases[name] if name else cluster
        scope.policy = [item_of(users[place], place, usages) for place, usages in entries]
        if name:
            scope.roles = []
    principals = [world.principals[-1], *map(principal_of, users)]
    for (name, role), places in roles.items():
        holders = [principals[place] for place in places if place < len(principals)]
        cluster.databases[name].roles += [RoleAssignment(role, one) for one in holders]
    cluster.callout_policy = [CalloutRule(*rule) for rule in rules] or None


def item_of(identity, place, usages):
    """Return the entry of an identity; that at place 0 is the system-assigned one."""
    ids = (identity.object_id, identity.client_id, identity.tenant_id, identity.display_name)
    return PolicyItem(*ids, place == 0, tuple(usages))


def principal_of(identity):
    """Return an identity as who may hold a role."""
    ids = (identity.client_id, identity.tenant_id, identity.display_name, identity.object_id)
    return Principal(PrincipalKind.APPLICATION, *ids)
