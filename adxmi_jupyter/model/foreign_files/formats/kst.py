"""KustoSchemaTools: ``clusters.yml``, and a folder for each database with ``database.yml``.

Its tool replaces the members of the roles that a file names, and only adds to the managed identity
policy of a database. A name with nothing behind it is not managed.

Source: github/KustoSchemaTools.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.body import yaml_document
from adxmi_jupyter.model.foreign_files.exporting import Abilities, outgoing
from adxmi_jupyter.model.foreign_files.gathering import Gathering, entries_of
from adxmi_jupyter.model.foreign_files.identities import Identities
from adxmi_jupyter.model.foreign_files.kql_script import read_script
from adxmi_jupyter.model.foreign_files.parts import parsed
from adxmi_jupyter.model.foreign_files.values import (
    Kind,
    Reason,
    TextFile,
    Where,
    Writing,
    excerpt,
    mistake,
)
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, is_guid
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.writing import Noted, Written
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.exporting import Outgoing
    from adxmi_jupyter.model.foreign_files.parts import Part
    from adxmi_jupyter.model.foreign_files.values import Finding, Hub, Reading, ReadOptions

CLUSTERS, DATABASE = "clusters.yml", "database.yml"
_CAN = Abilities(
    policy=frozenset((Mode.ADDITIVE,)),
    cluster_policy=False,
    roles=frozenset((Mode.AUTHORITATIVE,)),
    callouts=False,
    clusters=True,
)
_ROLES = {
    role: "unrestrictedViewers" if role is Role.UNRESTRICTED_VIEWERS else str(role) for role in Role
}
_BY_KEY = {key: role for role, key in _ROLES.items()}
_WORKFLOWS = frozenset(("externalTables", "continuousExports"))
_SAFE = " '()[]&,;=+@!"


class Kst:
    """Files of KustoSchemaTools."""

    title = "KustoSchemaTools"
    patterns = (CLUSTERS, f"*/{DATABASE}")

    def guess(self, file: TextFile) -> bool:
        """Tell whether the file is called as the tool requires."""
        return PurePosixPath(_posix(file.name)).name.lower() in {CLUSTERS, DATABASE}

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what the files say, clusters first."""
        into = Gathering()
        for file in files:
            read = partial(yaml_document, is_strict=False)
            whole = parsed(read, file.text, file.name, "YAML")
            if not isinstance(whole.value, dict):
                raise mistake(whole.where, "it is no file of KustoSchemaTools", "it holds no names")
            whole.check_secrets()
            if "connections" in whole.value:
                _read_clusters(whole, into)
            else:
                _read_database(whole, into)
        return into.reading(options.cluster_uri, where=Where(files[0].name, 1, 1))

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return the file of the clusters, and one for each database."""
        found = outgoing(hub, Identities.in_hub(hub, known), _CAN)
        named = hub.content.clusters if hub.is_shared else {}
        clusters = named or {hub.cluster: hub.content.clusters[hub.cluster]}
        connections = [{"name": name, "url": one.uri} for name, one in clusters.items()]
        head = tuple(map(str, (*read, *found.findings)))
        files = [TextFile(CLUSTERS, _yaml({"connections": connections}, head))]
        for name in found.databases:
            path = f"{_folder(name)}/{DATABASE}"
            files.append(TextFile(path, _yaml(_database(found, name))))
        return Writing(tuple(files), found.findings)


def _yaml(sections: dict[str, Any], head: tuple[str, ...] = ()) -> str:
    return Written(head, sections, escapes=False).text


def _folder(database: str) -> str:
    """Return the name of a folder that is no path, whatever the database is called."""
    quoted = quote(database, safe=_SAFE)
    return quoted if quoted.strip(". ") else quoted.replace(".", "%2E").replace(" ", "%20")


def _database(found: Outgoing, name: str) -> dict[str, Any]:
    sections: dict[str, Any] = {"name": name}
    for role in found.roles:
        if role.database == name:
            sections[_ROLES[Role(role.role)]] = [
                Noted(
                    {
                        "name": one.label or one.reference.identifier,
                        "id": str(one.reference),
                    },
                    one.why,
                )
                for one in role.members
            ]
    for part in found.policies:
        if part.database == name:
            entries = [
                Noted(
                    {"objectId": e.identity.word, "allowedUsages": list(e.allowed_usages)},
                    part.notes.get(e.identity.word, ""),
                )
                for e in part.policy
            ]
            sections["policies"] = {"managedIdentity": entries}
    return sections


def _read_clusters(whole: Part, into: Gathering) -> None:
    for name, one in whole.items():
        if name == "connections":
            for connection in one.each():
                uri = connection.get("url").text()
                into.cluster(connection.get("name").text() or uri, uri)
                into.unused("connections", connection)
        elif name == "scripts":
            _read_scripts(one, into, "")
        else:
            _leave(one, into, name, Reason.OTHER)


def _read_scripts(scripts: Part, into: Gathering, database: str) -> None:
    for script in sorted(scripts.each(), key=_order):
        text = script.get("text")
        into.unused("/".join(filter(None, (database, "scripts"))), script)
        where = text.where
        read_script(text.text(), lambda _, where=where: where, into, database=database)  # type: ignore[misc]


def _order(script: Part) -> int:
    """Return which place the tool runs a script in."""
    value = script.get("order").value
    return value if isinstance(value, int) else 0


def _read_database(whole: Part, into: Gathering) -> None:
    name = whole.get("name").text() or _folder_of(whole.source)
    if not name:
        into.find(Kind.UNRESOLVED, Reason.DATABASE, whole.source, where=whole.where)
        return
    database = into.database(name, whole.where)
    for key, one in whole.items():
        if key in _BY_KEY:
            if one.value is not None:
                _read_role(one, into, database, _BY_KEY[key])
        elif key == "policies":
            _read_policies(one, into, database)
        elif key == "scripts":
            _read_scripts(one, into, database)
        elif key in _WORKFLOWS:
            _read_workflows(one, into, database)
        elif key != "name":
            _leave(one, into, f"{database}/{key}", Reason.OTHER)


def _folder_of(source: str) -> str:
    path = PurePosixPath(_posix(source))
    return unquote(path.parent.name) if path.name.lower() == DATABASE else ""


def _posix(name: str) -> str:
    return name.replace("\\", "/")


def _read_role(members: Part, into: Gathering, database: str, role: Role) -> None:
    into.role(database, role, members.where, replaces=True)
    for one in members.each():
        reference, name = one.get("id").text(), one.get("name").text()
        into.unused(f"{database}/{_ROLES[role]}", one)
        try:
            into.member(database, role, reference, one.where)
        except InvalidInput as error:
            raise mistake(one.where, error.what, error.why, error.fix) from error
        if name:
            into.label(reference, name)


def _read_policies(policies: Part, into: Gathering, database: str) -> None:
    for key, one in policies.items():
        if key != "managedIdentity":
            _leave(one, into, f"{database}/policies/{key}", Reason.OTHER)
        elif one.value is not None:
            entries = [found for entry in one.each() for found in _entry(entry, into)]
            for entry in one.each():
                into.unused(f"{database}/policies/managedIdentity", entry)
            into.merge_policy(database, entries_of(entries), one.where)


def _entry(entry: Part, into: Gathering) -> Iterator[tuple[ManagedIdentity, list[str]]]:
    object_id = entry.get("objectId").text()
    usages = [one.text() for one in entry.get("allowedUsages").each()]
    if object_id.lower() == SYSTEM:
        yield ManagedIdentity(SYSTEM, is_system=True), usages
    elif is_guid(object_id):
        yield ManagedIdentity(object_id), usages
    else:
        into.unresolved("managedIdentity/objectId", excerpt(object_id), entry.where)


def _read_workflows(workflows: Part, into: Gathering, database: str) -> None:
    kind = str(workflows.path[-1])
    for name, one in workflows.items():
        identity = one.get("managedIdentity")
        item = identity.value if isinstance(identity.value, str) else ""
        into.not_converted(Reason.WORKFLOW, f"{database}/{kind}/{name}", excerpt(item), one.where)


def _leave(part: Part, into: Gathering, what: str, reason: Reason) -> None:
    if part.value is not None:
        into.not_converted(reason, what, "", part.where)


FORMAT = Kst()
