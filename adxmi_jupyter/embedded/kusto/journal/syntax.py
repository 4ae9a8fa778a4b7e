"""The commands about the journal as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level, Scope
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees


@dataclass(frozen=True)
class ShowJournal(FamilyCommand):
    """`.show journal`, or only that of a database or of the cluster itself."""

    runner: ClassVar[tuple[str, str]] = ("journal.commands", "show_journal")
    shows: ClassVar[bool] = True

    only: Scope | None = None


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_journal(self) -> ShowJournal:
        return ShowJournal()

    def show_database_journal(self, name: str) -> ShowJournal:
        return ShowJournal(Scope(Level.DATABASE, name))

    def show_cluster_journal(self) -> ShowJournal:
        return ShowJournal(Scope(Level.CLUSTER))
