"""Which plugin answers to which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request, semantic_error
from adxmi_jupyter.embedded.kusto.query.evaluate.models import ai_plugin
from adxmi_jupyter.embedded.kusto.query.evaluate.python import run_python
from adxmi_jupyter.embedded.kusto.query.evaluate.sql import (
    cosmosdb_sql_request,
    password_request,
    require_password,
    sql_request,
)
from adxmi_jupyter.embedded.kusto.query.evaluate.storage_schema import infer_storage_schema
from adxmi_jupyter.embedded.state.plugins import plugin_states

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall
    from adxmi_jupyter.embedded.kusto.results import Result

PLUGINS: Mapping[str, Callable[[PluginCall], Result]] = {
    "ai_chat_completion": ai_plugin,
    "ai_chat_completion_prompt": ai_plugin,
    "ai_embeddings": ai_plugin,
    "cosmosdb_sql_request": cosmosdb_sql_request,
    "infer_storage_schema": infer_storage_schema,
    "mysql_request": password_request,
    "postgresql_request": password_request,
    "python": run_python,
    "sql_request": sql_request,
}
_HINTS = {"distribution": ("single", "per_node", "per_shard"), "remote": ("auto", "local")}
_WITHOUT_IDENTITY = ("mysql_request", "postgresql_request")
_WITH_OUTPUT = ("cosmosdb_sql_request", "sql_request", *_WITHOUT_IDENTITY)


def run_plugin(call: PluginCall) -> Result:
    """Return what a plugin makes of its call; a KustoError for an unknown plugin or hint.

    Whether it is enabled is asked before its arguments are looked at, but for identities where no
    identity can do: to enable the plugin would be of no use.
    """
    plugin = PLUGINS.get(call.name)
    if plugin is None:
        raise semantic_error(
            f"not supported by the embedded Azure: the plugin '{call.name}'. "
            f"It has {', '.join(PLUGINS)}."
        )
    if call.name in _WITHOUT_IDENTITY:
        require_password(call)
    if not plugin_states(call.session.world)[call.name]:
        raise bad_request(f"The plugin '{call.name}' is not enabled on the cluster.")
    for name, value in call.hints.items():
        if value not in _HINTS[name]:
            raise call.error(f"takes the hint {name} with {', '.join(_HINTS[name])}.")
    if call.output is not None and call.name not in _WITH_OUTPUT:
        raise call.error("takes no output schema after a colon.")
    return plugin(call)
