"""Random clusters with a random policy file each, and what the file asks of the cluster.

`expected` says that once more, in the plainest way, from `facts`: modes, ``*`` and ``except``,
overlays, names in any letter case, and identities by every kind of reference.
"""

import json
from dataclasses import dataclass, field

from hypothesis import strategies as st

from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.security import DatabaseRole, RoleAssignment
from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.policy_file.variables import escaped
from adxmi_jupyter.model.usage import Usage
from tests.random_worlds import DATABASES, NAMES, PATTERNS, item_of, principal_of, set_up

ROLES = [str(one) for one in DatabaseRole if one is not DatabaseRole.ADMINS]
KINDS = ("alias", "object ID", "client ID", "resource ID", "name")
USAGE_WORDS = st.sampled_from([*map(str, Usage), *(str(one).lower() for one in Usage)])
USAGES = st.lists(USAGE_WORDS, max_size=3, unique_by=str.lower)
MODES = st.sampled_from(["additive", "authoritative", "authoritative", "observe"])
CASES = st.sampled_from([str, str, str.upper, str.lower])
GROUP = "@group"


@dataclass(frozen=True)
class State:
    """All that a file manages: policies and roles by scope, rules, and who is assigned."""

    policies: dict = field(default_factory=dict)
    roles: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    assigned: frozenset = frozenset()


@dataclass(frozen=True)
class Declaration:
    """A random cluster, and a file for it, whose references are still to be filled in."""

    names: list
    databases: list
    present: tuple
    file: dict
    kinds: tuple

    def put_into(self, world):
        """Make the world of an embedded Azure this cluster; return who the file speaks of."""
        set_up(world, self.names, self.databases)
        cluster, (policies, roles, rules, assigned) = world.cluster, self.present
        stranger = next(one for one in world.identities if one.display_name == "mi-stranger")
        users = [cluster.system_identity, cluster.identities[0], *cluster.identities[2:], stranger]
        for name, entries in policies.items():
            scope = cluster.databases[name] if name else cluster
            scope.policy = [item_of(users[one], one, usages) for one, usages in entries]
        principals = [*map(principal_of, users), world.principals[-1]]
        for (name, role), places in roles.items():
            holders = [RoleAssignment(DatabaseRole(role), principals[one]) for one in places]
            cluster.databases[name].roles += holders
        cluster.callout_policy = [CalloutRule(*rule) for rule in rules] or None
        cluster.identities = [users[one] for one in sorted(assigned) if one]
        return Users(users, principals, self.kinds, world)


class Users:
    """The identities of a file: what a reference to one says, and whom it means."""

    def __init__(self, users, principals, kinds, world):
        self.users, self.principals = users, principals
        self._names = [one.display_name.lower() for one in world.identities]
        self._kinds = kinds
        group = principals[-1]
        self.texts = {GROUP: group.fqn}
        self.meant = {group.fqn: len(users)}
        for number, user in enumerate(users):
            for kind in KINDS:
                text = self._text(number, user, kind)
                self.texts[f"@{number} {kind}"] = escaped(text)
                self.meant[escaped(text)] = number

    def _text(self, number, user, kind):
        if kind == "alias":
            return f"user {number}"
        if kind == "object ID" or (kind == "client ID" and number == 0):
            return user.object_id  # Azure does not tell the client ID of a system-assigned identity
        if kind == "client ID":
            return user.client_id
        if number == 0:
            return "System" if kind == "name" else user.object_id
        if kind == "resource ID":
            return user.resource_id.upper() if number % 2 else user.resource_id
        is_certain = self._names.count(user.display_name.lower()) == 1
        return user.display_name if is_certain else user.object_id

    def aliases(self):
        """Return the section that says what the aliases are."""
        return {f"user {n}": self._alias(n, one) for n, one in enumerate(self.users)}

    def _alias(self, number, user):
        kind = self._kinds[number % len(self._kinds)]
        found = {"objectId": user.object_id, "clientId": user.client_id}
        found["resourceId"] = escaped(user.resource_id)
        if number == 0:
            kind = "objectId"
        by_cluster = {"demo": found[kind], "other": user.object_id}
        return {kind: by_cluster if number % 2 else found[kind]}

    def file_of(self, declaration, uri):
        """Return the file, for a cluster of this address."""
        whole = {"identities": self.aliases(), **self.filled(declaration.file)}
        clusters = {
            "demo": {"uri": uri},
            "other": {"uri": "https://other.westeurope.kusto.windows.net"},
        }
        return json.dumps({"apiVersion": "adxmi/v1", "clusters": clusters, **whole})

    def filled(self, value):
        """Return a part of a file with its references filled in."""
        if isinstance(value, dict):
            return {self.filled(key): self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return self.texts.get(value, value) if isinstance(value, str) else value


def state_of(world):
    """Return what the cluster has; beside ``All`` no other usage counts."""
    cluster = world.cluster
    scopes = {"": cluster, **cluster.databases}
    is_system = cluster.system_identity is not None
    policies = {
        name: {one.object_id: whole(one.usages) for one in scope.policy or [] if one.usages}
        for name, scope in scopes.items()
    }
    roles = {
        name: {(str(one.role), one.principal.fqn) for one in scope.roles}
        for name, scope in scopes.items()
    }
    rules = {key_of(rule): rule.can_call for rule in cluster.callout_policy or []}
    assigned = {one.object_id for one in cluster.identities} | ({"system"} if is_system else set())
    return State(policies, roles, rules, frozenset(assigned))


def key_of(rule):
    """Return what tells a callout rule from others."""
    return rule.callout_type.lower(), rule.uri_regex


def whole(usages):
    """Return usages as a set; beside ``All`` no other one counts."""
    canonical = {str(one).lower(): str(one) for one in Usage}
    found = frozenset(canonical.get(one.lower(), one) for one in usages)
    return frozenset({"All"}) if "All" in found else found


def said(text):
    """Return what a text of the file says."""
    return text.replace("$${{", "{{").replace("$${", "${")


def laid_over(under, over):
    """Return a part of a file with another one laid over it: ``null`` removes."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    merged = {k: laid_over(under.get(k), v) if k in under else v for k, v in over.items()}
    return {k: v for k, v in {**under, **merged}.items() if not (v is None and k in over)}


def expected(declaration, users, before):
    """Return what the cluster is to have after the file was applied."""
    file = users.filled(declaration.file)
    file = laid_over(file, file.get("only", {}).get("demo", {}))
    return State(
        _policies(file.get("policy") or {}, users, before.policies),
        _roles(file.get("roles") or {}, users, before.roles),
        _rules(file.get("callouts") or {}, before.rules),
        _assigned(file.get("assigned") or {}, users, before.assigned),
    )


def _parts(section, database):
    """Yield what a section says of one scope."""
    if not database:
        if section.get("cluster") is not None:
            yield section["cluster"]
        return
    databases = section.get("databases") or {}
    plain = database.lower()
    for name, one in databases.items():
        if name != "*" and said(name).lower() == plain:
            yield one
    everywhere = databases.get("*")
    if everywhere is not None:
        excepted = {said(one).lower() for one in everywhere.get("except", ())}
        if plain not in excepted:
            yield everywhere["entries"]


def _policies(section, users, before):
    mode, found = section.get("mode", "additive"), {}
    for scope, present in before.items():
        parts = list(_parts(section, scope))
        asked = {}
        for part in parts:
            for reference, entry in part.items():
                usages = entry["usages"] if isinstance(entry, dict) else entry
                key = users.users[users.meant[reference]].object_id
                asked[key] = whole([*asked.get(key, ()), *usages])
        if not parts or mode == "observe":
            found[scope] = present
        elif mode == "authoritative":
            found[scope] = {key: usages for key, usages in asked.items() if usages}
        else:
            both = {*asked, *present}
            merged = {k: whole([*asked.get(k, ()), *present.get(k, ())]) for k in both}
            found[scope] = {key: usages for key, usages in merged.items() if usages}
    return found


def _roles(section, users, before):
    mode, found = section.get("mode", "additive"), {}
    for scope, present in before.items():
        asked = {}
        for part in _parts(section, scope):
            for role, members in part.items():
                named = asked.setdefault(role, set())
                for one in members:
                    who = one["principal"] if isinstance(one, dict) else one
                    named.add(users.principals[users.meant[who]].fqn)
        held = set(present)
        if mode == "authoritative":
            held = {(role, who) for role, who in held if role not in asked or who in asked[role]}
        if mode != "observe":
            held |= {(role, who) for role, named in asked.items() for who in named}
        found[scope] = held
    return found


def _rules(section, before):
    mode = section.get("mode", "additive")
    managed = {True: section.get("allow"), False: section.get("deny")}
    asked = {
        (one["type"].lower(), said(one["uri"])): can_call
        for can_call, rules in managed.items()
        for one in rules or ()
    }
    if mode == "observe":
        return before
    kept = {
        key: can_call
        for key, can_call in before.items()
        if mode == "additive" or managed[can_call] is None
    }
    return {**kept, **asked}


def _assigned(section, users, before):
    listed, mode = section.get("identities"), section.get("mode", "additive")
    if listed is None or mode == "observe":
        return before
    numbers = [users.meant[one] for one in listed]
    named = {users.users[one].object_id if one else "system" for one in numbers}
    return frozenset(named if mode == "authoritative" else {*before, *named})


@st.composite
def declarations(draw):
    """Return a random cluster with a file."""
    names = draw(st.lists(NAMES, max_size=2))
    databases = draw(st.lists(DATABASES, max_size=2, unique_by=str.lower))
    count = len(names) + 3
    assigned = draw(st.sets(st.integers(1, count - 2))) | {0}
    drawing = _Drawing(draw, count, ["Sales", *databases], assigned)
    present = (*drawing.state(), assigned)
    kinds = tuple(draw(st.permutations(["objectId", "clientId", "resourceId"])))
    return Declaration(names, databases, present, drawing.file(), kinds)


class _Drawing:
    """Draws the parts of a cluster and of a file."""

    def __init__(self, draw, count, databases, assigned):
        self.draw, self.count, self.databases = draw, count, databases
        self._assigned = assigned
        self._usable = sorted(assigned)

    def state(self):
        """Return policies and roles by scope, and rules."""
        users = st.integers(0, self.count - 1)
        usages = st.lists(st.sampled_from(list(map(str, Usage))), max_size=3, unique=True)
        entries = st.lists(st.tuples(users, usages), max_size=3, unique_by=lambda one: one[0])
        members = st.lists(st.integers(0, self.count), max_size=2, unique=True)
        scopes = ("", *self.databases)
        places = [(name, role) for name in self.databases for role in ROLES[:3]]
        rule = st.tuples(st.sampled_from(TYPES[:2]), PATTERNS, st.booleans())
        return (
            {name: self.draw(entries) for name in scopes},
            {one: self.draw(members) for one in places if self.draw(st.booleans())},
            self.draw(st.lists(rule, max_size=2, unique_by=lambda one: one[:2])),
        )

    def file(self):
        """Return the sections of a file."""
        makers = {
            "assigned": self.assigned, "policy": self.policy,
            "roles": self.roles, "callouts": self.callouts,
        }  # fmt: skip
        sections = {name: make() for name, make in makers.items() if self.draw(st.integers(0, 4))}
        if self.draw(st.integers(0, 2)) == 0 and "policy" in sections:
            known = sections["policy"]["databases"]
            sales = next((one for one in known if one.lower() == "sales"), "Sales")
            over = {"databases": {sales: self._entries()}}
            some = [over, {"cluster": None}, {"mode": "authoritative"}]
            sections["only"] = {
                "demo": {"policy": self.draw(st.sampled_from(some))},
                "other": {"policy": {"cluster": {"no such identity": ["All"]}}},
            }
        return sections

    def _reference(self, users):
        return f"@{self.draw(st.sampled_from(users))} {self.draw(st.sampled_from(KINDS))}"

    def _references(self, users, most):
        return [self._reference(users) for _ in range(self.draw(st.integers(0, most)))]

    def _database(self, name):
        return escaped(self.draw(CASES)(name))

    def _mode(self, section):
        return {"mode": self.draw(MODES), **section}

    def assigned(self):
        """Return who is to be assigned; from then on the file may name them."""
        section = self._mode({})
        listed = self.draw(st.sets(st.integers(1, self.count - 1), max_size=3)) | {0}
        kept = set() if section["mode"] == "authoritative" else self._assigned
        now = self._assigned if section["mode"] == "observe" else kept | listed
        self._usable = sorted(now)
        identities = [f"@{one} {self.draw(st.sampled_from(KINDS))}" for one in sorted(listed)]
        return {**section, "identities": identities}

    def _entries(self):
        users = self._usable * 3 + list(range(self.count))
        found = {}
        for one in self._references(users, 3):
            usages = self.draw(USAGES)
            found[one] = {"usages": usages} if self.draw(st.booleans()) else usages
        return found

    def _members(self):
        names = [
            *self._references(list(range(self.count)), 2),
            *self.draw(st.sampled_from([[], [GROUP]])),
        ]
        return [{"principal": one} if self.draw(st.booleans()) else one for one in names]

    def _by_role(self):
        roles = self.draw(st.lists(st.sampled_from(ROLES[:3]), max_size=2, unique=True))
        return {role: self._members() for role in roles}

    def _databases(self, make):
        named = {self._database(n): make() for n in self.databases if self.draw(st.booleans())}
        if self.draw(st.integers(0, 2)) == 0:
            excepted = [self._database(n) for n in self.databases if self.draw(st.booleans())]
            named["*"] = {"except": excepted, "entries": make()}
        return named

    def policy(self):
        """Return the section ``policy``."""
        section = self._mode({"databases": self._databases(self._entries)})
        if self.draw(st.booleans()):
            section["cluster"] = self._entries()
        return section

    def roles(self):
        """Return the section ``roles``."""
        return self._mode({"databases": self._databases(self._by_role)})

    def callouts(self):
        """Return the section ``callouts``."""
        rule = st.fixed_dictionaries(
            {"type": st.sampled_from(TYPES[:2]), "uri": PATTERNS.map(escaped)}
        )
        rules = self.draw(
            st.lists(rule, max_size=3, unique_by=lambda one: (one["type"], one["uri"]))
        )
        half = self.draw(st.integers(0, len(rules)))
        both = {"allow": rules[:half], "deny": rules[half:]}
        return self._mode(
            {name: one for name, one in both.items() if one or self.draw(st.booleans())}
        )
