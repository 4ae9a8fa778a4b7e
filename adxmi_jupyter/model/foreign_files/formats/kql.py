"""KQL scripts: management commands, one after the other.

Source: *.execute database script*, *Managed identity policy*, *Manage database security roles*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.foreign_files.exporting import Abilities, outgoing
from adxmi_jupyter.model.foreign_files.gathering import Gathering
from adxmi_jupyter.model.foreign_files.identities import Identities
from adxmi_jupyter.model.foreign_files.kql_script import locate_in, read_script
from adxmi_jupyter.model.foreign_files.kql_writing import (
    policy_command,
    role_commands,
    rules_command,
)
from adxmi_jupyter.model.foreign_files.values import (
    TextFile,
    Where,
    Writing,
    comment_line,
    commented,
)

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.exporting import Outgoing
    from adxmi_jupyter.model.foreign_files.values import Finding, Hub, Reading, ReadOptions
    from adxmi_jupyter.model.identity import ManagedIdentity

_CAN = Abilities(descriptions=True)
_NAME = "policy.kql"
_SUFFIXES = (".kql", ".csl", ".kusto")


class Kql:
    """Scripts of management commands."""

    title = "KQL script"
    patterns = ("*.kql", "*.csl")

    def guess(self, file: TextFile) -> bool:
        """Tell whether the suffix is one of KQL."""
        return file.name.lower().endswith(_SUFFIXES)

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what the commands of scripts do, one script after the other."""
        into = Gathering()
        for file in files:
            read_script(file.text, locate_in(file.text, file.name), into)
        return into.reading(options.cluster_uri, where=Where(files[0].name, 1, 1))

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return one script."""
        found = outgoing(hub, Identities.in_hub(hub, known), _CAN)
        head = commented("//", (*read, *found.findings))
        blocks = [*(["\n".join(head)] if head else []), *_blocks(found)]
        return Writing((TextFile(_NAME, "\n\n".join(blocks) + "\n"),), found.findings)


def _blocks(found: Outgoing) -> Iterator[str]:
    for part in found.policies:
        command = policy_command(part)
        if command:
            notes = [why for why in part.notes.values() if why]
            yield "\n".join([*_remarks(notes), command])
    for role in found.roles:
        for command, holders in role_commands(role):
            notes = [one.why for one in holders if one.why]
            yield "\n".join([*_remarks(notes), command])
    if found.rules is not None:
        command = rules_command(found.rules, found.rules_mode)
        if command:
            yield command


def _remarks(notes: Sequence[str]) -> list[str]:
    return [comment_line("//", note) for note in notes]


FORMAT = Kql()
