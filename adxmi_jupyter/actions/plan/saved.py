"""Plans as JSON: for other tools, and to be applied later.

A saved plan holds what the file says, with its variables put in, and hashes of what was there. To
apply it, the plan is made anew of the two: where it comes out otherwise, it is stale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

from adxmi_jupyter.actions.plan.document import plan_document
from adxmi_jupyter.actions.plan.planning import Options, content_for, prepare
from adxmi_jupyter.errors import InvalidLockFile, InvalidPolicyFile, StalePlan, WrongCluster
from adxmi_jupyter.fixes import Command, Explain, LeaveOut, Retry, Several
from adxmi_jupyter.model.body import json_value
from adxmi_jupyter.model.plan_document import FORMAT
from adxmi_jupyter.model.policy_file.lock import lock_of
from adxmi_jupyter.model.policy_file.reading import policy_file_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.model.policy_file.lock import Lock
    from adxmi_jupyter.model.policy_file.reading import PolicyFile
    from adxmi_jupyter.service.connection import Connection


AUDIT = "audit --plan"
"""What a plan that an audit made calls its file: it has none."""

_CLUSTERS, _NOT_SAVED = "clusters", "it is not what plan --save writes"
_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of the machine that planned may be ahead."""
_REQUIRED: Mapping[str, type] = {
    "content": dict, "file": str, "file_sha256": str, "created": str, "options": dict,
    "states": dict, "changes": list, "locked": dict, "cluster": str,
}  # fmt: skip
_OPTIONS: Mapping[str, type] = {
    "break_workflows": bool, "allow_unknown_usage": bool, "replace": list,
}  # fmt: skip
_MADE = ("address", "key", "status", "actions", "commands")


def saved_document(prepared: Prepared) -> dict[str, Any]:
    """Return a plan as it is saved: with what the file said, and when that was."""
    return {
        **plan_document(prepared.plan),
        "cluster_in_file": content_for(prepared.world.connection, prepared.file).cluster,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **basis(prepared.file, prepared.options),
    }


def basis(file: PolicyFile, options: Options) -> dict[str, Any]:
    """Return what a plan is made of besides the cluster: the file, its lock file, and options."""
    return {
        "options": {
            "break_workflows": options.breaks_workflows,
            "allow_unknown_usage": options.allows_unknown_usages,
            "replace": list(options.replaced),
            "target": list(options.targets),
        },
        "locked": file.lock.clusters,
        "content": file.document.value,
    }


def saved_text(prepared: Prepared) -> str:
    """Return a plan as the text of a file."""
    return as_text(saved_document(prepared))


def as_text(saved: Mapping[str, Any]) -> str:
    """Return what is saved as the text of a file."""
    return json.dumps(saved, indent=2, ensure_ascii=False) + "\n"


def prepare_saved(
    connection: Connection, text: str, source: str, oldest: timedelta | None
) -> Prepared:
    """Return a saved plan, made anew of what the file said and what is there now.

    Raises
    ------
    InvalidPolicyFile
        It is no saved plan, or was changed since.
    StalePlan
        It is older than `oldest`, or the cluster is not as it was.
    WrongCluster
        It was made for another cluster of the file.
    AdxmiError
        As `prepare`.

    """
    return prepare_again(connection, read_saved(text, source), source, oldest)


def prepare_again(
    connection: Connection, saved: Mapping[str, Any], source: str, oldest: timedelta | None
) -> Prepared:
    """Return a saved plan, made anew of its document; raises as `prepare_saved`."""
    file = policy_file_of(saved["content"], str(saved["file"]))
    file = replace(file, lock=_lock(saved["locked"], source))
    if file.digest != saved["file_sha256"]:
        raise _no_plan(source, "what it says is not what was planned")
    _refuse_old(saved, source, oldest)
    _refuse_other_cluster(connection, saved, file, source)
    prepared = prepare(connection, file, _options(saved["options"]))
    now = plan_document(prepared.plan)
    changed = sorted(
        name
        for name in {*now["states"], *saved["states"]}
        if now["states"].get(name) != saved["states"].get(name)
    )
    if changed or _made(now) != _made(saved):
        raise StalePlan(
            f"{source} no longer fits the cluster; nothing was sent",
            why=Explain.of(
                "changed since it was saved: ", Several.of(changed, otherwise="what is to be done")
            ),
            fix=_anew(saved, source),
        )
    return prepared


def _options(given: Mapping[str, Any]) -> Options:
    return Options(
        given["break_workflows"],
        given["allow_unknown_usage"],
        replaced=tuple(map(str, given["replace"])),
        targets=tuple(map(str, given.get("target", ()))),
    )


def _refuse_other_cluster(
    connection: Connection, saved: Mapping[str, Any], file: PolicyFile, source: str
) -> None:
    name = content_for(connection, file).cluster
    planned = str(saved.get("cluster_in_file", name))
    if planned != name:
        raise WrongCluster(
            f"{source} is not for the cluster {connection.cluster}; nothing was sent",
            why=f"it was made for {planned}, and this one is {name}",
            fix=_anew(saved, source),
        )
    shown = saved["cluster"]
    if shown.casefold() != connection.cluster.casefold():
        raise WrongCluster(
            f"{source} is not for the cluster {connection.cluster}; nothing was sent",
            why=f"it says that it is for {shown}",
            fix=_anew(saved, source),
        )


def _lock(value: object, source: str) -> Lock:
    try:
        return lock_of(value, source)
    except InvalidLockFile as invalid:
        raise _no_plan(source, invalid.why) from invalid


def _made(plan: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(json.dumps(one[word]) for word in _MADE) for one in plan["changes"]]


def read_saved(text: str, source: str) -> Mapping[str, Any]:
    """Return the document of a saved plan of one cluster; raises InvalidPolicyFile."""
    return _checked(_value(text, source), source)


def read_saved_fleet(text: str, source: str) -> Mapping[str, Mapping[str, Any] | None]:
    """Return the saved plans of many clusters by resource IDs; None for one without a plan.

    Raises
    ------
    InvalidPolicyFile
        It is another document, or the plan of one cluster.

    """
    saved = _value(text, source)
    if set(saved) >= set(_REQUIRED):
        raise InvalidPolicyFile(
            f"{source} is the plan of one cluster",
            why=f"it was made for {saved.get('cluster')}",
            fix=LeaveOut.of("--fleet"),
        )
    try:
        plans = {str(one["resource_id"]).lower(): one["plan"] for one in saved[_CLUSTERS]}
    except (KeyError, TypeError) as error:
        raise _no_plan(source, "it is not what plan --fleet --save writes") from error
    return {key: None if one is None else _checked(one, source) for key, one in plans.items()}


def _value(text: str, source: str) -> Mapping[str, Any]:
    try:
        saved = json_value(text, ignore_case=False)
    except ValueError as error:
        raise _no_plan(source, str(error)) from error
    if not isinstance(saved, dict):
        raise _no_plan(source, _NOT_SAVED)
    return saved


def _checked(saved: object, source: str) -> Mapping[str, Any]:
    if isinstance(saved, dict) and isinstance(saved.get(_CLUSTERS), list):
        raise InvalidPolicyFile(
            f"{source} is the plan of several clusters",
            why=f"it has the plans of {len(saved[_CLUSTERS])} clusters",
            fix=Retry.having("--fleet"),
        )
    if not _is_whole(saved):
        raise _no_plan(source, _NOT_SAVED)
    version = str(saved.get("format_version"))
    if version.split(".", maxsplit=1)[0] != FORMAT.split(".", maxsplit=1)[0]:
        raise _no_plan(source, f"its format is {version}, and this release reads {FORMAT}")
    return saved


def _is_whole(saved: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a plan has all that is read of it, each thing of its kind."""
    if not isinstance(saved, dict) or not _has(saved, _REQUIRED):
        return False
    options, changes = saved["options"], saved["changes"]
    is_right = _has(options, _OPTIONS) and isinstance(options.get("target", []), list)
    return is_right and all(isinstance(one, dict) and set(_MADE) <= set(one) for one in changes)


def _has(value: Mapping[str, Any], shape: Mapping[str, type]) -> bool:
    return all(isinstance(value.get(name), kind) for name, kind in shape.items())


def _refuse_old(saved: Mapping[str, Any], source: str, oldest: timedelta | None) -> None:
    if oldest is None:
        return
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(str(saved["created"]))
    except (ValueError, TypeError) as error:
        raise _no_plan(source, "it does not tell when it was made") from error
    if age < -_CLOCKS_DIFFER:
        raise _no_plan(source, f"it says that it was made in the future, at {saved['created']}")
    if age > oldest:
        raise StalePlan(
            f"{source} is too old; nothing was sent",
            why=f"it was made at {saved['created']}",
            fix=_anew(saved, source),
        )


def _anew(saved: Mapping[str, Any], source: str) -> Explain:
    is_audits = saved["file"] == AUDIT
    command = Command.of("audit", "--plan", source) if is_audits else Command.of("plan")
    return Explain.of(command, " makes a new one")


def _no_plan(source: str, why: str) -> InvalidPolicyFile:
    return InvalidPolicyFile(
        f"{source} is no saved plan",
        why=why,
        fix=Explain.of(Command.of("plan", "--save", "plan.json"), " writes one"),
    )
