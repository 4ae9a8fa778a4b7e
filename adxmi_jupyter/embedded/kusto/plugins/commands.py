"""Runs the commands about plugins (pages: `.enable plugin`, Clear external artifacts cache)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.plugins.syntax import ClearArtifacts, SwitchPlugin
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.plugins import plugin_states, switch_plugin

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.plugins.syntax import PluginCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_plugin_command(command: PluginCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case SwitchPlugin():
            return _switch(command, session)
        case ClearArtifacts():
            return _clear(command, session)
        case _:
            session.require(Permission.DATABASE_SHOW, "PluginsShowCommand", session.database(None))
            return _plugins(session)


def _switch(command: SwitchPlugin, session: Session) -> Result:
    session.require(Permission.CLUSTER_ADMIN, f"{command.kind}Command")
    known = plugin_states(session.world)
    if command.name not in known:
        raise bad_request(f"There is no plugin '{command.name}'. Known: {', '.join(known)}.")
    switch_plugin(session.world, command.name, on=command.is_enabled)
    return _plugins(session, command.name)


def _plugins(session: Session, *names: str) -> Result:
    states = plugin_states(session.world)
    return result(
        "PluginName:string, IsEnabled:bool", [[name, states[name]] for name in names or states]
    )


def _clear(command: ClearArtifacts, session: Session) -> Result:
    """Return a row per address: whatever was cached of it is gone."""
    session.require(Permission.DATABASE_ADMIN, f"{command.kind}Command", session.database(None))
    return result(
        "ExternalArtifactUri:string, State:string", [[uri, "Cleared"] for uri in command.uris]
    )
