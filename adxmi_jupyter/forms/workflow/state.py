"""What the form of a workflow knows and does, for any declaration. No widget in here.

Typing sends no request: what can be named was read when the form opened. Requirements are checked
by `look` alone, or by whoever takes `glance` and hands what it found to `last_check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import examination
from adxmi_jupyter.actions.check.chains import Requirements
from adxmi_jupyter.actions.check.remediation import carry_out
from adxmi_jupyter.actions.choices.lists import Lists
from adxmi_jupyter.actions.workflow import filling, inference
from adxmi_jupyter.actions.workflow import writes as workflow_writes
from adxmi_jupyter.actions.workflow.writes import named
from adxmi_jupyter.errors import AdxmiError, AlreadyExists
from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.forms.policy.reading import key_of
from adxmi_jupyter.forms.workflow import reading as workflow_reading
from adxmi_jupyter.forms.workflow.draft import Applied, WorkflowPreview, drafted
from adxmi_jupyter.forms.workflow.field_errors import in_words, without_credentials
from adxmi_jupyter.forms.workflow.last_check import LastCheck
from adxmi_jupyter.forms.workflow.sources import Sources
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import AS_A_WHOLE
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, KustoListing
from adxmi_jupyter.model.identity import word_among
from adxmi_jupyter.model.remediation import ByOwner

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.remediation import Done
    from adxmi_jupyter.actions.workflow.inference import Inferred
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.forms.workflow.draft import Draft
    from adxmi_jupyter.forms.workflow.field_errors import Problem
    from adxmi_jupyter.forms.workflow.reading import Offers
    from adxmi_jupyter.model.declaration.fields import FieldSpec
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.remediation import Remediation
    from adxmi_jupyter.service.connection import Connection

_REPLACE = "replace"


class WorkflowState:
    """The fields of one workflow as far as they are filled in, and what follows from them.

    Raises as `workflow_reading.read` does, also from `reload`; then everything stays as it was.

    Parameters
    ----------
    connection
        The cluster.
    declaration
        The workflow.
    database
        The database it is for; empty if it is still to be chosen.

    """

    def __init__(self, connection: Connection, declaration: type[Workflow], database: str) -> None:
        self._connection = connection
        self.declaration = declaration
        self.database = database
        self.values: dict[str, object] = {}
        self.last_check = LastCheck()
        self.result: pd.DataFrame | None = None
        self._found: tuple[ManagedIdentity, ...] = ()
        self._wanted_in_sight = ""
        self._proposed = ""
        self.sources = Sources(self, Lists(connection, lambda word: self._find(word).identity))
        self._take(workflow_reading.read(connection, declaration, database))

    def _take(self, offers: Offers) -> None:
        self.offers = replace(offers, identities=offers.identities.with_others(self._found))
        self._fill()

    def _fill(self) -> None:
        shown = {spec.name for spec in self.specs}
        given = {name: value for name, value in self.values.items() if name in shown}
        self.draft: Draft = drafted(self._connection, self.declaration, given, self._find)
        is_complete = self.draft.workflow is not None and bool(self.database)
        wanted = Requirements(self.draft.requirements, self.database)
        self.last_check.turn(wanted if is_complete else None)

    @property
    def _find(self) -> filling.Find:
        known = self.offers.identities
        return known.find_resource if self.declaration.about.resolves_in_azure else known.find

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """The fields that have a meaning beside the others."""
        every = self.declaration.specs()
        values = {spec.name: self.value(spec) for spec in every}
        return tuple(spec for spec in every if spec.applies(values))

    @property
    def main(self) -> tuple[FieldSpec, ...]:
        """The fields to show at once: what must be filled in, decides, or says the most."""
        return tuple(sorted(filter(self._is_main, self.specs), key=self._place))

    @property
    def more(self) -> tuple[FieldSpec, ...]:
        """The other fields."""
        return tuple(spec for spec in self.specs if not self._is_main(spec))

    def _is_main(self, spec: FieldSpec) -> bool:
        says_much = spec.kind is FieldKind.COLUMNS or spec.name == self.declaration.about.body
        is_wanted = spec.is_common or spec.name == self._wanted_in_sight
        return spec.is_required or self._decides(spec) or says_much or is_wanted

    def _decides(self, spec: FieldSpec) -> bool:
        """Tell whether it decides which other fields there are."""
        return any(spec.name in other.only_for for other in self.declaration.specs())

    def _place(self, spec: FieldSpec) -> int:
        """Return where a field stands: what decides comes first, columns after their files."""
        if self._decides(spec):
            return 0
        return 2 if spec.kind is FieldKind.COLUMNS else 1

    def spec(self, name: str) -> FieldSpec:
        """Return a field by its name."""
        return next(one for one in self.declaration.specs() if one.name == name)

    def value(self, spec: FieldSpec) -> object:
        """Return what stands in a field: what was typed, or the default."""
        return self.values.get(spec.name, spec.default)

    def choices(self, spec: FieldSpec) -> tuple[str, ...]:
        """Return what a field offers: its choices, or the names there are."""
        if spec.kind is FieldKind.IDENTITY:
            return self.offers.identity_words
        return spec.choices or self.offers.tables.offered.get(spec.kind, ())

    def enter(self, name: str, value: object) -> None:
        """Fill a field in; nothing but blanks, or the default, leaves it out."""
        if isinstance(value, str) and name == self.declaration.about.body:
            value = value.strip("\n")
        if _is_left_out(self.spec(name), value):
            self.values.pop(name, None)
        else:
            self.values[name] = value
        self._fill()

    def leave_credentials_out(self, name: str) -> None:
        """Take out of a field what says how to sign in: the identity does that."""
        self.enter(name, without_credentials(str(self.values.get(name, ""))))

    def propose(self, identity: ManagedIdentity | None) -> None:
        """Fill an identity in; what the user has chosen there stays."""
        spec = next(
            (one for one in self.declaration.specs() if one.kind is FieldKind.IDENTITY), None
        )
        if spec is None or self.values.get(spec.name, "") not in ("", self._proposed):
            return
        self._proposed = self._word(identity) if identity else ""
        self.enter(spec.name, self._proposed)

    def _word(self, identity: ManagedIdentity) -> str:
        known = self.offers.identities.every
        return word_among(identity, known, key_of, otherwise=identity.object_id)

    def choose(self, database: str) -> None:
        """Turn to another database and read its tables."""
        tables = workflow_reading.tables_of(self._connection, self.declaration, database)
        self.database = database
        self._take(replace(self.offers, tables=tables))

    def clear(self) -> None:
        """Empty all fields."""
        self.values.clear()
        self.result, self._wanted_in_sight = None, ""
        self.last_check.forget()
        self._fill()

    def reload(self) -> None:
        """Read again what can be named, and look up identities that weren't named so far.

        What was found of the requirements is forgotten: they may have changed as well.
        """
        self._connection.forget()
        self.sources.lists.forget()
        offers = workflow_reading.read(self._connection, self.declaration, self.database)
        self._found = tuple(self._looked_up(offers))
        self.last_check.forget()
        self._take(offers)

    def _looked_up(self, offers: Offers) -> Sequence[ManagedIdentity]:
        find = filling.finding(self._connection, self.declaration)
        found = []
        for spec in self.declaration.specs():
            reference = self.values.get(spec.name)
            if spec.kind is not FieldKind.IDENTITY or not isinstance(reference, str):
                continue
            try:
                found.append(find(reference).identity)
            except AdxmiError:  # the field says so, with more words than there is room for here
                continue
        return [one for one in found if one not in offers.identities.every]

    @property
    def is_valid(self) -> bool:
        """Whether it can be carried out."""
        return self.draft.workflow is not None and bool(self.database)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say about the identities, and about what could not be read."""
        return (*self.draft.notes, *self.offers.notes)

    @property
    def problems(self) -> Mapping[str, Problem]:
        """What is wrong, by the name of the field, or ``""`` for the fields together.

        What was not touched yet is not wrong.
        """
        specs = self.declaration.specs()
        return {
            name: in_words(error, specs)
            for name, error in self.draft.problems.items()
            if name in self.values or name == AS_A_WHOLE
        }

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of what still has to be filled in."""
        wrong = self.draft.problems
        labels = [s.label for s in self.specs if s.name in wrong and s.name not in self.values]
        return (*([] if self.database else ["Database"]), *labels)

    @property
    def preview(self) -> WorkflowPreview:
        """What *Apply* would do now."""
        product = self.draft.product
        if product is None or not self.is_valid:
            return WorkflowPreview()
        return WorkflowPreview(
            filling.text_of(product),
            filling.destination(product),
            self.draft.connection_strings,
            self.line(),
        )

    @property
    def infers(self) -> bool:
        """Whether it has columns that files can tell."""
        kinds = {spec.kind for spec in self.specs}
        return {FieldKind.COLUMNS, FieldKind.LOCATION, FieldKind.IDENTITY} <= kinds

    def inference(self) -> Workflow | None:
        """Return the query that infers the columns; None while something for it is missing."""
        if not (self.infers and self.database):
            return None
        return inference.inferring(self._connection, self.values, self._find)

    def infer(self, query: Workflow, tell: Tell) -> Inferred:
        """Infer the columns and fill them in; raises as `inference.infer`."""
        found = inference.infer(self._connection, query, self.database, tell=tell)
        spec = next(one for one in self.specs if one.kind is FieldKind.COLUMNS)
        self.enter(spec.name, found.columns)
        return found

    def line(self) -> Command:
        """Return the line that does the same, without what is wrong; a body stands below it."""
        about, wrong = self.declaration.about, self.draft.problems
        where = option_words("--database", self.database) if self.database else ()
        words: list[str] = [self.declaration.noun(), about.does, *where]
        body = ""
        for spec in self.specs:
            if spec.name not in self.values or spec.name in wrong:
                continue
            if spec.name == about.body:
                body = str(self.values[spec.name])
            else:
                words += _words(spec, self.values[spec.name])
        return Command(tuple(words), body)

    def glance(self) -> Callable[[], tuple[Finding, ...]]:
        """Return what checks the requirements as they are now; safe to call in a thread."""
        now, known = self.last_check.now, self.offers.identities.every
        if now is None:
            return lambda: ()
        return lambda: examination.examined(
            self._connection, now.every, now.database, known=known, quiet=True
        )

    def look(self) -> tuple[Finding, ...]:
        """Look at the requirements; nothing while something is missing."""
        now = self.last_check.now
        found = self.glance()()
        if now is not None:
            self.last_check.take(now, found)
        return found

    def put_in_place(self, remediation: Remediation, *, confirmed: bool, tell: Tell) -> Done:
        """Put a requirement in place and check all again; raises as `carry_out` does."""
        done = carry_out(self._connection, remediation, confirmed=confirmed, tell=tell)
        tell("Checking the requirements")
        self.look()
        return done

    def stand_in(self, finding: Finding) -> Command:
        """Return the line that gives an Azure role where there is no Azure; else an empty one."""
        if not (isinstance(finding.remediation, ByOwner) and self._connection.is_embedded):
            return Command()
        return Command(finding.remediation.stand_in(self.offers.identities.every))

    def command_for(self, finding: Finding) -> Command:
        """Return the command that fixes a finding, if it is one of this tool; else an empty one."""
        words = getattr(finding.remediation, "words", lambda _known: ())
        return Command(words(self.offers.identities.every))

    def apply(self, *, confirmed: bool, tell: Tell) -> Applied:
        """Carry it out; the rows are in `result`, and after a denial requirements were checked.

        Raises
        ------
        AdxmiError
            As `workflow_writes.plan` and `carry_out`.

        """
        workflow = self.draft.required()
        self.result = None
        try:
            write = workflow_writes.plan(self._connection, workflow, self.database)
            self.result = workflow_writes.carry_out(
                self._connection, workflow, write, confirmed=confirmed, examine=self.look, tell=tell
            )
        except AlreadyExists as there:
            there.fix = self._way_on()
            raise
        about = self.declaration.about
        done = "created" if about.does == "create" else "done"
        told = f"{about.title} {named(workflow)}".rstrip()
        back = () if write.before else self._way_back(workflow)
        return Applied((f"{told}: {done}",), back, named(workflow), self.database)

    def undo(self, done: Applied, *, confirmed: bool, tell: Tell) -> tuple[str, ...]:
        """Drop what was created; raises as `workflow_writes.drop`."""
        connection, about = self._connection, self.declaration.about
        write = workflow_writes.plan_drop(connection, self.declaration, done.database, done.name)
        workflow_writes.drop(connection, write, confirmed=confirmed, tell=tell)
        return (f"{about.title} {done.name}: dropped",)

    def _way_on(self) -> str:
        """Return what to do about something of that name, and bring the field for it in sight."""
        specs = {spec.name: spec for spec in self.declaration.specs()}
        name = specs[self.declaration.about.named_by].label
        if _REPLACE not in specs:
            return f"choose another {name}, or drop it first"
        self._wanted_in_sight = _REPLACE
        return f'tick "{specs[_REPLACE].label}", or choose another {name}'

    def _way_back(self, workflow: Workflow) -> tuple[Command, ...]:
        name = named(workflow)
        kept = isinstance(self.declaration.listing, KustoListing | DataConnectionListing)
        if not name or not kept:
            return ()
        where = option_words("--database", self.database)
        return (Command((self.declaration.noun(), "drop", name, *where, "--yes")),)


def _is_left_out(spec: FieldSpec, value: object) -> bool:
    if isinstance(value, str) and not value.strip():
        return True
    return value is None or value == spec.default


def _words(spec: FieldSpec, value: Any) -> Sequence[str]:
    if spec.kind is FieldKind.FLAG:
        return (spec.option if value else f"--not-{spec.option[2:]}",)
    return option_words(spec.option, str(value))
