"""Templates of Azure Resource Manager, and of Bicep as it is compiled.

An assignment of a role is a resource of its own, so that others stay. Policies and callout rules
are in scripts. A cluster is written as a whole: what the template leaves out gets its default.

Source: REST reference of Microsoft.Kusto (clusters, principalAssignments, scripts,
dataConnections); *Understand the structure and syntax of ARM templates* (Azure docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.body import json_document
from adxmi_jupyter.model.foreign_files.arm_reading import read_template, values_of
from adxmi_jupyter.model.foreign_files.arm_writing import written
from adxmi_jupyter.model.foreign_files.gathering import Gathering
from adxmi_jupyter.model.foreign_files.parts import parsed
from adxmi_jupyter.model.foreign_files.values import Where, mistake

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.values import (
        Finding,
        Hub,
        Reading,
        ReadOptions,
        TextFile,
        Writing,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity

_BEGINNING = 2_000
_PARAMETERS = "deploymentParameters.json#"
_SCHEMAS = ("deploymentTemplate.json#", _PARAMETERS)


class Arm:
    """Deployment templates."""

    title = "ARM template"
    patterns: tuple[str, ...] = ()

    def guess(self, file: TextFile) -> bool:
        """Tell whether the schema at the beginning is that of a template."""
        beginning = file.text[:_BEGINNING]
        return beginning.lstrip().startswith("{") and any(one in beginning for one in _SCHEMAS)

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what the resources of templates say, with the values of files of parameters."""
        into = Gathering()
        templates, given = [], {}
        for file in files:
            if file.name.lower().endswith(".bicep"):
                why, fix = "templates are read as JSON", "compile it with: az bicep build"
                raise mistake(Where(file.name, 1, 1), "it is Bicep", why, fix)
            whole = parsed(json_document, file.text, file.name, "JSON")
            if _PARAMETERS in str(whole.get("$schema").value):
                given.update(values_of(whole))
                continue
            if not isinstance(whole.value, dict) or whole.get("resources").value is None:
                raise mistake(whole.where, "it is no template", "it holds no resources")
            templates.append(whole)
        for template in templates:
            read_template(template, into, given)
        return into.reading(options.cluster_uri, where=Where(files[0].name, 1, 1))

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return one template, which has no comments."""
        del read
        return written(hub, known)


FORMAT = Arm()
