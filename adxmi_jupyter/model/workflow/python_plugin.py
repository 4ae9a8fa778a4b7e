"""Python plugin: a script runs beside the query; files it needs are fetched as an identity.

Three things are special. The usage SandboxArtifacts counts in the cluster policy only. The callout
policy must allow the address of each file for sandbox_artifacts. And the plugin must be enabled.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import StorageLocation
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.plugins import call, dynamic, piped, text_literal
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    CalloutAllowed,
    PluginEnabled,
    Requirement,
    present,
)
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import (
    Artifacts,
    Body,
    Columns,
    Identity,
    JsonObject,
    Text,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

_ARTIFACT = "order_tax.zip=https://contosolake.blob.core.windows.net/artifacts/order_tax.zip"


class Spread(StrEnum):
    """Where the script runs."""

    SINGLE = "single"
    PER_NODE = "per_node"


class Remote(StrEnum):
    """Which cluster runs it, where the data is in another."""

    AUTO = "auto"
    LOCAL = "local"


def _reaching(identity: ManagedIdentity, *places: StorageLocation) -> tuple[Requirement, ...]:
    return (
        PluginEnabled("python"),
        *present(identity),
        Allowed(identity, Usage.SANDBOX_ARTIFACTS, cluster_only=True),
        *(CalloutAllowed("sandbox_artifacts", place.uri) for place in places),
        *targets.reads(identity, *places),
    )


def _chain(identity: ManagedIdentity, place: object) -> tuple[Requirement, ...]:
    return _reaching(identity, place) if isinstance(place, StorageLocation) else ()


class PythonPlugin(Workflow):
    """Python plugin scripts whose files a managed identity reads."""

    about: ClassVar = About(
        title="Python plugin with external artifacts",
        does="run",
        action="Run a Python script in a query with files fetched by a managed identity",
        caller=Permission("Database Viewer"),
        pages=("Python plugin", "Managed identity policy", "Callout policy"),
        sample=Sample(
            {
                "query": "Orders | take 2",
                "columns": "Note:string",
                "artifacts": _ARTIFACT,
                "identity": "mi-ingest",
                "script": "result = df\nresult['Note'] = 'seen'",
            },
        ),
        body="script",
    )
    listing: ClassVar = FunctionListing(("python",), _chain)

    query: Text = field(
        "Query", "KQL query whose result the script gets as df.", example="Orders | take 10"
    )
    columns: Columns = field(
        "Columns", "Columns that the script adds to those of the query.", (), example="Note:string"
    )
    script: Body = field(
        "Script", "Python script that reads df and sets result.", example="result = df"
    )
    artifacts: Artifacts = field(
        "Artifacts",
        "Files for the script: NAME=URL. Packages come as zip files.",
        example=_ARTIFACT,
    )
    identity: Identity = field("Identity", identity_help("reads the files"), example="mi-ingest")
    parameters: JsonObject = field(
        "Parameters",
        "Parameters that the script gets as kargs, a JSON object.",
        None,
        example='{"factor": 2}',
    )
    spread: Spread | None = field(
        "Distribution", "Distribution of the script: a single node, or each node.", None
    )
    remote: Remote | None = field(
        "Remote", "Cluster that runs the script where the data is in another cluster.", None
    )
    spill_to_disk: bool = field(
        "Spill to disk",
        "Transfer the data through files on disk, for large data.",
        default=False,
    )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements; SandboxArtifacts counts on the cluster only."""
        return _reaching(self.identity, *(place for _, place in self.artifacts))

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each artifact."""
        return tuple(targets.connection_string(place, self.identity) for _, place in self.artifacts)

    def product(self) -> Statement:
        """Return the query."""
        fetched = ", ".join(
            f"{kql.string_literal(name)}, {targets.literals((string,))}"
            for (name, _), string in zip(self.artifacts, self.connection_strings(), strict=True)
        )
        arguments = [
            f"typeof({', '.join(['*', *map(str, self.columns)])})",
            text_literal(self.script),
            dynamic(self.parameters) if self.parameters else "",
            f"external_artifacts=bag_pack({fetched})",
            "spill_to_disk=true" if self.spill_to_disk else "",
        ]
        hints = [
            f"hint.distribution={self.spread}" if self.spread else "",
            f"hint.remote={self.remote}" if self.remote else "",
        ]
        plugin = " ".join(filter(None, ("evaluate", *hints, "python")))
        return Statement(piped(self.query, call(plugin, *filter(None, arguments))), Endpoint.QUERY)
