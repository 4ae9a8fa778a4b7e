"""The commands about the journal as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lark import Token, Transformer, v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level, Scope


@dataclass(frozen=True)
class ShowJournal(FamilyCommand):
    """`.show journal`, or only that of a database or of the cluster itself."""

    shows: ClassVar[bool] = True

    only: Scope | None = None


@v_args(inline=True)
class JournalTrees(Transformer[Token, Any]):
    """Turn the trees of this folder's grammar into commands."""

    def show_journal(self) -> ShowJournal:
        return ShowJournal()

    def show_database_journal(self, name: str) -> ShowJournal:
        return ShowJournal(Scope(Level.DATABASE, name))

    def show_cluster_journal(self) -> ShowJournal:
        return ShowJournal(Scope(Level.CLUSTER))
