"""The policy file itself: adxmi.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.model.foreign_files.values import (
    Hub,
    Reading,
    TextFile,
    Where,
    Writing,
    mistake,
)
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.schema import NAME
from adxmi_jupyter.model.policy_file.sections import VERSION
from adxmi_jupyter.model.policy_file.variables import Variables
from adxmi_jupyter.model.policy_file.writing import Noted, Written

if TYPE_CHECKING:
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.foreign_files.values import Finding, ReadOptions
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.reading import PolicyFile

_NAME = "adxmi.yaml"
_BEGINNING = 10_000
_SHORT = {frozenset({"usages"}): "usages", frozenset({"principal"}): "principal"}


class Adxmi:
    """Policy files, for one of their clusters."""

    title = "policy file"
    patterns = ("adxmi.yaml",)

    def guess(self, file: TextFile) -> bool:
        """Tell whether the version of the format stands at the beginning."""
        return VERSION in file.text[:_BEGINNING] and "apiVersion" in file.text[:_BEGINNING]

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what the file says for a cluster; raises InvalidPolicyFile, too."""
        file, *more = files
        if more:
            why = "it holds all there is to say"
            raise mistake(Where(more[0].name), "there is a second policy file", why, "convert one")
        read = read_policy_file(file.text, file.name, options.variables or Variables())
        found = read.contents[_cluster(read, options.cluster)]

        def where(path: Path) -> Where:
            place = found.document.place(path)
            return Where(file.name, place.line, place.column)

        aliases = found.content.identities.values()
        kinds = [k for a in aliases for k in (a.name, a.resource_id, a.object_id, a.client_id)]
        is_shared = not found.content.only and all(set(kind) <= {""} for kind in kinds)
        locked = options.locked(found.content.clusters[found.cluster].uri)
        hub = Hub(found.content, found.cluster, where, is_shared=is_shared, locked=locked)
        return Reading(hub)

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return one file, which holds all that a hub does."""
        del known
        return Writing((TextFile(_NAME, policy_file_text(hub, read)),))


def policy_file_text(hub: Hub, findings: Sequence[Finding]) -> str:
    """Return a hub as a policy file, with what was not taken over in its head."""
    sections = hub.content.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True
    )
    for name in ("assigned", "policy", "roles", "callouts"):
        section = getattr(hub.content, name)
        if section is not None:  # the mode is named, also where it is the default
            sections[name] = {"mode": section.mode.value, **sections.get(name, {})}
    identities = {name: _alias(one) for name, one in sections.pop("identities", {}).items()}
    order = {"apiVersion": VERSION, "clusters": sections.pop("clusters"), "identities": identities}
    sections.pop("apiVersion", None)
    kept = {k: _shortened(v, hub.labels) for k, v in {**order, **sections}.items() if v}
    head = (f"yaml-language-server: $schema={NAME}", *map(str, findings))
    return Written(head, kept).text


def _alias(kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: one[""] if set(one) == {""} else one for kind, one in kinds.items()}


def _shortened(value: Any, labels: Mapping[str, str]) -> Any:
    """Return a value in which entries and members have their short forms."""
    if isinstance(value, list):
        return [_shortened(one, labels) for one in value]
    if not isinstance(value, Mapping):
        return value
    short = _SHORT.get(frozenset(value))
    if short == "principal":
        label = labels.get(str(value[short]).casefold(), "")
        return Noted(value[short], label) if label else value[short]
    return value[short] if short else {k: _shortened(v, labels) for k, v in value.items()}


def _cluster(read: PolicyFile, name: str) -> str:
    if not name and len(read.contents) == 1:
        return next(iter(read.contents))
    if name in read.contents:
        return name
    known = ", ".join(read.contents)
    raise InvalidValue(
        f"there is no cluster {name!r} in {read.source}" if name else "the cluster isn't known",
        why=f"the clusters of the file are {known}",
        fix=ChangeOption("--for-cluster", next(iter(read.contents))),
    )


FORMAT = Adxmi()
