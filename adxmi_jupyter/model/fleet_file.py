"""A fleet file: which clusters are meant, by kind, and which of them are not.

    include:
      managementGroups: [contoso-data]
      tags: {stage: prod}
    exclude:
      clusters: ["*-sandbox"]

Mistakes are told with their line and column, as those of a policy file are.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from adxmi_jupyter.model.fleet import Filter, Selection
from adxmi_jupyter.model.policy_file.nodes import Node, Word
from adxmi_jupyter.model.policy_file.reading import parsed, validated


def _listed(value: object) -> object:
    """Take one word for a list of one."""
    return [value] if isinstance(value, str) else value


# A list that names nothing would select as if it was not there: everything.
_Words = Annotated[tuple[Word, ...], BeforeValidator(_listed), Field(min_length=1)]
_Tags = Annotated[dict[Word, str], Field(min_length=1)]


class _Section(Node):
    """Properties of clusters; see `Filter`."""

    subscriptions: _Words = ()
    management_groups: _Words = ()
    resource_groups: _Words = ()
    tags: _Tags = Field(default_factory=dict)
    clusters: _Words = ()

    def filter(self) -> Filter:
        """Return what it says as a value."""
        return Filter(
            self.subscriptions,
            self.management_groups,
            self.resource_groups,
            dict(self.tags),
            self.clusters,
        )


class _FleetFile(Node):
    """The whole file."""

    include: _Section = _Section()
    exclude: _Section = _Section()


def read_fleet_file(text: str, source: str) -> Selection:
    """Read a fleet file of YAML or JSON; `source` is what errors call it.

    Raises
    ------
    InvalidPolicyFile
        It cannot be read, or says something that cannot be; file, line and column are named.

    """
    document = parsed(text, source)
    told = ("it is no fleet file", "begin it with include: or exclude:")
    file = validated(document, source, _FleetFile, told)
    return Selection(file.include.filter(), file.exclude.filter(), source)
