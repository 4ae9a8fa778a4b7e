"""GET and list answered by the resource graph (page: Azure Resource Graph GET/LIST API).

A request says so with `useResourceGraph=true`. Its api-version does not count then: the newest one
answers, and says which one it is. Types that the graph does not know are answered as usual; a
resource that is newer than its index is not found.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer
from adxmi_jupyter.embedded.arm import clusters, identities
from adxmi_jupyter.embedded.arm.graph_index import count_get, is_indexed, not_indexed
from adxmi_jupyter.embedded.arm.request import ArmRequest
from adxmi_jupyter.embedded.arm.versions import VERSIONS
from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Mapping

Handler = Callable[[ArmRequest], Answer]
_PARAMETER = "useresourcegraph"
# By who answers: the provider, whose newest version counts.
_KNOWN: Mapping[Handler, str] = {
    clusters.list_clusters: "microsoft.kusto",
    clusters.get_cluster: "microsoft.kusto",
    identities.list_identities: "microsoft.managedidentity",
    identities.get_identity: "microsoft.managedidentity",
}


def asks_graph(call: ArmRequest) -> bool:
    """Tell whether a request wants its answer from the resource graph."""
    return call.method == "GET" and call.query.get(_PARAMETER, "").casefold() == "true"


def from_graph(handler: Handler) -> Handler | None:
    """Return who answers in a handler's place; None for a type that the graph does not know."""
    provider = _KNOWN.get(handler)
    if provider is None:
        return None
    newest = next(each for each in VERSIONS[provider] if not each.endswith("preview"))

    def answer(call: ArmRequest) -> Answer:
        count_get(call)
        found = handler(replace(call, query={**call.query, "api-version": newest}))
        body = json.loads(found.body)
        _leave_out_new(call, body)
        for each in body.get("value", [body]):
            each["apiVersion"] = newest
        headers = {**found.headers, "x-ms-arg-snapshot-timestamp": now(call.settings.graph_age)}
        return replace(found, body=_text(body), headers=headers)

    return answer


def _leave_out_new(call: ArmRequest, body: dict[str, Any]) -> None:
    """Leave out what the graph does not know yet; an ArmError (404) where that is all."""
    if "value" in body:
        body["value"] = [each for each in body["value"] if is_indexed(call, each["id"])]
    elif not is_indexed(call, body["id"]):
        raise not_indexed(body["id"])


def _text(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()
