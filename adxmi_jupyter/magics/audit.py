"""The verb ``audit``: who is allowed what, what shows that it is needed, and what to narrow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidInput, InvalidValue, MissingOption
from adxmi_jupyter.fixes import ChangeOption, Command, OwnCommand
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.audit_fleet import REPORT, audits_of_fleet
from adxmi_jupyter.magics.audit_moment import audited_moment
from adxmi_jupyter.magics.audit_plan import (
    Asked,
    narrowed_result,
    narrowing_options,
    refuse_without_plan,
)
from adxmi_jupyter.magics.audit_settings import audit_settings
from adxmi_jupyter.magics.body_file import file_text
from adxmi_jupyter.magics.ci import ci_option, repository_path, system_of, tell
from adxmi_jupyter.magics.kept_runs import is_whole, keep, reviewed
from adxmi_jupyter.magics.options import (
    all_databases_option,
    database_option,
    identity_option,
    refuse_both,
)
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import Name, NameList
from adxmi_jupyter.magics.policy_file import DEFAULT, NamedFile
from adxmi_jupyter.magics.saving import check_text
from adxmi_jupyter.magics.verbs import exit_codes, verb

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit, Options, Selection
    from adxmi_jupyter.actions.audit.collecting import Period
    from adxmi_jupyter.actions.evidence.touched import Outside
    from adxmi_jupyter.magics.audit_settings import AuditInput
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.audit.rule import Rule
    from adxmi_jupyter.model.history.review import Review

_EXPLAIN, _RULES, _FORM = "explain", "rules", "form"
DOCUMENTS = ("sarif", "junit.xml")
_SEVERITIES = ("high", "medium", "low")
_NONE = "none"
_SOME_WORKSPACE = "c1957d48-80d3-5abf-a7aa-d3160b9125c0"
_LEAST_DAYS, _MOST_DAYS = timedelta(days=1), timedelta(days=365)


class RuleList(NameList):
    """IDs of rules, separated by commas."""

    name = kind = "rule"

    def names(self, call: Call) -> Iterable[str]:
        """Return the rules there are."""
        del call
        from adxmi_jupyter.model.audit.rule import rule_ids

        return rule_ids()


class WhatWord(Name):
    """What is asked for instead of an audit, and the rule that it is about."""

    name = kind = "word"

    def names(self, call: Call) -> Iterable[str]:
        """Return the words, and the rules there are."""
        del call
        from adxmi_jupyter.model.audit.rule import rule_ids

        return (_EXPLAIN, _RULES, _FORM, *rule_ids())


class LogFiles(NameList):
    """Files with exported logs, separated by commas."""

    name = kind = "file"


@verb(
    "audit",
    permission=permissions.AUDIT,
    pages=("Managed identity policy", "Managed identities overview"),
    examples=(
        "audit",
        "audit --min-severity high",
        "audit --rule MI003,MI004 --identity mi-export",
        f"audit --workspace {_SOME_WORKSPACE}",
        "audit explain MI003",
        "audit rules",
        "audit --plan plan.json --dry-run",
        "audit --fleet",
        "audit form",
    ),
    documents=DOCUMENTS,
    exit_codes=exit_codes("A finding as severe as --fail-on is open."),
)
@click.argument("what", metavar="[explain RULE | rules | form]", nargs=-1, type=WhatWord())
@database_option("Database to audit. Rules about the whole cluster are left out.")
@all_databases_option("Audit all databases. This is the default.")
@identity_option(required=False, help_text="Managed identities to audit. Default: all.")
@click.option(
    "--rule", "rules", type=RuleList(), metavar="RULE[,…]", default="",
    help="Rules to judge by. Default: all.",
)  # fmt: skip
@click.option(
    "--min-severity", "least", type=click.Choice(_SEVERITIES), default="low",
    help="Least severity of what is shown. Default: low.",
)  # fmt: skip
@click.option(
    "--window", metavar="TIME", default="30d",
    help="Period to look for evidence in, 1d or more. The cluster keeps 30 days. Default: 30d.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice((*_SEVERITIES, _NONE)), default="high",
    help="In a console, exit with code 3 if a finding at least this severe is open. Default: high.",
)  # fmt: skip
@click.option(
    "--suppressions", type=NamedFile(), metavar="FILE", default="",
    help=f"File with suppressions and severities: a policy file, its section audit alone, or a "
    f"list of suppressions. Default: {DEFAULT}, if there is one.",
)  # fmt: skip
@click.option(
    "--logs", type=LogFiles(), metavar="FILE[,…]", default="",
    help="Exported logs of targets and Entra (CSV or JSON): StorageBlobLogs and "
    "AADManagedIdentitySignInLogs.",
)  # fmt: skip
@click.option(
    "--workspace", metavar="ID", default="",
    help="Workspace ID of a Log Analytics workspace with logs of the cluster, of storage accounts "
    "or of Entra. Requires Log Analytics Reader on it.",
)  # fmt: skip
@click.option(
    "--as-of", metavar="DATE", default="",
    help="Date or time to audit at, for results that can be repeated. Default: now.",
)  # fmt: skip
@ci_option
@click.option("--all", "with_passed", is_flag=True, help="Return a row for what passed, too.")
@narrowing_options
@over_fleet(without={"what": "explain, rules or form", "plan": "--plan"}, documents=audits_of_fleet)
def audit(
    call: Call,
    *,
    what: tuple[str, ...],
    plan: str,
    include: tuple[str, ...],
    dry_run: bool,
    **options: Any,
) -> object:
    """Show what is allowed, what shows that it is needed, and what to narrow.

    Evidence has three layers: an object declares the identity, the logs of the cluster show that
    it ran, a target or Microsoft Entra saw it. A usage is found to be unused only where every place
    that would show it could be read. Otherwise the audit cannot tell, and says which permission or
    log shows it. Texts of queries stay on the cluster: it returns counts.

    explain tells what a rule finds, why that matters and how to fix it; rules lists all of them.
    --plan saves the narrowest policy that the evidence supports as a plan for apply. Grants that
    replace others come first, and what would break a workflow is left out. form shows the findings
    in a form of a notebook, to select which to narrow. Otherwise nothing is changed on the cluster.
    An audit of all of it is kept on this machine, for history, and the next one says how much
    changed since.
    """
    refuse_without_plan(call, plan=plan, include=include, dry_run=dry_run, what=what)
    if plan and not dry_run:
        check_text("--plan", plan, call.out)
    if what == (_FORM,):
        return _form(call, **options)
    if what:
        return _told(call, what, options["suppressions"])
    refuse_both(
        call,
        {"--database": bool(options["database"]), "--all-databases": options["all_databases"]},
    )
    file = options.pop("suppressions")
    selection, given = _checked(call, **options)
    settings = audit_settings(call, file, is_strict=bool(plan))
    started = datetime.now(UTC)
    found = _audited(call, selection, replace(given, settings=settings.settings), **options)
    own = keep(call, found, started) if is_whole(**options) else ""
    _note_code(call, found, options["fail_on"])
    if plan:
        return narrowed_result(call, found, settings, Asked(plan, include, dry_run))
    history = functools.cache(lambda: reviewed(call, found, own, **options))
    return _shown(call, found, history, with_passed=options["with_passed"])


def _form(call: Call, *, suppressions: NamedText, **options: Any) -> object:
    """Return the form of what an audit finds; raises as the audit does."""
    from adxmi_jupyter.magics.audit_form import audit_form

    def read() -> tuple[Audit, AuditInput]:
        selection, values = _checked(call, **options)
        given = audit_settings(call, suppressions, is_strict=True)
        values = replace(values, settings=given.settings)
        return _audited(call, selection, values, **options), given

    return audit_form(call, read)


def _shown(call: Call, found: Audit, history: Callable[[], Review], *, with_passed: bool) -> object:
    """Return an audit, and tell the CI system of it."""
    from adxmi_jupyter.rendering.audit_documents import audit_documents
    from adxmi_jupyter.rendering.audit_table import AuditTable

    file = repository_path(DEFAULT) if Path(DEFAULT).is_file() else REPORT
    documents = audit_documents(found, call.write, file, history)
    if system_of(call) is not None:
        from adxmi_jupyter.rendering.audit_annotations import audit_annotations

        told = [one for one in audit_annotations(found, "") if not one.suppressed]
        tell(call, told, documents["md"]())
    return AuditTable.of(found, write=call.write, with_passed=with_passed, documents=documents)


def _told(call: Call, words: tuple[str, ...], suppressions: NamedText) -> object:
    """Return the table of rules, or one of them explained.

    Raises
    ------
    MissingOption
        The rule to explain is missing.
    InvalidValue
        The words mean something else, or there is no such rule.

    """
    from adxmi_jupyter.actions.audit.suppressing import severity_of
    from adxmi_jupyter.rendering.audit_rules import explained, rules_frame
    from adxmi_jupyter.rendering.shown_frame import Whole
    from adxmi_jupyter.rendering.text import PlainText

    settings = audit_settings(call, suppressions).settings
    word, *rest = words
    if word == _RULES and not rest:
        return Whole(rules_frame(settings.severities))
    if word == _EXPLAIN and len(rest) == 1:
        rule = _rule(call, rest[0])
        return PlainText(explained(rule, severity_of(rule.id, settings)) + "\n")
    if word == _EXPLAIN and not rest:
        raise MissingOption(
            "the rule to explain isn't given",
            why="explain takes the ID of a rule",
            fix=Command.of("audit", _EXPLAIN, "MI001"),
        )
    raise InvalidValue(
        f"audit {' '.join(words)} means nothing",
        why=f"the words are {_EXPLAIN} RULE, {_RULES} and {_FORM}",
        fix=Command.of("audit", _RULES),
    )


def _rule(call: Call, word: str) -> Rule:
    """Return the rule that an argument names; a fix has another one in its place."""
    from adxmi_jupyter.model.audit.rule import closest_id, rule_of

    try:
        return rule_of(word)
    except InvalidValue as unknown:
        better = {call.arguments[-1]: closest_id(word)}
        fix = OwnCommand(call.again(instead=better))
        raise InvalidValue(unknown.what, why=unknown.why, fix=fix) from unknown


def _checked(
    call: Call,
    *,
    database: str,
    identities: tuple[str, ...],
    rules: tuple[str, ...],
    least: str,
    window: str,
    as_of: str,
    logs: tuple[str, ...],
    workspace: str,
    **others: Any,
) -> tuple[Selection, Options]:
    """Return what is wanted of an audit, and how it is done; no cluster is asked."""
    from adxmi_jupyter.actions.audit.audit import Options, Selection
    from adxmi_jupyter.actions.audit.collecting import Period
    from adxmi_jupyter.model.audit.findings import Severity
    from adxmi_jupyter.model.audit.rule import rule_of

    del others
    selection = Selection(tuple(rule_of(one).id for one in rules), identities, Severity(least))
    period = Period(_window(window), audited_moment(as_of, has_other_logs=bool(logs or workspace)))
    outside = _outside(logs, _workspace(workspace))
    _tell_period(call, period, is_cut=not workspace)
    return selection, Options(period, outside, is_whole=not database)


def _audited(
    call: Call, selection: Selection, given: Options, *, database: str, **others: Any
) -> Audit:
    """Return an audit as the options of a command ask for it."""
    from adxmi_jupyter.actions.audit.audit import audit as judge
    from adxmi_jupyter.actions.policy.policies import scopes_of

    del others
    scopes = scopes_of(call.connection, database=database, all_databases=not database)
    if database:
        call.say("rules about the whole cluster are left out: requires all databases")
    return judge(call.connection, [scope.database for scope in scopes], selection, given)


def _window(text: str) -> timedelta:
    from adxmi_jupyter.model.timespan import parse_timespan

    try:
        found = parse_timespan(text)
    except InvalidInput as error:
        raise _no_window(text, error.why) from error
    if not _LEAST_DAYS <= found <= _MOST_DAYS:
        raise _no_window(text, "it is at least 1d and at most 365d")
    return found


def _no_window(text: str, why: str) -> InvalidValue:
    return InvalidValue(
        f"--window {text} can't be used", why=why, fix=ChangeOption("--window", "30d")
    )


def _tell_period(call: Call, period: Period, *, is_cut: bool) -> None:
    """Tell what of a window no log of the cluster covers, and what is not as it was then."""
    from adxmi_jupyter.actions.audit.collecting import KEPT

    since, until = period.seen(now := datetime.now(UTC))
    days = round((until - since) / timedelta(days=1))
    if is_cut and timedelta(days=days) < period.window:
        kept = f"the cluster keeps its requests for {KEPT.days} days"
        call.say(f"{kept}: the window is cut to {days}d")
    if now - until > timedelta(days=1):
        call.say("--as-of is about logs and suppressions: the rest is as it is now")


def _workspace(text: str) -> str:
    """Return the ID of a workspace in lower case.

    Raises
    ------
    InvalidValue
        It is none.

    """
    from adxmi_jupyter.model.identity import is_guid

    if text and not is_guid(text):
        raise InvalidValue(
            f"--workspace {text} can't be used",
            why="the workspace ID is a GUID, shown on the overview page of the workspace",
            fix=ChangeOption("--workspace", _SOME_WORKSPACE),
        )
    return text.lower()


def _outside(names: tuple[str, ...], workspace: str) -> Outside:
    from adxmi_jupyter.actions.evidence.touched import Exported, read_exported

    files = [Exported(name, file_text(name, "--logs")) for name in names]
    return replace(read_exported(files), workspace=workspace)


def _note_code(call: Call, found: Audit, fail_on: str) -> None:
    from adxmi_jupyter.model.audit.findings import Severity, at_or_above

    call.tells_by_code = True
    call.has_found = fail_on != _NONE and at_or_above(found.findings, Severity(fail_on))
