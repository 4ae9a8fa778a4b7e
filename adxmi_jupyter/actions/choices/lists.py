"""Lists for the fields of one form: each is asked for once, when it is first wanted.

Many things are lists inside of others: a storage account, its containers, their folders. Asking for
one asks for no other, and nothing is asked twice until `forget`; what failed is asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import unquote

from adxmi_jupyter.actions.choices import azure_lists
from adxmi_jupyter.actions.choices.values import Choice, Choices
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    SQL_SERVER,
    STORAGE_ACCOUNT,
)
from adxmi_jupyter.model.declaration.listed import Source
from adxmi_jupyter.model.declaration.locations import identity_location
from adxmi_jupyter.model.declaration.targets import connection_string
from adxmi_jupyter.model.kusto_shapes import BLOBS, MAPPINGS
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.actions.choices.azure_lists import Found
    from adxmi_jupyter.actions.choices.values import Question
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

Value = TypeVar("Value")

_MODEL_VERSION = "2024-06-01"
_MOST_BLOBS = 1000
"""How many `.list blobs` returns (page: .list blobs command)."""


class Lists:
    """The lists of a form, remembered; safe to ask in several threads.

    Parameters
    ----------
    connection
        The cluster.
    find
        Finds the identity that a user means; raises an AdxmiError if there is none.

    """

    def __init__(self, connection: Connection, find: Callable[[str], ManagedIdentity]) -> None:
        self._connection = connection
        self._find = find
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[threading.Lock, list[Any]]] = {}
        self._whole: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Ask anew from now on."""
        with self._lock:
            self._kept, self._whole = {}, {}

    def known(self, question: Question) -> Choices | None:
        """Return an answer that was given before, without a request."""
        with self._lock:
            _, kept = self._kept.get(question, (None, []))
        return replace(kept[0], required=_required(question)) if kept else None

    def of(self, question: Question) -> Choices:
        """Return what can be chosen; what fails is in the answer, and nothing is raised."""
        required = _required(question)
        try:
            answer = self._once(question, lambda: _ANSWERS[question.source](self, question))
        except AdxmiError as failure:
            return Choices(required=required, failure=failure)
        return replace(answer, required=required)

    def _once(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        with self._lock:
            lock, kept = self._kept.setdefault(key, (threading.Lock(), []))
        with lock:
            if not kept:
                kept.append(ask())
        return cast("Value", kept[0])

    def _resources(self, resource_type: str) -> tuple[Found, ...]:
        return self._once(
            resource_type, lambda: azure_lists.resources(self._connection, resource_type)
        )

    def _resource(self, resource_type: str, name: str) -> Found | None:
        wanted = name.lower()
        every = self._resources(resource_type)
        return next((one for one in every if one.name.lower() == wanted), None)

    def _names_in(
        self,
        resource_type: str,
        name: str,
        names: Callable[[Connection, str], Iterable[str]],
    ) -> tuple[str, ...]:
        """Return the names of what is inside of a resource; none where it is not visible."""
        found = self._resource(resource_type, name)
        return tuple(names(self._connection, found.resource_id)) if found else ()

    def accounts(self, question: Question) -> Choices:
        """Return storage accounts; inside of one its containers, inside of these files."""
        if not question.inside:
            found = self._resources(STORAGE_ACCOUNT)
            every = (Choice(one.endpoint, one.name, goes_on=True) for one in found if one.endpoint)
            return Choices(tuple(every))
        if _container_of(question.inside):
            return self._files(question)
        account = _first_label(question.inside.partition("://")[2])
        names = self._names_in(STORAGE_ACCOUNT, account, azure_lists.containers)
        start = f"{question.inside.rstrip('/')}/"
        every = (Choice(f"{start}{name}", name, goes_on=True) for name in names)
        return Choices(tuple(every))

    def _files(self, question: Question) -> Choices:
        (word,) = question.given
        if not word:
            return Choices(missing=("identity",))
        names = self._blob_names(question, self._find(word))
        most = _MOST_BLOBS if len(names) >= _MOST_BLOBS else 0
        return Choices(_in_folder(question.inside, names), most=most)

    def _blob_names(self, question: Question, identity: ManagedIdentity) -> tuple[str, ...]:
        """Return the files in a folder; without a request if all above it are known."""
        place = f"{question.inside.rstrip('/')}/"
        whole = self._whole.get((question.database, identity.word, _container_of(place)))
        if whole is not None:
            return tuple(name for name in whole if unquote(name).startswith(place))
        names = self._once(
            (Source.LOCATIONS, question.database, identity.word, place),
            lambda: _listed_blobs(self._connection, question.database, place.rstrip("/"), identity),
        )
        if len(names) < _MOST_BLOBS and place == _container_of(place):
            self._whole[question.database, identity.word, place] = names
        return names

    def file_names(self, question: Question) -> tuple[str, ...]:
        """Return the files in a folder and below; none unless they are known without asking."""
        try:
            identity = self._find(question.given[0])
        except AdxmiError:
            return ()
        place = f"{question.inside.rstrip('/')}/"
        whole = self._whole.get((question.database, identity.word, _container_of(place)), ())
        listed = self._kept.get((Source.LOCATIONS, question.database, identity.word, place))
        names = (*whole, *(listed[1][0] if listed and listed[1] else ()))
        return tuple(name for name in map(unquote, names) if name.startswith(place))

    def event_hubs(self, question: Question) -> Choices:
        """Return namespaces; inside of one its event hubs."""
        if not question.inside:
            every = (
                Choice(f"{one.resource_id}/eventhubs/", f"{one.name}/", goes_on=True)
                for one in self._resources(EVENT_HUBS_NAMESPACE)
            )
            return Choices(tuple(every))
        namespace = question.inside.removesuffix("/eventhubs/")
        short = namespace.rsplit("/", 1)[-1]
        hubs = azure_lists.event_hubs(self._connection, namespace)
        every = (Choice(f"{question.inside}{name}", f"{short}/{name}") for name in hubs)
        return Choices(tuple(every))

    def consumer_groups(self, question: Question) -> Choices:
        """Return the consumer groups of the event hub."""
        (hub,) = question.given
        if not hub:
            return Choices(missing=("event_hub",))
        return _plain(azure_lists.consumer_groups(self._connection, hub))

    def resource_ids(self, question: Question) -> Choices:
        """Return the resource IDs of accounts."""
        kinds = {
            Source.STORAGE_ACCOUNTS: STORAGE_ACCOUNT,
            Source.COSMOS_ACCOUNT_IDS: COSMOS_ACCOUNT,
        }
        found = self._resources(kinds[question.source])
        return Choices(tuple(Choice(one.resource_id, one.name) for one in found))

    def cosmos_accounts(self, _question: Question) -> Choices:
        """Return the names of Cosmos DB accounts."""
        return _plain(one.name for one in self._resources(COSMOS_ACCOUNT))

    def sql_servers(self, _question: Question) -> Choices:
        """Return the host names of SQL servers."""
        found = self._resources(SQL_SERVER)
        return Choices(tuple(Choice(one.endpoint, one.name) for one in found))

    def catalogs(self, question: Question) -> Choices:
        """Return the databases of a SQL server, or of a Cosmos DB account."""
        *servers, account = question.given
        server = next(filter(None, servers), "")
        if server:
            names = self._names_in(SQL_SERVER, _first_label(server), azure_lists.sql_databases)
        elif account:
            names = self._names_in(
                COSMOS_ACCOUNT, _account_name(account), azure_lists.cosmos_databases
            )
        else:
            return Choices(missing=("server", "account"))
        return _plain(names)

    def cosmos_containers(self, question: Question) -> Choices:
        """Return the containers of a Cosmos DB database."""
        account, catalog = question.given
        if not account or not catalog:
            return Choices(missing=("catalog",) if account else ("account",))
        names = self._names_in(
            COSMOS_ACCOUNT,
            _account_name(account),
            lambda connection, found: azure_lists.cosmos_containers(connection, found, catalog),
        )
        return _plain(names)

    def models(self, question: Question) -> Choices:
        """Return accounts with models; inside of one the addresses of what is deployed."""
        if not question.inside:
            found = self._resources(COGNITIVE_ACCOUNT)
            every = (Choice(one.endpoint, one.name, goes_on=True) for one in found if one.endpoint)
            return Choices(tuple(every))
        account = _first_label(question.inside.partition("://")[2])
        resource = self._resource(COGNITIVE_ACCOUNT, account)
        deployed = (
            azure_lists.deployments(self._connection, resource.resource_id) if resource else ()
        )
        start = f"{question.inside.rstrip('/')}/openai/deployments/"
        version = f"?api-version={_MODEL_VERSION}"
        every = (
            Choice(f"{start}{one.name}/{operation}{version}", f"{one.name}: {operation}")
            for one in deployed
            for operation in one.operations
        )
        return Choices(tuple(every))

    def mappings(self, question: Question) -> Choices:
        """Return the ingestion mappings of a table."""
        (table,) = question.given
        if not table:
            return Choices(missing=("table",))
        command = f".show table {kql.quote_name(table)} ingestion mappings"
        answer = self._connection.kusto.command(command, database=question.database)
        rows = answer.rows(MAPPINGS)
        return _plain(text_cell(row, "Name") for row in rows)


def _listed_blobs(
    connection: Connection, database: str, uri: str, identity: ManagedIdentity
) -> tuple[str, ...]:
    """Return the addresses of the files below one; raises as `Kusto.command` does."""
    string = connection_string(identity_location(uri), identity)
    command = f".list blobs ({kql.string_literal(string)}) MaxFiles={_MOST_BLOBS}"
    rows = connection.ingestion.command(command, database=database).rows(BLOBS)
    return tuple(text_cell(row, "BlobUri") for row in rows)


def _in_folder(uri: str, names: Iterable[str]) -> tuple[Choice, ...]:
    """Return what is directly in a folder or container: folders, then files."""
    start = f"{uri.rstrip('/')}/"
    below = [name[len(start) :] for name in map(unquote, names) if name.startswith(start)]
    folders = dict.fromkeys(one.partition("/")[0] for one in below if "/" in one)
    files = dict.fromkeys(one for one in below if "/" not in one)
    return (
        *(Choice(f"{start}{one}/", f"{one}/", goes_on=True) for one in folders),
        *(Choice(f"{start}{one}", one) for one in files),
    )


def _container_of(uri: str) -> str:
    """Return the address of the container in an address, with a slash; empty for an account's.

    >>> _container_of("https://contosolake.blob.core.windows.net/archive/2024")
    'https://contosolake.blob.core.windows.net/archive/'
    """
    scheme, _, rest = uri.partition("://")
    host, _, path = rest.partition("/")
    container = path.partition("/")[0]
    return f"{scheme}://{host}/{container}/" if container else ""


def _plain(names: Iterable[str]) -> Choices:
    return Choices(tuple(Choice(name, name) for name in dict.fromkeys(names)))


def _first_label(host: str) -> str:
    return host.partition(",")[0].partition(".")[0]


def _account_name(text: str) -> str:
    """Return the name of an account by its name, its host, its address or its resource ID."""
    return _first_label(text.partition("://")[2] or text.rsplit("/", 1)[-1])


_IN_STORAGE = (
    "NativeIngestion and Storage Blob Data Reader for the identity, Database Ingestor for you"
)
_ACCOUNT = "Reader on the account"
_REQUIRED = {
    Source.CONSUMER_GROUPS: "Reader on the Event Hubs namespace",
    Source.CATALOGS: "Reader on the server or account",
    Source.COSMOS_CONTAINERS: _ACCOUNT,
    Source.MAPPINGS: "Database Viewer",
}
_REQUIRED_INSIDE = {
    Source.LOCATIONS: "Reader on the storage account",
    Source.EVENT_HUBS: "Reader on the Event Hubs namespace",
    Source.MODELS: _ACCOUNT,
}


def _required(question: Question) -> str:
    """Return the permission that shows all there is."""
    if question.source is Source.LOCATIONS and _container_of(question.inside):
        return _IN_STORAGE
    if question.inside:
        return _REQUIRED_INSIDE[question.source]
    return _REQUIRED.get(question.source, f"Reader on the {question.source.value}, in Azure")


_ANSWERS: dict[Source, Callable[[Lists, Question], Choices]] = {
    Source.LOCATIONS: Lists.accounts,
    Source.STORAGE_ACCOUNTS: Lists.resource_ids,
    Source.EVENT_HUBS: Lists.event_hubs,
    Source.CONSUMER_GROUPS: Lists.consumer_groups,
    Source.COSMOS_ACCOUNT_IDS: Lists.resource_ids,
    Source.COSMOS_ACCOUNTS: Lists.cosmos_accounts,
    Source.SQL_SERVERS: Lists.sql_servers,
    Source.CATALOGS: Lists.catalogs,
    Source.COSMOS_CONTAINERS: Lists.cosmos_containers,
    Source.MODELS: Lists.models,
    Source.MAPPINGS: Lists.mappings,
}
