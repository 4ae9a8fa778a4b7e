"""Which plugins of the query language the cluster has, and which of them are switched on.

Python is a language extension, which is a setting of the cluster in Resource Manager; the others
are switched by command only (pages: Manage language extensions, `.enable plugin`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.world import World

PYTHON = "python"
_SETTING = "languageExtensions"
_NAME = "languageExtensionName"
_EXTENSION = {_NAME: "PYTHON", "languageExtensionImageName": "Python3_11_7"}


def plugin_states(world: World) -> dict[str, bool]:
    """Return {plugin: whether it is enabled}, sorted by name."""
    return dict(sorted({**world.service.plugins, PYTHON: _has_python(world.cluster)}.items()))


def switch_plugin(world: World, name: str, *, on: bool) -> None:
    """Enable or disable a plugin; KeyError when there is none of that name."""
    if name == PYTHON:
        switch_python(world.cluster, on=on)
    elif name in world.service.plugins:
        world.service.plugins[name] = on
    else:
        raise KeyError(name)


def switch_python(cluster: Cluster, *, on: bool) -> None:
    """Put the language extension into the settings of a cluster, or take it out."""
    others = [each for each in _extensions(cluster) if each.get(_NAME) != _EXTENSION[_NAME]]
    cluster.settings[_SETTING] = {"value": [*others, *([dict(_EXTENSION)] if on else [])]}


def _has_python(cluster: Cluster) -> bool:
    return any(each.get(_NAME) == _EXTENSION[_NAME] for each in _extensions(cluster))


def _extensions(cluster: Cluster) -> list[dict[str, Any]]:
    return (cluster.settings[_SETTING] or {}).get("value") or []
