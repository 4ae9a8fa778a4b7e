"""Scripts of a database: commands that run when the resource is put (page: Scripts)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.connection_checks import named_identity
from adxmi_jupyter.embedded.arm.database_children import ChildKind, Place
from adxmi_jupyter.embedded.arm.database_writes import require_running
from adxmi_jupyter.embedded.arm.errors import ArmError, bad_request
from adxmi_jupyter.embedded.arm.name_availability import CHILD_NAME
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.system_data import system_data
from adxmi_jupyter.embedded.state.resources import Script, ScriptRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.arm_operations import Failure
    from adxmi_jupyter.embedded.state.clusters import Cluster

_MOST_SCRIPTS = 50
_LEVELS_SINCE = "2024-04-13"
_IDENTITY = "managedIdentityResourceId"
_IDENTITY_SINCE = "2025-02-14"
_RETAIN = "RetainPermissionOnScriptCompletion"
_REMOVE = "RemovePermissionOnScriptCompletion"
_WRITE_ONLY = ("scriptContent", "scriptUrlSasToken")
_TEXTS = ("scriptContent", "scriptUrl", "scriptUrlSasToken", "forceUpdateTag", _IDENTITY)
_CHOICES = {
    "scriptLevel": ("Database", "Cluster"),
    "principalPermissionsAction": (_RETAIN, _REMOVE),
}


_Place = Place[Script]
_SCRIPTS = ChildKind[Script]("Scripts", "script", lambda database: database.scripts.values())


def list_scripts(call: ArmRequest) -> Answer:
    """Return the scripts of a database, without what they held."""
    place = _SCRIPTS.place_of(call)
    return page_of(call, [_body(call, place, each) for each in place.database.scripts.values()])


def get_script(call: ArmRequest) -> Answer:
    """Return one script, without what it held."""
    place = _SCRIPTS.place_of(call)
    return place.shown(call, lambda found: _body(call, place, found))


def put_script(call: ArmRequest) -> Answer:
    """Run a script: 201 or 200, and an operation. One that did so before does not run again."""
    place, given = _SCRIPTS.place_of(call), member(call.object().get("properties"))
    return _write(call, place, place.find(), given)


def patch_script(call: ArmRequest) -> Answer:
    """Run a script with what the body changes of it: 202 and an operation."""
    place, given = _SCRIPTS.place_of(call), member(call.object().get("properties"))
    existing = place.existing()
    return _write(call, place, existing, {**_kept(existing, given), **given})


def delete_script(call: ArmRequest) -> Answer:
    """Forget a script: 202 and an operation, or 204. What it did is not undone."""
    place = _SCRIPTS.place_of(call)

    def remove(found: Script) -> None:
        place.database.scripts.pop(found.name, None)

    return place.removed(call, "DatabaseScriptDelete", remove)


def _kept(existing: Script, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a PATCH keeps: the old text goes when there is a new address, and vice versa."""
    sources = {"scriptContent", "scriptUrl", "scriptUrlSasToken"}
    gone = sources if sources & set(given) else set()
    return {name: value for name, value in existing.given.items() if name not in gone}


def _write(
    call: ArmRequest, place: _Place, existing: Script | None, given: dict[str, Any]
) -> Answer:
    if CHILD_NAME.fullmatch(place.name) is None:
        raise bad_request(f"[BadRequest] '{place.name}' is no name for a script.")
    run = _checked(call, place, given)
    require_running(place.cluster)
    place.require_no_change(call)
    if existing is None and _number_on(call, place.cluster) >= _MOST_SCRIPTS:
        raise ArmError(
            400, "TooManyScripts", f"[BadRequest] A cluster has at most {_MOST_SCRIPTS} scripts."
        )
    operations.require_no_maintenance(call, place.cluster)
    script = Script(
        place.name, given, system_data(call, existing.system_data if existing else None)
    )
    wanted = (run.text or run.url, str(given.get("forceUpdateTag") or ""))
    is_done = existing is not None and existing.ran == wanted

    def work() -> Failure | None:
        world = call.world.at(place.cluster)
        return None if is_done else call.scripts().run(world, call.caller, run)

    def finish(succeeded: bool) -> None:
        script.succeeded, script.ran = succeeded, wanted if succeeded else None
        place.database.scripts[existing.name if existing else place.name] = script

    pending = _pending(call, place, script, existing)
    kind, head = "DatabaseScriptCreateOrUpdate", place.head
    failure = operations.overlap(call, place.cluster)
    change = Change(kind, place.cluster, head["id"], finish, failure, pending=pending, work=work)
    operation = operations.start(call, change)
    if call.method == "PATCH":
        return operations.accepted(call, operation, pending)
    return operations.created(call, operation, pending, 201 if existing is None else 200)


def _checked(call: ArmRequest, place: _Place, given: Mapping[str, Any]) -> ScriptRun:
    """Return the script as it is to run; an ArmError (400) for what cannot be."""
    known = {*_TEXTS, *_CHOICES, "continueOnErrors", "provisioningState"}
    if call.api_version < _LEVELS_SINCE:
        known -= set(_CHOICES)
    if call.api_version < _IDENTITY_SINCE:
        known.discard(_IDENTITY)
    unknown = sorted(set(given) - known)
    if unknown:
        raise bad_request(f"[BadRequest] A script has no property '{unknown[0]}'.")
    _check_types(given)
    text, url = given.get("scriptContent") or "", given.get("scriptUrl") or ""
    if bool(text) is bool(url):
        raise bad_request("[BadRequest] A script needs either 'scriptContent' or 'scriptUrl'.")
    problem = call.scripts().problem(text) if text else ""
    if problem:
        raise bad_request(problem)
    return ScriptRun(
        place.database.name,
        given.get("scriptLevel") == "Cluster",
        bool(given.get("continueOnErrors")),
        given.get("principalPermissionsAction") != _REMOVE,
        text,
        url,
        given.get("scriptUrlSasToken") or "",
        _identity(place, given.get(_IDENTITY)),
    )


def _check_types(given: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(given.get(name), str | None):
            raise bad_request(f"[BadRequest] '{name}' is a text.")
    if not isinstance(given.get("continueOnErrors"), bool | None):
        raise bad_request("[BadRequest] 'continueOnErrors' is true or false.")
    for name, choices in _CHOICES.items():
        if given.get(name) not in {None, *choices}:
            raise bad_request(f"[BadRequest] '{name}' is one of {', '.join(choices)}.")


def _identity(place: _Place, named: str | None) -> str:
    """Return the object ID of the identity that reads the script, empty for none."""
    if not named:
        return ""
    identity = named_identity(place.cluster, named)
    if identity is None:
        raise bad_request(f"[BadRequest] '{named}' is not assigned to the cluster.")
    return identity.object_id


def _number_on(call: ArmRequest, cluster: Cluster) -> int:
    """Return how many scripts a cluster has, those included that are on their way."""
    running = sum(
        o.running and o.cluster is cluster and o.kind == "DatabaseScriptCreateOrUpdate"
        for o in call.world.operations
    )
    return running + sum(len(each.scripts) for each in cluster.databases.values())


def _pending(
    call: ArmRequest, place: _Place, script: Script, existing: Script | None
) -> dict[str, Any]:
    """Return what an answer shows at first: what was asked for, its secrets as empty texts."""
    state = "Creating" if existing is None else "Accepted"
    return {
        **place.head,
        "properties": {
            **_shown(call, script),
            **dict.fromkeys(_WRITE_ONLY, ""),
            "provisioningState": state,
        },
        "systemData": script.system_data,
    }


def _shown(call: ArmRequest, script: Script) -> dict[str, Any]:
    given = {k: v for k, v in script.given.items() if k not in _WRITE_ONLY and v is not None}
    given.setdefault("continueOnErrors", False)
    given.pop("provisioningState", None)
    if call.api_version >= _LEVELS_SINCE:
        return {"scriptLevel": "Database", "principalPermissionsAction": _RETAIN, **given}
    return {name: value for name, value in given.items() if name not in _CHOICES}


def _body(call: ArmRequest, place: _Place, script: Script) -> dict[str, Any]:
    head = place.head_of(script.name)
    running = operations.running_for(call, head["id"])
    ended = "Succeeded" if script.succeeded else "Failed"
    state = {"provisioningState": "Running" if running else ended}
    return {
        **head,
        "properties": {**_shown(call, script), **state},
        "systemData": script.system_data,
    }
