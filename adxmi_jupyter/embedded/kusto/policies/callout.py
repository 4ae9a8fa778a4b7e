"""The callout policy of the cluster (page: Callout policy)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.lenient_json import load_objects, read_members
from adxmi_jupyter.embedded.kusto.policies.results import policy_rows
from adxmi_jupyter.embedded.kusto.policies.syntax import Change
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, Rule
from adxmi_jupyter.embedded.state.callouts import CALLOUT_TYPES, PREDEFINED, CalloutRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.policies.syntax import CalloutPolicyCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Cluster

_WHAT = "callout policy"
_RULES = {"CalloutType": Rule(choices=CALLOUT_TYPES), "CalloutUriRegex": TEXT, "CanCall": TRUTH}


def run_callout_command(command: CalloutPolicyCommand, session: Session) -> Result:
    """Run one of the four commands and return the policy as it is afterwards.

    `.show` adds a row for each predefined rule, which no command changes.
    """
    shows = command.change is Change.SHOW
    permission = Permission.CLUSTER_SHOW if shows else Permission.CLUSTER_ADMIN
    session.require(permission, f"{command.kind}Command")
    cluster = session.world.cluster
    if shows:
        return _shown(cluster)
    if command.change is Change.DELETE:
        cluster.callout_policy = None
    else:
        _check_outbound(cluster)
        given = [_rule(each) for each in load_objects(command.text, _WHAT)]
        merges = command.change is Change.ALTER_MERGE
        cluster.callout_policy = _merged(cluster.callout_policy, given) if merges else given
    return policy_rows([["CalloutPolicy", "", callout_policy_text(cluster.callout_policy), "", ""]])


def _shown(cluster: Cluster) -> Result:
    children = json.dumps(["$systemdb", *cluster.databases])
    own = ["CalloutPolicy", "", callout_policy_text(cluster.callout_policy), children, "Cluster"]
    fixed = [
        ["CalloutPolicy", "", callout_policy_text([rule]), children, "Cluster immutable policy"]
        for rule in PREDEFINED
    ]
    return policy_rows([own, *fixed])


def _check_outbound(cluster: Cluster) -> None:
    if cluster.settings["restrictOutboundNetworkAccess"] == "Enabled":
        raise bad_request(
            "Outbound access of the cluster is restricted: the callout policy is changed through "
            "Azure Resource Manager only."
        )


def _rule(members: dict[str, Any]) -> CalloutRule:
    given = read_members(members, _RULES, _WHAT)
    missing = [name for name in _RULES if name not in given]
    if missing:
        raise bad_request(f"A rule of the {_WHAT} needs {', '.join(missing)}.")
    try:
        re.compile(given["CalloutUriRegex"])
    except re.error as error:
        raise bad_request(f"'{given['CalloutUriRegex']}' is no regular expression.") from error
    return CalloutRule(given["CalloutType"], given["CalloutUriRegex"], given["CanCall"])


def _merged(policy: list[CalloutRule] | None, given: Iterable[CalloutRule]) -> list[CalloutRule]:
    rules = {(rule.callout_type, rule.uri_regex): rule for rule in policy or []}
    return list({**rules, **{(rule.callout_type, rule.uri_regex): rule for rule in given}}.values())


def callout_policy_text(rules: Iterable[CalloutRule] | None) -> str:
    """Return the JSON text of a callout policy; `null` when there is none."""
    if rules is None:
        return "null"
    return json.dumps(
        [
            {
                "CalloutType": rule.callout_type,
                "CalloutUriRegex": rule.uri_regex,
                "CanCall": rule.can_call,
            }
            for rule in rules
        ]
    )
