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


@st.composite
def clusters(draw, *, with_orphans=True):
    """Return what changes the world of an embedded Azure into a random one."""
    identities = draw(st.lists(NAMES, max_size=4))
    databases = draw(st.lists(DATABASES, max_size=3, unique_by=str.lower))
    count = len(identities) + 2 + with_orphans
    entries = st.lists(st.tuples(st.integers(0, count - 1), USAGES), max_size=4, unique_by=first)
    policies = {name: draw(entries) for name in ("", *databases)}
    members = st.lists(st.integers(0, count), max_size=3, unique=True)
    roles = {
        (name, role): draw(members) for name in databases for role in DatabaseRole
        if draw(st.booleans())
    }  # fmt: skip
    rules = draw(
        st.lists(
            st.tuples(st.sampled_from(TYPES), PATTERNS, st.booleans()),
            max_size=3,
            unique_by=lambda one: one[:2],
        )
    )
    return lambda world: _made(world, identities, databases, policies, roles, rules)


def first(pair):
    return pair[0]


def _made(world, identities, databases, policies, roles, rules):
    cluster = world.cluster
    for name in databases:
        world.add_database(name)
    known = [cluster.system_identity, cluster.identities[0]]
    for number, name in enumerate(identities):
        digits = f"{number:012d}"
        known.append(
            world.add_identity(
                name,
                object_id=f"aaaaaaaa-0000-4000-8000-{digits}",
                client_id=f"bbbbbbbb-0000-4000-8000-{digits}",
                resource_group=f"group{number}",
            )
        )
    known.append(next(one for one in world.identities if one.display_name == "mi-stranger"))
    for name, entries in policies.items():
        scope = cluster.databases[name] if name else cluster
        scope.policy = [_item(known[place], place, usages) for place, usages in entries]
    users = [world.add_principal("anna"), *map(_principal, known)]
    for (name, role), places in roles.items():
        holders = [users[place] for place in places if place < len(users)]
        cluster.databases[name].roles += [RoleAssignment(role, one) for one in holders]
    cluster.callout_policy = [CalloutRule(*rule) for rule in rules] or None


def _item(identity, place, usages):
    ids = (identity.object_id, identity.client_id, identity.tenant_id, identity.display_name)
    return PolicyItem(*ids, place == 0, tuple(usages))


def _principal(identity):
    ids = (identity.client_id, identity.tenant_id, identity.display_name, identity.object_id)
    return Principal(PrincipalKind.APPLICATION, *ids)
