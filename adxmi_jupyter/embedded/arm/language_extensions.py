"""Language extensions of a cluster: Python and R (page: Manage language extensions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.ids import cluster_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

_SETTING = "languageExtensions"
_NAME = "languageExtensionName"
_IMAGE = "languageExtensionImageName"
_IMAGES = {"PYTHON": "Python3_11_7", "R": "R"}
_IMAGES_SINCE = "2023-05-02"


def list_extensions(call: ArmRequest) -> Answer:
    """Return the language extensions of a cluster; images are shown since they can be chosen."""
    shown = [
        each if call.api_version >= _IMAGES_SINCE else {_NAME: each[_NAME]}
        for each in _extensions(find_cluster(call))
    ]
    return json_answer({"value": shown})


def add_extensions(call: ArmRequest) -> Answer:
    """Add language extensions, or other images of them: 202 and an operation."""
    asked = _asked(call)
    names = {each[_NAME] for each in asked}
    return _change(call, lambda old: [*(e for e in old if e[_NAME] not in names), *asked])


def remove_extensions(call: ArmRequest) -> Answer:
    """Remove language extensions: 202 and an operation."""
    names = {each[_NAME] for each in _asked(call)}
    return _change(call, lambda old: [each for each in old if each[_NAME] not in names])


def _change(
    call: ArmRequest, changed: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> Answer:
    cluster = find_cluster(call)
    operations.cluster_busy(call, cluster)
    operations.require_no_maintenance(call, cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            extensions = {"value": changed(_extensions(cluster))}
            cluster.settings = {**cluster.settings, _SETTING: extensions}
        cluster.version += 1

    change = Change("ServiceConfigurationAlter", cluster, cluster_id(cluster), finish)
    return operations.accepted(call, operations.start(call, change))


def _asked(call: ArmRequest) -> list[dict[str, Any]]:
    """Return the extensions of the body with their images; an ArmError (400) for unknown ones."""
    found = []
    for each in call.object().get("value") or []:
        given = member(each)
        name = str(given.get(_NAME)).upper()
        if name not in _IMAGES:
            raise bad_request(f"[BadRequest] '{given.get(_NAME)}' is no language extension.")
        found.append({_NAME: name, _IMAGE: given.get(_IMAGE) or _IMAGES[name]})
    return found


def _extensions(cluster: Cluster) -> list[dict[str, Any]]:
    return list((cluster.settings[_SETTING] or {}).get("value") or [])
