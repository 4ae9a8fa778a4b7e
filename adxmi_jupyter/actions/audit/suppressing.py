"""Findings that are known and accepted: which suppression mutes which, and which none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.planning import content_for
from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.model.audit.findings import Mute, Severity, State
from adxmi_jupyter.model.audit.rule import every_rule, rule_of
from adxmi_jupyter.model.policy_file.reading import AuditSettings, PolicyFile
from adxmi_jupyter.model.policy_file.sections import AuditSection

if TYPE_CHECKING:
    from datetime import date

    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.policy_file.sections import Suppression
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Settings:
    """Suppressions, severities by rule, and the names of a file for identities."""

    suppress: tuple[Suppression, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)


def settings_of(connection: Connection, read: PolicyFile | AuditSettings) -> Settings:
    """Return what a file says of the audit of the connected cluster.

    Raises
    ------
    InvalidPolicyFile
        It names a rule that there is not, or suppresses one of high severity without an end.
    WrongCluster
        It is a policy file of other clusters.

    """
    found = _of_cluster(connection, read) if isinstance(read, PolicyFile) else read
    severities = {}
    for name, severity in found.section.severity.items():
        severities[_known(found, ("severity", name), name)] = severity
    for number, one in enumerate(found.section.suppress):
        rule = _known(found, ("suppress", number, "rule"), one.rule)
        severity = severities.get(rule, rule_of(rule).severity)
        if severity is Severity.HIGH and one.until is None:
            raise found.mistake(
                ("suppress", number),
                f"the suppression of {rule} has no end",
                "its severity is high, so that it is reviewed again",
                "add until: YYYY-MM-DD",
            )
    return Settings(found.section.suppress, severities, found.aliases)


def _of_cluster(connection: Connection, file: PolicyFile) -> AuditSettings:
    content = content_for(connection, file)
    aliases = {
        name: alias.references(content.cluster)
        for name, alias in content.content.identities.items()
    }
    section = content.content.audit or AuditSection()
    return AuditSettings(content.source, section, content.document, ("audit",), aliases)


def _known(found: AuditSettings, path: tuple[str | int, ...], name: str) -> str:
    try:
        return rule_of(name).id
    except InvalidValue as unknown:
        raise found.mistake(path, unknown.what, unknown.why, "name one of the rules") from unknown


@dataclass(frozen=True)
class Suppressed:
    """Findings, some of them muted, and the suppressions that are of no use."""

    findings: tuple[AuditFinding, ...]
    unused: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()


def suppressed(
    findings: Sequence[AuditFinding], settings: Settings, cluster: AuditedCluster
) -> Suppressed:
    """Mute findings; one whose suppression has expired stays open, and says so."""
    today = cluster.as_of.date()
    used: set[int] = set()
    made = []
    for one in findings:
        fits = [
            number
            for number, rule in enumerate(settings.suppress)
            if one.verdict.state is State.OPEN and _fits(rule, one, settings, cluster)
        ]
        used.update(fits)
        made.append(_muted(one, [settings.suppress[number] for number in fits], today))
    unused = (rule for number, rule in enumerate(settings.suppress) if number not in used)
    here = [rule for rule in unused if _is_here(rule, cluster)]
    expired = [rule for rule in settings.suppress if rule.until and rule.until < today]
    return Suppressed(tuple(made), tuple(here), tuple(expired))


def _muted(finding: AuditFinding, fits: Sequence[Suppression], today: date) -> AuditFinding:
    valid = next((one for one in fits if one.until is None or one.until >= today), None)
    if valid is not None:
        return replace(finding, mute=Mute(valid.reason, valid.until, valid.by))
    if fits:
        return replace(finding, expired=Mute(fits[0].reason, fits[0].until, fits[0].by))
    return finding


def _is_here(rule: Suppression, cluster: AuditedCluster) -> bool:
    names = {cluster.name.casefold(), cluster.uri.casefold().rstrip("/")}
    return rule.cluster is None or rule.cluster.casefold().rstrip("/") in names


def _fits(
    rule: Suppression, finding: AuditFinding, settings: Settings, cluster: AuditedCluster
) -> bool:
    about = finding.verdict
    if rule.rule.upper() != finding.rule or not _is_here(rule, cluster):
        return False
    if rule.database is not None and rule.database.casefold() != about.scope.database.casefold():
        return False
    if rule.usage is not None and rule.usage.casefold() != about.usage.casefold():
        return False
    if rule.identity is None:
        return True
    if about.identity is None:
        return False
    wanted = {one.casefold() for one in (rule.identity, *settings.aliases.get(rule.identity, ()))}
    identity = about.identity
    names = {*cluster.names_of(identity), identity.label.casefold(), identity.word.casefold()}
    names.add(identity.resource_id.casefold())
    return not wanted.isdisjoint(names - {""})


def severity_of(rule_id: str, settings: Settings) -> Severity:
    """Return how bad findings of a rule are, by the settings or by the rule itself."""
    return settings.severities.get(rule_id) or next(
        one.severity for one in every_rule() if one.id == rule_id
    )
