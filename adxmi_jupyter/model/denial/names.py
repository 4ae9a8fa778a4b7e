"""What a refusal names: identities, principals, usages, targets, resources; never a secret.

Names are looked for by their form alone, wherever they stand in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.masking import holds_secret, masked
from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.cluster_host import clusters_in
from adxmi_jupyter.model.connection_string import (
    AiModel,
    AzureStorage,
    CosmosDb,
    Gen1,
    OneLake,
    SqlServer,
    parse,
)
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.cluster_host import ClusterHost

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MOST = 20
"""As many things of a kind are looked at; a log may hold thousands."""

_IDENTITY = re.compile(
    r"(?:managed[_ ]?identity(?:_?(?:object_?)?id)?|object_?id|user\s+id|--identity)"
    rf"[\"'\\]*[\s=:]+[\"'\\]*(?P<word>{SYSTEM}\b|{_GUID})",
    re.IGNORECASE,
)
_QUOTED_SYSTEM = re.compile(rf"(['\"]){SYSTEM}\1")
_PRINCIPAL = re.compile(
    rf"\b(?:aad(?:app|user|group)|msauser)=[\w.@+-]{{1,200}}(?:;(?:{_GUID}|[\w-]+(?:\.[\w-]+)+))?",
    re.IGNORECASE,
)
# IDs inside longer names, such as a resource ID, belong to no principal.
_ANY_GUID = re.compile(rf"(?<![/;\w-]){_GUID}(?![\w-])")
_KEY = re.compile(r"(?P<key>[\w-]+)[\"'\\=:\s(\[]*\Z")
_LONGEST_KEY = 60
_OF_REQUEST = re.compile(
    r"[\w-]*(?:(?:activity|request|correlation|operation|trace|tracking|session|deployment|"
    r"subscription|tenant)[_-]?id|arid|crid|subscriptions?|tenant)",
    re.IGNORECASE,
)
_RESOURCE = re.compile(rf"/subscriptions/{_GUID}(?:/[\w.()-]+)+", re.IGNORECASE)
_ACTION = re.compile(r"\bMicrosoft\.\w+(?:/\w+)+/(?:action|read|write|delete)\b", re.IGNORECASE)
_URI = re.compile(
    r"(?:https?|abfss?|wasbs?|adl)://[^\s'\"<>`\\(){}\[\],;|]+|"
    r"(?<![\w./@-])[a-z0-9-]+\.(?:blob|dfs)\.core\.[a-z.]+/[^\s'\"<>`\\(){}\[\],;|]+",
    re.IGNORECASE,
)
_SQL = re.compile(
    r"(?<![\w.-])(?P<server>[a-z0-9][a-z0-9-]*\.database\."
    r"(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn))\b(?:/(?P<catalog>\w[\w.-]*))?",
    re.IGNORECASE,
)
_CATALOG = re.compile(r"\b(?:Initial Catalog|Database)\s*=\s*(?P<name>[\w.-]+)", re.IGNORECASE)
_COSMOS = re.compile(
    r"(?<![\w.-])[a-z0-9][a-z0-9-]*\.documents\.azure\.(?:com|us|cn)\b", re.IGNORECASE
)
# Of data connections, as properties and as messages name them: always in quotes.
_QUOTED = r"[\"'\\]{0,4}\s{0,3}[:=]?\s{0,3}[\"'\\]{1,4}(?P<name>[\w$.-]{1,256})[\"'\\]"
_GROUP = re.compile(rf"\bconsumer[ _]?group(?:[ _]?name)?{_QUOTED}", re.IGNORECASE)
_TABLE = re.compile(rf"\btable(?:[ _]?name)?{_QUOTED}", re.IGNORECASE)
_MAPPING = re.compile(rf"\bmapping(?:[ _]?rule)?(?:[ _]?name)?{_QUOTED}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]+")
_USAGES = {usage.value: usage for usage in Usage if usage is not Usage.ALL}
_HUB = "/providers/microsoft.eventhub/namespaces/"
_OWN_IDENTITY = "/providers/microsoft.managedidentity/userassignedidentities/"

Value = TypeVar("Value")
Place = AzureStorage | Gen1 | OneLake | AiModel | SqlServer | CosmosDb
"""A target of a connection string that an identity can reach."""


@dataclass(frozen=True)
class Names:
    """What a text names.

    `identities` are those that stand where only an identity can, as an object ID or ``system``;
    `guids` are other object or client IDs, `principals` fully qualified names, `places` targets
    without how to sign in, `resources` resource IDs, `actions` those of Azure roles, and `clusters`
    those that it is about.
    """

    identities: tuple[str, ...] = ()
    guids: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    usages: tuple[Usage, ...] = ()
    callout_types: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    resources: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    clusters: tuple[ClusterHost, ...] = ()
    consumer_groups: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()

    @property
    def identity_resources(self) -> tuple[str, ...]:
        """The resource IDs that are those of user-assigned identities."""
        return tuple(one for one in self.resources if _OWN_IDENTITY in one.lower())

    @property
    def event_hubs(self) -> tuple[str, ...]:
        """The resource IDs that are those of event hubs."""
        own = (one for one in self.resources if _HUB in one.lower())
        return tuple(one for one in own if "/eventhubs/" in one.lower())

    def __bool__(self) -> bool:
        named = (self.identities, self.principals, self.usages, self.places, self.event_hubs)
        return any((*named, self.clusters))


def names_in(text: str) -> Names:
    """Find what a text names, each once in its order; it may hold anything."""
    principals = _some(one.group() for one in _PRINCIPAL.finditer(text))
    words = [one.group() for one in _WORD.finditer(text)]
    return Names(
        identities=_some(_identities(text)),
        guids=_some(_guids(text)),
        principals=principals,
        usages=_some(_USAGES[word] for word in words if word in _USAGES),
        callout_types=_some(word for word in words if word in TYPES and "_" in word),
        places=_some(_places(text)),
        resources=_some(one.group() for one in _RESOURCE.finditer(text)),
        actions=_some(one.group() for one in _ACTION.finditer(text)),
        clusters=_some(clusters_in(text)),
        consumer_groups=_some(one["name"] for one in _GROUP.finditer(text)),
        tables=_some(one["name"] for one in _TABLE.finditer(text)),
        mappings=_some(one["name"] for one in _MAPPING.finditer(text)),
    )


def _some(found: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]


def _identities(text: str) -> Iterator[str]:
    yield from (one["word"].lower() for one in _IDENTITY.finditer(text))
    if _QUOTED_SYSTEM.search(text):
        yield SYSTEM


def _guids(text: str) -> Iterator[str]:
    for one in _ANY_GUID.finditer(text):
        key = _KEY.search(text[max(one.start() - _LONGEST_KEY, 0) : one.start()])
        if key is None or not _OF_REQUEST.fullmatch(key["key"]):
            yield one.group().lower()
    for principal in _PRINCIPAL.finditer(text):
        identifier = principal.group().partition("=")[2].partition(";")[0]
        if is_guid(identifier):
            yield identifier.lower()


def _places(text: str) -> Iterator[Place]:
    for one in _URI.finditer(text):
        place = _place(one.group().rstrip(".:"))
        if place is not None:
            yield place
    catalogs = [one["name"] for one in _CATALOG.finditer(text)]
    for one in _SQL.finditer(text):
        catalog = (one["catalog"] or "").rstrip(".") or next(iter(catalogs), "DATABASE")
        yield SqlServer(one["server"].lower(), catalog)
    for one in _COSMOS.finditer(text):
        yield CosmosDb(one.group().lower(), "DATABASE", "CONTAINER")


def _place(uri: str) -> Place | None:
    """Return what an address leads to, if it is a target that can take an identity."""
    location, _, query = uri.partition("?")
    whole = uri if query.lower().startswith("api-version=") else location
    text = whole if "://" in whole else f"https://{whole}"
    if masked(text) != text or holds_secret(text):
        return None
    try:
        target = parse(text).target
    except AdxmiError:  # an address of anything, or of nothing
        return None
    return target if isinstance(target, AzureStorage | Gen1 | OneLake | AiModel) else None
