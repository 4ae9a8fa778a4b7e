"""Hosts of clusters: found in texts, and compared as clusters.

A cluster has several hosts: the one for queries, the one for ingestion, and one that asks for
multi-factor authentication. A port and letter case make no other cluster.

Source: *Kusto connection strings*, *Managed identity policy*, *Create a free Azure Data Explorer
cluster* (Azure Data Explorer docs); *Kusto trusted endpoints* (aka.ms/kustotrustedendpoints).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_INGEST = "ingest-"
# Domains of one cloud that stand for one another.
_DOMAINS = {"azure.cn": "chinacloudapi.cn", "azure.us": "usgovcloudapi.net"}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_KUSTO = (
    rf"(?P<name>{_LABEL}(?:\.{_LABEL}){{0,3}})\.kusto(?:mfa|dev)?\.(?P<domain>"
    r"windows\.net|usgovcloudapi\.net|chinacloudapi\.cn|azure\.us|azure\.cn|"
    r"azuresynapse(?:-dogfood)?\.net|azuresynapse\.azure\.cn|"
    r"(?:fabric|data|aria)\.microsoft\.com|core\.eaglex\.ic\.gov|core\.microsoft\.scloud|"
    r"sovcloud-api\.(?:fr|de|sg))"
)
_PROXY = (
    r"ad[ex]\.(?:[a-z]{1,20}\.){0,2}(?:monitor|loganalytics|applicationinsights)"
    r"\.(?:io|azure\.(?:com|us|cn))"
)
_HOST = re.compile(rf"(?<![\w.@-])(?:{_KUSTO}|{_PROXY})(?![\w-]|\.\w)", re.IGNORECASE)
_WEB = re.compile(
    rf"\bdataexplorer\.azure\.(?P<top>com|us|cn)/clusters/(?P<name>{_LABEL}(?:\.{_LABEL})*)",
    re.IGNORECASE,
)
_TOPS = {"com": "windows.net", "us": "usgovcloudapi.net", "cn": "chinacloudapi.cn"}
# What a denial itself says it is about: authorized to perform … on 'https://…'.
_DENYING = re.compile(r"\bon\s+[\"'\\]*https?://\Z", re.IGNORECASE)
_LONGEST_BEFORE = 30
# Every cluster of a cloud has these as the audience of its tokens.
_AUDIENCES = ("kusto", "api")


class Edition(StrEnum):
    """What is not a full cluster, by its host."""

    FABRIC = "a Fabric eventhouse"
    SYNAPSE = "a Synapse Data Explorer pool"
    FREE = "a free cluster"

    @property
    def lacks(self) -> str:
        """What it does not have."""
        return _LACKS[self]

    @property
    def has(self) -> str:
        """What is there all the same."""
        return _HAS[self]


_LACKS = {
    Edition.FABRIC: (
        "it has no managed identity policy and no managed identities to assign, and Azure Resource "
        "Manager does not know it"
    ),
    Edition.SYNAPSE: (
        "these pools were retired on October 7, 2025, and their workloads deleted; what is left of "
        "them in lists is history"
    ),
    Edition.FREE: (
        "it supports no managed identities, no external tables and no continuous export, and Azure "
        "Resource Manager does not know it"
    ),
}
_HAS = {
    Edition.FABRIC: (
        "queries, security roles and external tables that authenticate as the caller; Admin, "
        "Member and Contributor of the workspace are Admin on every database"
    ),
    Edition.SYNAPSE: "",
    Edition.FREE: "queries, ingestion and security roles of databases",
}


@dataclass(frozen=True)
class ClusterHost:
    """A cluster by its host, without the prefix of ingestion and port, in lower case."""

    host: str
    name: str = ""
    domain: str = ""

    def is_same(self, other: ClusterHost) -> bool:
        """Tell whether it is the same cluster."""
        if not self.domain or not other.domain:
            return self.host == other.host
        return (self.name, self.domain) == (other.name, other.domain)

    @property
    def edition(self) -> Edition | None:
        """What it is where it is no full cluster; None where the host does not tell."""
        if "fabric.microsoft" in self.host:
            return Edition.FABRIC
        if "azuresynapse" in self.host:
            return Edition.SYNAPSE
        return Edition.FREE if self.name.startswith("kvc") else None


def cluster_host(host: str) -> ClusterHost:
    """Return the cluster that a host belongs to; of a host of no known form, the host itself.

    >>> cluster_host("Ingest-help.kusto.windows.net:443").host
    'help.kusto.windows.net'
    """
    plain = host.strip().lower().rsplit("://", 1)[-1].split("/")[0].split(":")[0].rstrip(".")
    plain = plain.removeprefix(_INGEST)
    found = _HOST.fullmatch(plain)
    if found is None or not found["name"]:
        return ClusterHost(plain)
    domain = found["domain"]
    return ClusterHost(plain, found["name"], _DOMAINS.get(domain, domain))


def clusters_in(text: str) -> tuple[ClusterHost, ...]:
    """Return the clusters that a text is about, by their hosts, each once.

    Those on which it says that something was denied, if there are such; else all that it names.
    """
    found: dict[ClusterHost, bool] = {}
    for one in _HOST.finditer(text):
        cluster = cluster_host(one.group())
        if cluster.name not in _AUDIENCES:
            before = text[max(one.start() - _LONGEST_BEFORE, 0) : one.start()]
            found[cluster] = found.get(cluster, False) or bool(_DENYING.search(before))
    for web in _WEB.finditer(text):
        found.setdefault(cluster_host(f"{web['name']}.kusto.{_TOPS[web['top'].lower()]}"), False)
    denying = tuple(cluster for cluster, denies in found.items() if denies)
    return denying or tuple(found)
