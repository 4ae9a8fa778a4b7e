"""Random policy files, and what they say: each thing with the parts of the file that it hangs on."""

from hypothesis import strategies as st

from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.foreign_files.values import NOWHERE, Hub
from adxmi_jupyter.model.policy_file.sections import Content
from adxmi_jupyter.model.role import Role
from tests.random_worlds import DATABASES, NAMES, PATTERNS, USAGES

OBJECT, CLIENT = "aaaaaaaa-0000-4000-8000-{:012d}", "bbbbbbbb-0000-4000-8000-{:012d}"
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i{}"
PRINCIPALS = [
    *("aadapp=cccccccc-0000-4000-8000-000000000000;contoso.com", "aaduser=a'b\"@contoso.com"),
    *("aadgroup=Team é;0b1c2d3e-1111-4222-8333-444455556666", "msauser=x@outlook.com"),
    *("aaduser=o;contoso.com", "aadgroup=[g]@contoso.com", "mi-unknown"),
]
TEXTS = st.one_of(NAMES, st.sampled_from(["[x]", "a\nb", "%{if}", "```", "${", "end */ //", "é😀"]))
MODES = st.sampled_from(["additive", "additive", "authoritative", "authoritative", "observe"])


def ids_of(reference, content):
    """Return the object ID, client ID and resource ID that the file tells of an identity."""
    if reference == "system":
        return "system", "", "system"
    alias = content.identities.get(reference)
    if alias is not None:
        return tuple(
            one.get("", "") for one in (alias.object_id, alias.client_id, alias.resource_id)
        )
    if reference.startswith("/"):
        return "", "", reference
    return (reference, "", "") if reference.startswith("aaaaaaaa") else ("", "", "")


@st.composite
def policy_files(draw):
    """Return a random policy file as a hub."""
    names = draw(st.lists(NAMES, max_size=3, unique_by=str.lower))
    aliases = {name: draw(_alias(number)) for number, name in enumerate(names)}
    references = ["system", *names, OBJECT.format(7), RESOURCE.format(8), "mi-unknown"]
    databases = draw(st.lists(DATABASES, max_size=3, unique_by=str.lower))
    resource = draw(
        st.sampled_from(["/subscriptions/s/resourceGroups/g/providers/x/clusters/c", None])
    )
    cluster = {"uri": "c.westeurope", **({"resourceId": resource} if resource else {})}
    sections = {
        "assigned": {"identities": draw(st.lists(st.sampled_from(references), unique=True))},
        "policy": draw(_policy(references, databases)),
        "roles": draw(_roles(references, databases)),
        "callouts": draw(_callouts()),
        "azureRoles": {"system": [{"role": "Reader", "scope": "/s"}]},
        "protected": [{"identity": "system"}],
    }
    kept = {name: one for name, one in sections.items() if draw(st.booleans())}
    for name in ("assigned", "policy", "roles", "callouts"):
        if name in kept:
            kept[name]["mode"] = draw(MODES)
    whole = {"apiVersion": "adxmi/v1", "clusters": {"c": cluster}, "identities": aliases, **kept}
    return Hub(Content.model_validate(whole), "c", lambda _: NOWHERE, is_shared=True)


@st.composite
def _alias(draw, number):
    ids = {
        "objectId": OBJECT.format(number),
        "clientId": CLIENT.format(number),
        "resourceId": RESOURCE.format(number),
    }
    given = {name: one for name, one in ids.items() if draw(st.integers(0, 3))}
    return given or {"name": f"name {number}"}


@st.composite
def _policy(draw, references, databases):
    entry = st.fixed_dictionaries(
        {"usages": USAGES}, optional={"why": TEXTS, "protect": st.booleans()}
    )
    entries = st.dictionaries(st.sampled_from(references), entry, max_size=3)
    section = {"databases": {name: draw(entries) for name in databases}}
    if draw(st.booleans()):
        section["cluster"] = draw(entries)
    if draw(st.booleans()):
        section["databases"]["*"] = {"entries": draw(entries)}
    return section


@st.composite
def _roles(draw, references, databases):
    remarks = {"why": TEXTS, "protect": st.booleans(), "description": TEXTS}
    member = st.fixed_dictionaries(
        {"principal": st.sampled_from([*PRINCIPALS, *references[:4]])}, optional=remarks
    )
    members = st.lists(member, max_size=3, unique_by=lambda one: one["principal"])
    roles = st.dictionaries(st.sampled_from(list(map(str, Role))), members, max_size=3)
    on_cluster = st.dictionaries(st.sampled_from(list(map(str, ClusterRole))), members, max_size=2)
    section = {"databases": {name: draw(roles) for name in databases}}
    if draw(st.booleans()):
        section["cluster"] = draw(on_cluster)
    return section


@st.composite
def _callouts(draw):
    rule = st.fixed_dictionaries({"type": st.sampled_from(TYPES), "uri": PATTERNS})
    rules = draw(st.lists(rule, max_size=4, unique_by=lambda one: (one["type"], one["uri"])))
    half = draw(st.integers(0, len(rules)))
    both = {"allow": rules[:half], "deny": rules[half:]}
    return {name: one for name, one in both.items() if one or draw(st.booleans())}


def facts(content):
    """Yield what a file says: a key, and the paths it hangs on."""
    yield from _clusters(content)
    for name in ("azure_roles", "protected"):
        if getattr(content, name):
            yield (name,), [("azureRoles" if name == "azure_roles" else name,)]
    for number, one in enumerate((content.assigned and content.assigned.identities) or ()):
        yield ("assigned", ids_of(one, content)[2]), [("assigned", "identities", number)]
    yield from _policies(content)
    yield from _members(content)
    section = content.callouts
    for name in ("allow", "deny"):
        for rule in (section and getattr(section, name)) or ():
            yield ("callout", rule.type, rule.uri, name), [("callouts",)]


def _clusters(content):
    for name, one in content.clusters.items():
        yield ("cluster", one.uri), [("clusters", name)]
        if one.resource_id:
            yield ("resource", one.resource_id), [("clusters", name, "resourceId")]


def _scopes(section):
    """Yield name, path and content of the cluster and the databases of a section."""
    if section is None:
        return
    if section.cluster is not None:
        yield "", ("cluster",), section.cluster
    if section.databases is not None:
        for name, one in section.databases.named.items():
            yield name, ("databases", name), one
        if section.databases.everywhere is not None:
            yield "*", ("databases", "*"), section.databases.everywhere.entries


def _policies(content):
    for scope, steps, entries in _scopes(content.policy):
        path = ("policy", *steps)
        if content.policy.mode == "authoritative":
            yield ("policy whole", scope), [("policy", "mode"), path]
        for reference, entry in entries.items():
            identity = ids_of(reference, content)[0]
            for usage in entry.usages:
                yield ("policy", scope, identity, usage), [(*path, reference)]
            if entry.why:
                yield ("policy why", scope, identity), [(*path, reference, "why")]
            if entry.protect:
                yield ("policy protect", scope, identity), [(*path, reference, "protect")]


def _members(content):
    for scope, steps, by_role in _scopes(content.roles):
        for role, members in by_role.items():
            path = ("roles", *steps, str(role))
            if content.roles.mode == "authoritative":
                yield ("role whole", scope, str(role)), [("roles", "mode"), path]
            for number, member in enumerate(members):
                client = ids_of(member.principal, content)[1]
                holder = f"aadapp={client}" if client else member.principal
                key, at = (scope, str(role), holder), (*path, number)
                yield ("role", *key), [at]
                for name in ("why", "protect", "description"):
                    said = getattr(member, name)
                    if said:
                        yield (f"role {name}", *key, said), [(*at, name)]
