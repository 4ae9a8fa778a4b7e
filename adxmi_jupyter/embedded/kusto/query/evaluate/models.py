"""`ai_embeddings`, `ai_chat_completion` and `ai_chat_completion_prompt` (pages of these plugins).

There is no model here: vectors and answers depend on the text alone, so that they are always the
same. The requirements are the real ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets import denials
from adxmi_jupyter.embedded.kusto.targets.authorization import (
    acting_principal,
    has_role,
    require_callout,
    require_network,
)
from adxmi_jupyter.embedded.state.networks import MODELS
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall

AZURE_AI = "AzureAI"
EMBEDDINGS = "embeddings"
CHAT = "chat/completions"

_ADDRESS = re.compile(
    r"(?P<uri>https://(?P<account>[a-z0-9-]{3,63})\.(?:openai\.azure\.com|cognitiveservices\.azure"
    r"\.com|cognitive\.microsoft\.com|services\.ai\.azure\.com)"
    r"/openai/deployments/(?P<deployment>[^/?;]+)/(?P<task>[a-z/]+)(?:\?(?P<query>[^;]*))?)",
    re.IGNORECASE,
)
_IDENTITY = "managed_identity="
_ROLE = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/{task}/action"
_OPTIONS = {
    "RecordsPerRequest",
    "CharsPerRequest",
    "RetriesOnThrottling",
    "GlobalTimeout",
    "ModelParameters",
    "ReturnSuccessfulOnly",
}
_LENGTH_OF_VECTOR = 8
_EMPTY = "The input is empty."


@dataclass(frozen=True)
class _Task:
    """What a plugin asks of a model; `answer` is None for an input it cannot take."""

    parameter: str
    path: str
    suffix: str
    kind: str
    answer: Callable[[Any], Any]


def ai_plugin(call: PluginCall) -> Result:
    """Return the input with a column of vectors or answers, and one of errors if asked for."""
    task = _TASKS[call.name]
    given = call.bound(
        task.parameter, "ConnectionString", "Options", "IncludeErrorMessages", least=2
    )
    options = call.bag(given, "Options")
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise call.error(f"has no option '{unknown[0]}'.")
    with_errors = call.constant(given, "IncludeErrorMessages") is True
    subject = call.scalar(given[task.parameter])
    table = call.table if call.table is not None else Result((), ((),))
    asked = subject.of_rows() if call.table is not None else [subject.constant()[1]]
    _require_model(call, call.text(given, "ConnectionString"), task)
    name = f"{subject.name}{task.suffix}"
    columns = (*table.columns, (name, task.kind))
    rows = [(*row, task.answer(value)) for row, value in zip(table.rows, asked, strict=True)]
    if with_errors:
        columns = (*columns, (f"{name}_error", "string"))
        rows = [(*row, "" if row[-1] is not None else _EMPTY) for row in rows]
    elif options.get("ReturnSuccessfulOnly") is True:
        rows = [row for row in rows if row[-1] is not None]
    return Result(columns, tuple(rows))


def _require_model(call: PluginCall, connection_string: str, task: _Task) -> None:
    """Raise a KustoError for the first requirement not met for the model of a connection string."""
    world, database = call.session.world, call.database
    address, _, suffix = connection_string.strip().rstrip(";").rpartition(";")
    match = _ADDRESS.fullmatch(address.strip())
    if match is None or match["task"].casefold() != task.path:
        raise bad_request(f"{call.name}() needs an address …/openai/deployments/NAME/{task.path}.")
    method, credential = _authentication(suffix.strip())
    acting = acting_principal(
        world, method, credential, usage=AZURE_AI, database=database, caller=call.session.caller
    )
    uri = match["uri"]
    require_callout(world, "azure_openai", uri)
    account = world.model_accounts.get(match["account"].casefold())
    if account is None:
        raise bad_request(f"There is no Azure OpenAI account at '{uri}'.")
    require_network(world, MODELS, uri, acting)
    action = _ROLE.format(task=task.path)
    if acting is None or not has_role(world, acting, action, account.resource_id):
        raise denials.target_forbidden(acting.shown if acting else "an anonymous caller", uri)
    if account.deployments.get(match["deployment"]) != task.path:
        raise bad_request(f"There is no deployment for {task.path} at '{uri}'.")
    if not parse_qs(match["query"] or "").get("api-version"):
        raise bad_request(f"The address '{uri}' needs an api-version.")


def _authentication(suffix: str) -> tuple[Method, str]:
    folded = suffix.casefold()
    if folded == Method.IMPERSONATE:
        return Method.IMPERSONATE, ""
    if folded.startswith(_IDENTITY) and folded != _IDENTITY:
        return Method.MANAGED_IDENTITY, suffix[len(_IDENTITY) :].strip()
    raise bad_request("A model takes ;managed_identity= or ;impersonate.")


def _vector(text: Any) -> list[float] | None:
    if not isinstance(text, str) or not text:
        return None
    digest = hashlib.sha256(text.encode()).digest()
    return [round(byte / 127.5 - 1, 4) for byte in digest[:_LENGTH_OF_VECTOR]]


def _reply(prompt: Any) -> str | None:
    if not isinstance(prompt, str) or not prompt:
        return None
    return f"The embedded Azure has no model. It was asked: {prompt}"


def _chat_reply(messages: Any) -> str | None:
    if not isinstance(messages, list) or not messages:
        return None
    last = messages[-1]
    return _reply(last.get("content") if isinstance(last, Mapping) else None)


_TASKS = {
    "ai_embeddings": _Task("Text", EMBEDDINGS, "_embeddings", "dynamic", _vector),
    "ai_chat_completion": _Task("Chat", CHAT, "_completion", "string", _chat_reply),
    "ai_chat_completion_prompt": _Task("Prompt", CHAT, "_completion", "string", _reply),
}
