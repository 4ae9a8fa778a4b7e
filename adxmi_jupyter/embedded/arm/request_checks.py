"""What Resource Manager checks before a provider sees a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import bearer
from adxmi_jupyter.embedded.arm.errors import (
    ArmError,
    bad_request,
    group_not_found,
    subscription_not_found,
    unauthenticated,
)
from adxmi_jupyter.embedded.arm.request import require
from adxmi_jupyter.embedded.arm.routes import find_route
from adxmi_jupyter.embedded.arm.through_graph import asks_graph, from_graph
from adxmi_jupyter.embedded.arm.versions import VERSIONS
from adxmi_jupyter.embedded.state.ids import resource_scope

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.arm.routes import Handler
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

_PROVIDER_AT = 3
_EXPIRED = "embedded-expired"
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(?:-preview)?")


def sign_in(world: World, authorization: str | None) -> Principal:
    """Return the caller; an ArmError (401) for a missing, expired or unknown token."""
    if authorization is None:
        raise unauthenticated("AuthenticationFailed", "The request has no Authorization header.")
    caller = bearer(world, authorization)
    if caller is not None:
        return caller
    if authorization.endswith(_EXPIRED):
        raise unauthenticated("ExpiredAuthenticationToken", "The access token has expired.")
    raise unauthenticated("InvalidAuthenticationToken", "The access token is invalid.")


def pass_through(call: ArmRequest) -> tuple[Handler, ArmRequest]:
    """Return who answers the call, with the names in its path; an ArmError when none may."""
    provider = _provider(call)
    found = find_route(call.segments)
    if found is None:
        raise ArmError(
            404,
            "InvalidResourceType",
            f"The embedded Azure has no '{call.path}' in the namespace '{provider}'.",
        )
    route, names = found
    if call.method not in route.methods:
        known = ", ".join(route.methods)
        raise ArmError(
            405, "MethodNotAllowed", f"The embedded Azure knows {known} here, not {call.method}."
        )
    permission, handler = route.methods[call.method]
    group = _check_subscription(call)
    if permission:
        require(call, permission, resource_scope(call.segments))
    if group is not None:
        raise group
    if asks_graph(call):
        graphed = from_graph(handler)
        if graphed is None:
            _require_version(provider, call.api_version)
        handler = graphed or handler
    return handler, call.named(names)


def _provider(call: ArmRequest) -> str:
    """Return the provider in the path; an ArmError (400) unless the api-version is one of its.

    Where the resource graph answers, any will do.
    """
    provider = _named_provider([each.casefold() for each in call.segments])
    version = call.api_version
    if not version:
        raise bad_request(
            "The parameter api-version is missing; every request needs it.",
            "MissingApiVersionParameter",
        )
    if not _VERSION.fullmatch(version):
        raise bad_request(f"'{version}' is no api-version.", "InvalidApiVersionParameter")
    if provider not in VERSIONS:
        raise ArmError(404, "InvalidResourceNamespace", f"There is no namespace '{provider}'.")
    if not asks_graph(call):
        _require_version(provider, version)
    return provider


def _require_version(provider: str, version: str) -> None:
    if version not in VERSIONS[provider]:
        raise bad_request(
            f"'{provider}' has no api-version '{version}'. "
            f"Supported: {', '.join(VERSIONS[provider])}.",
            "NoRegisteredProviderFound",
        )


def _named_provider(folded: list[str]) -> str:
    """Return the provider that a path names last, `microsoft.resources` for one as a resource."""
    if "providers" not in folded:
        return ""
    at = len(folded) - folded[::-1].index("providers")
    about_provider = folded[at + 1 :] in ([], ["register"])
    if (
        folded[:1] == ["subscriptions"]
        and at == _PROVIDER_AT
        and at < len(folded)
        and about_provider
    ):
        return "microsoft.resources"
    return folded[at] if at < len(folded) else ""


def _check_subscription(call: ArmRequest) -> ArmError | None:
    """Return why the resource group is none; an ArmError at once for the subscription.

    A caller without rights is to hear of that before hearing of a missing group.
    """
    if call.segments[0].casefold() != "subscriptions":
        return None
    wanted = call.segments[1]
    subscriptions = call.world.subscriptions
    found = next((s for s in subscriptions if s.subscription_id == wanted.casefold()), None)
    if found is None:
        raise subscription_not_found(wanted)
    in_group = len(call.segments) > 3 and call.segments[2].casefold() == "resourcegroups"  # noqa: PLR2004
    group = call.segments[3] if in_group else None
    return group_not_found(group) if group and found.group(group) is None else None
