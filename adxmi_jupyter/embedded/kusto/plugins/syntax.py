"""The commands about plugins and their cached artifacts as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees


class PluginCommand(FamilyCommand):
    """Any command about plugins."""

    runner: ClassVar[tuple[str, str]] = ("plugins.commands", "run_plugin_command")
    level: ClassVar[Level] = Level.CLUSTER


@dataclass(frozen=True)
class ShowPlugins(PluginCommand):
    """`.show plugins`."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class SwitchPlugin(PluginCommand):
    """`.enable plugin` or `.disable plugin NAME`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    is_enabled: bool

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"Plugin{'Enable' if self.is_enabled else 'Disable'}"


@dataclass(frozen=True)
class ClearArtifacts(PluginCommand):
    """`.clear cluster cache external-artifacts (…)`."""

    kind: ClassVar[str] = "ClusterExternalArtifactsCacheClear"
    is_journaled: ClassVar[bool] = False

    uris: tuple[str, ...]


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_plugins(self) -> ShowPlugins:
        return ShowPlugins()

    def enable_plugin(self, name: str) -> SwitchPlugin:
        return SwitchPlugin(name, is_enabled=True)

    def disable_plugin(self, name: str) -> SwitchPlugin:
        return SwitchPlugin(name, is_enabled=False)

    def clear_artifacts(self, uris: tuple[str, ...]) -> ClearArtifacts:
        return ClearArtifacts(uris)
