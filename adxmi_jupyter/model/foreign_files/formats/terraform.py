"""Terraform: files of HCL, and the values of ``terraform show -json``.

An assignment of a role is a resource of its own, so that others stay. Policies and callout rules
are in scripts. The identities of a cluster are a list that replaces what was there.

Source: *azurerm_kusto_cluster*, *azurerm_kusto_database_principal_assignment*,
*azurerm_kusto_script* (Terraform registry); *JSON Output Format* (Terraform docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.body import json_document
from adxmi_jupyter.model.foreign_files import secrets
from adxmi_jupyter.model.foreign_files.gathering import Gathering
from adxmi_jupyter.model.foreign_files.hcl_text import hcl_blocks
from adxmi_jupyter.model.foreign_files.parts import Part, parsed
from adxmi_jupyter.model.foreign_files.terraform_reading import Resource, Resources
from adxmi_jupyter.model.foreign_files.terraform_writing import written
from adxmi_jupyter.model.foreign_files.values import Reason, Where, mistake

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
_KUSTO = ("azurerm_kusto_", "adx_")
_SCRIPTS = ("script_content",)
_SAYS_NOTHING = ("terraform", "provider")
"""Blocks about Terraform alone. All others hold, move or tell something of what is described."""


class Terraform:
    """Resources of Terraform."""

    title = "Terraform"
    patterns = ("*.tf",)

    def guess(self, file: TextFile) -> bool:
        """Tell whether it is a file of HCL, or the JSON of a state or plan."""
        if file.name.lower().endswith(".tf"):
            return True
        beginning = file.text[:_BEGINNING].lstrip()
        return beginning.startswith("{") and '"terraform_version"' in beginning

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what the resources say."""
        into = Gathering()
        found = [one for file in files for one in _resources(file, into)]
        Resources(found, into).read()
        return into.reading(options.cluster_uri, where=Where(files[0].name, 1, 1))

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return one file of HCL."""
        return written(hub, known, read)


def _resources(file: TextFile, into: Gathering) -> Iterator[Resource]:
    if file.text.lstrip()[:1] in {"{", "["}:
        yield from _of_json(file)
    else:
        yield from _of_hcl(file, into)


def _of_json(file: TextFile) -> Iterator[Resource]:
    whole = parsed(json_document, file.text, file.name, "JSON")
    values = whole.get("values") if whole.get("values").value else whole.get("planned_values")
    module = values.get("root_module")
    if module.value is None:
        why = "neither values nor planned_values has a root_module"
        fix = "write the file with: terraform show -json"
        raise mistake(whole.where, "it holds no values of Terraform", why, fix)
    yield from _of_module(module)


def _of_module(module: Part) -> Iterator[Resource]:
    for one in module.get("resources").each():
        kind, values = one.get("type").text(), one.get("values")
        if kind.startswith(_KUSTO):
            values.check_secrets(scripts=_SCRIPTS)
        is_data = one.get("mode").text() == "data"
        yield Resource(kind, one.get("address").text(), values, is_data=is_data)
    for child in module.get("child_modules").each():
        yield from _of_module(child)


def _of_hcl(file: TextFile, into: Gathering) -> Iterator[Resource]:
    blocks, document = hcl_blocks(file.text, file.name)
    for block in blocks:
        body = Part(type(document)(block.body, document.places), file.name, block.body)
        where = Where(file.name, block.place.line, block.place.column)
        body.check_secrets(scripts=_SCRIPTS)
        if block.kind == "variable" and block.labels:
            default = body.get("default")
            secrets.check_value(block.labels[0], default.value, default.where)
        elif block.kind == "module":
            into.unresolved(".".join(("module", *block.labels)), "", where)
        elif block.kind in {"resource", "data"} and len(block.labels) == len(("type", "name")):
            kind, name = block.labels
            is_data = block.kind == "data"
            address = f"{'data.' if is_data else ''}{kind}.{name}"
            yield Resource(kind, address, body, is_data=is_data, at=where)
        elif block.kind not in _SAYS_NOTHING:
            into.not_converted(Reason.OTHER, ".".join((block.kind, *block.labels)), "", where)


FORMAT = Terraform()
