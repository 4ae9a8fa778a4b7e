"""Requirements and findings as text: what they are called, what they are about, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import Observation, State, Topic
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.model.azure_role import COSMOS_READER_NAME
from adxmi_jupyter.model.declaration import requirements as r
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.declaration.stored import Source
from adxmi_jupyter.model.denial import Concern

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding

    About = r.Requirement | Observation

_TITLES: dict[Key | Topic | Concern, str] = {
    Key.ID: "kind of ID",
    Key.EXISTS: "identity exists",
    Key.ASSIGNED: "assigned to the cluster",
    Key.ALLOWED: "allowed by policy",
    Key.TENANT: "same tenant",
    Key.AZURE_ROLE: "Azure role",
    Key.COSMOS_DB_ROLE: "Cosmos DB role",
    Key.SQL_SERVER_ROLE: "permission at the target",
    Key.SECURITY_ROLE: "security role",
    Key.CALLOUT: "callout policy",
    Key.PLUGIN: "plugin",
    Key.TARGET: "permission at the target",
    Key.EXTERNAL_TABLE: "external table",
    Key.FOLLOWERS: "follower clusters",
    Key.CONSUMER_GROUP: "consumer group",
    Key.TABLE: "table",
    Key.NETWORK: "network",
    Topic.STATE: "state",
    Topic.LISTING: "listing",
    Topic.AUTHENTICATION: "authentication",
    Concern.ADDRESS: "address",
    Concern.CALLER: "permission of the caller",
    Concern.OPERATOR: "permission of the caller",
    Concern.SIGN_IN: "sign-in of the caller",
    Concern.HOST: "identity of the client's host",
    Concern.CLUSTER: "cluster",
    Concern.PRINCIPAL: "principal",
    Concern.BUSY: "other change",
    Concern.THROTTLED: "request rate",
    Concern.OUTAGE: "service",
    Concern.STOPPED: "state of the cluster",
    Concern.RESOURCE: "resource",
    Concern.DATABASE: "database",
    Concern.ENTITY: "table or other entity",
    Concern.THERE: "already there",
    Concern.DATA: "data",
    Concern.VALIDATION: "validation",
    Concern.STATEMENT: "request",
    Concern.SYNTAX: "request",
    Concern.ENDPOINT: "endpoint",
    Concern.UNSPECIFIED: "error",
}


def title(about: About) -> str:
    """Return what it is called."""
    return _TITLES[about.key]


def subject(about: About) -> str:
    """Return what it is about: the identity, and for or on what."""
    match about:
        case r.NamedBy():
            return f"{about.identity.label} as {about.word}"
        case r.Allowed():
            return f"{about.identity.label} {about.usage}"
        case r.SameTenant():
            return f"{about.identity.label} and {about.target.name}"
        case r.GrantedInAzure() | r.GrantedInCosmosDb() | r.NetworkOpen():
            whose = about.identity.label if about.identity else ""
            return " on ".join(filter(None, (whose, str(about.target))))
        case r.GrantedInSqlServer():
            return f"{about.identity.label} in {about.server}"
        case r.GrantedInKusto():
            return f"{about.identity.label} {about.role}"
        case r.ReadsThrough():
            return f"{about.identity.label} through {besides_identity(about)}"
        case r.Exists() | r.Assigned() | r.AssignedToFollowers():
            return about.identity.label
        case _:
            return besides_identity(about)


def besides_identity(about: About) -> str:
    """Return what it is about besides its identity; empty if it is about the identity alone."""
    match about:
        case r.NamedBy():
            return about.word
        case r.Allowed():
            return str(about.usage)
        case r.SameTenant():
            return about.target.name
        case r.GrantedInAzure() | r.GrantedInCosmosDb() | r.NetworkOpen():
            return str(about.target)
        case r.GrantedInSqlServer():
            return about.server
        case r.GrantedInKusto():
            return str(about.role)
        case _:
            return _without_identity(about)


def _without_identity(about: About) -> str:
    match about:
        case r.CalloutAllowed():
            return f"{about.callout_type} {about.uri}"
        case r.PluginEnabled():
            return about.plugin
        case r.WritesThrough() | r.ReadsThrough():
            return f"external table {about.external_table}"
        case r.ConsumerGroupFree():
            hub = "/".join(about.event_hub.split("/")[-3::2])
            return f"{about.consumer_group} of {hub}"
        case r.TableReady():
            return f"{about.table} by {about.mapping}" if about.mapping else about.table
        case r.NotVerifiable():
            return about.subject
        case Observation():
            return _observed(about)
        case _:
            return ""


def _observed(about: Observation) -> str:
    who = about.identity.label if about.identity else about.principal
    whose = " ".join(filter(None, (who, about.role)))
    return " on ".join(filter(None, (whose, about.place)))


def problem(finding: Finding, database: str) -> str:
    """Return what is wrong as a sentence; what has none of its own is named as a requirement."""
    about = finding.about
    if finding.state is State.NOT_MET:
        match about:
            case r.Exists():
                return f"{about.identity.label} doesn't exist"
            case r.Assigned():
                return f"{about.identity.label} is not assigned"
            case r.Allowed():
                where = "on the cluster" if about.cluster_only else f"in {database}"
                return f"{about.identity.label} is not allowed {about.usage} {where}"
            case r.GrantedInAzure():
                role = about.roles[0].role_name
                return f"{about.identity.label} lacks {role} on {about.target}"
            case r.GrantedInKusto():
                return f"{about.identity.label} lacks the role {about.role} of {database}"
            case r.CalloutAllowed():
                return f"the callout policy denies {about.callout_type} for {about.uri}"
            case _:
                pass
    return ": ".join(filter(None, (title(about), subject(about))))


def evidence(finding: Finding) -> str:
    """Return why it was found so, and where that is not the list of such things, who told."""
    source = _FROM_SCRIPT if finding.source is Source.CSL_SCRIPT else ""
    return "; ".join(filter(None, (Dialect().fix(finding.evidence), source)))


_FROM_SCRIPT = "source: .show database schema as csl script"


def needed(requirement: r.Requirement) -> str:
    """Return a requirement as a sentence of the documentation, in Markdown."""
    return (
        _of_the_identity(requirement) or _at_a_target(requirement) or _of_the_cluster(requirement)
    )


def _of_the_identity(one: r.Requirement) -> str:
    match one:
        case r.Exists():
            return f"{one.identity.label} exists"
        case r.Assigned():
            return f"{one.identity.label} is assigned to the cluster"
        case r.Allowed():
            where = "cluster policy" if one.cluster_only else "policy of the database or cluster"
            return f"the {where} allows {one.identity.label} `{one.usage}`"
        case r.GrantedInKusto():
            where = ", ".join(one.databases) or "the database"
            return f"{one.identity.label} is in the role `{one.role}` of {where}"
        case r.AssignedToFollowers():
            if one.identity.is_system:
                own = "has a system-assigned identity of its own, with a role of its own"
                return f"each cluster that follows the database {own} on the target"
            return f"{one.identity.label} is assigned to the clusters that follow the database"
        case _:
            return ""


def _at_a_target(one: r.Requirement) -> str:
    match one:
        case r.SameTenant():
            return f"{one.identity.label} is in the tenant of `{one.target.name}`"
        case r.GrantedInAzure():
            role = one.roles[0].role_name
            return f"{one.identity.label} holds the Azure role *{role}* on `{one.target}`"
        case r.GrantedInCosmosDb():
            role = f"*{COSMOS_READER_NAME}*, a role of Cosmos DB's own,"
            return f"{one.identity.label} holds {role} on `{one.target}`"
        case r.GrantedInSqlServer():
            right = "write" if one.writes else "read"
            place = f"`{one.server}/{one.catalog}`"
            return f"{one.identity.label} is a user of {place} with permission to {right}"
        case r.NetworkOpen():
            return f"the network of `{one.target.name}` allows the cluster"
        case r.NotVerifiable():
            return f"{one.subject}: {one.what}"
        case _:
            return ""


def _of_the_cluster(one: r.Requirement) -> str:
    match one:
        case r.CalloutAllowed():
            return f"the callout policy allows `{one.callout_type}` for `{one.uri}`"
        case r.PluginEnabled():
            return f"the plugin `{one.plugin}` is enabled"
        case r.ConsumerGroupFree():
            group = f"the consumer group `{one.consumer_group}` of the event hub"
            return f"{group} is there, and no other data connection reads by it"
        case r.TableReady() if one.mapping:
            named = f"the table `{one.table}` is there, and its ingestion mapping `{one.mapping}`"
            return f"{named} with all of its columns"
        case r.TableReady():
            return f"the table `{one.table}` is there"
        case r.WritesThrough():
            table = f"the external table `{one.external_table}` is there"
            return f"{table}, and its own identity may write to it"
        case r.ReadsThrough():
            table = f"the external table `{one.external_table}` is there"
            return f"{table}, and {one.identity.label} may read what it reads"
        case _:
            return f"{subject(one)} is in order itself"
