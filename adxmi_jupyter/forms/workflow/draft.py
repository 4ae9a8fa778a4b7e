"""What a form's fields come to: a workflow, what it sends, what is wrong with it, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.declaration.reading import AS_A_WHOLE

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow.filling import Find
    from adxmi_jupyter.model.declaration.products import Product
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Draft:
    """A filled-in workflow with all that follows from it; or the problems, by name of the field.

    `notes` is what there is to say about its identities.
    """

    workflow: Workflow | None = None
    product: Product | None = None
    connection_strings: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    problems: Mapping[str, AdxmiError] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def required(self) -> Workflow:
        """Return the workflow; raises the first problem where there is one."""
        for problem in self.problems.values():
            raise problem
        assert self.workflow is not None  # noqa: S101 - for the type checker
        return self.workflow


@dataclass(frozen=True)
class WorkflowPreview:
    """What *Apply* would do: the exact text and where it goes, and the line to type instead.

    Empty while something is wrong or missing.
    """

    text: str = ""
    sent_to: str = ""
    connection_strings: tuple[str, ...] = ()
    line: Command = field(default_factory=Command)


@dataclass(frozen=True)
class Applied:
    """What was carried out, under which name and where, and the command that undoes it, if any."""

    told: tuple[str, ...]
    back: tuple[Command, ...]
    name: str = ""
    database: str = ""


def drafted(
    connection: Connection,
    declaration: type[Workflow],
    values: Mapping[str, object],
    find: Find,
) -> Draft:
    """Fill a declaration in; `find` finds identities, and nothing else is requested."""
    filled = fill_in(connection, declaration, values, find=find)
    workflow: Workflow | None = filled.reading.workflow
    if workflow is None:
        return Draft(problems=filled.reading.problems, notes=filled.notes)
    try:
        return Draft(
            workflow,
            workflow.product(),
            workflow.connection_strings(),
            workflow.requirements(),
            notes=filled.notes,
        )
    except AdxmiError as error:  # such as a host that no connection string may name
        return Draft(problems={AS_A_WHOLE: error}, notes=filled.notes)
