"""What a client asks of Resource Manager, and with what right."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from adxmi_jupyter.embedded.arm.errors import authorization_failed, bad_request
from adxmi_jupyter.embedded.azure_roles import may
from adxmi_jupyter.embedded.request_json import MalformedJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.embedded.faults import Fault, Faults
    from adxmi_jupyter.embedded.state.arm_operations import ArmSettings, Failure
    from adxmi_jupyter.embedded.state.resources import ScriptRun
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World
    from adxmi_jupyter.embedded.web import Request

    ScriptRunner = Callable[[World, Principal, ScriptRun], Failure | None]


@dataclass(frozen=True)
class ArmIds:
    """What identifies one request in its answer's headers."""

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that every answer carries."""
        return {
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "Expires": "-1",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-request-id": self.request_id,
            "x-ms-correlation-request-id": self.request_id,
            "x-ms-routing-request-id": f"LOOPBACK:{self.request_id}",
        }


@dataclass(frozen=True)
class ClusterScripts:
    """What a cluster does with scripts: `problem` tells why a text is none, `run` runs one.

    The cluster is the one that the world sees which `run` gets.
    """

    run: ScriptRunner
    problem: Callable[[str], str]


@dataclass(frozen=True)
class ArmRequest:
    """One request; `names` are the parts of its path that its route names.

    `scripts` returns what clusters do with scripts, `public_uri` the public address of the cluster
    at a loopback one. `operations_uri` is where operations are asked about.
    """

    world: World
    settings: ArmSettings
    faults: Faults
    caller: Principal
    base_uri: str
    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    text: str
    scripts: Callable[[], ClusterScripts]
    public_uri: Callable[[str], str]
    operations_uri: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path, decoded, with a slash in front."""
        return "/" + "/".join(self.segments)

    @property
    def api_version(self) -> str:
        """Value of the parameter `api-version`; empty when it is missing."""
        return self.query.get("api-version", "")

    def named(self, names: Mapping[str, str]) -> Self:
        """Return the call with the names that a route found in its path."""
        return replace(self, names=names)

    def struck_by(self, fault: Fault) -> bool:
        """Tell whether this fault strikes here, and count it."""
        return self.faults.take_one(fault, self.text)

    def object(self) -> dict[str, Any]:
        """Return the JSON object in the body; an ArmError (400) when there is none."""
        try:
            value = load_json(self.body)
        except MalformedJsonError as error:
            raise _unreadable() from error
        return member(value)


def require(call: ArmRequest, action: str, scope: str) -> None:
    """Raise an ArmError (403) unless the caller may do this at the scope."""
    if not may(call.world, call.caller, action, scope):
        raise authorization_failed(shown(call.caller), action, scope)


def shown(caller: Principal) -> str:
    """Return how messages name a caller."""
    return f"The client '{caller.upn or caller.identifier}' with object id '{caller.object_id}'"


def member(value: object) -> dict[str, Any]:
    """Return a JSON object, `{}` for null; an ArmError (400) for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unreadable()
    return value


def segments_of(raw_path: str) -> tuple[str, ...]:
    """Return the decoded segments of a path; a slash too many does no harm."""
    return tuple(unquote(each) for each in raw_path.split("/") if each)


def query_of(request: Request) -> dict[str, str]:
    """Return the URL parameters by their names in lower case."""
    return {name.casefold(): value for name, value in request.query.items()}


def _unreadable() -> Exception:
    return bad_request("The request body is not the expected JSON.", "InvalidRequestContent")
