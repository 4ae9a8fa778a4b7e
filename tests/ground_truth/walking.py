"""Walks one case: what ``check`` says, what a real run does, and what the fixes make of it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoError

from adxmi_jupyter.embedded.state.entities import StoredFunction
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.magics.bridge import loaded
from tests.ground_truth.proofs import Stage
from tests.ground_truth.scene import Scene

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from adxmi_jupyter.embedded import EmbeddedAzure
    from tests.ground_truth.combinations import Case
    from tests.ground_truth.factors import Factor
    from tests.ground_truth.situation import Situation

PROGRAM = "%adxmi "
ROUNDS = 5
"""How often what is missing is fixed: a fix may bring the next missing link to light."""

Magic = Callable[..., Any]


@dataclass
class Walked:
    """How a case went; `problems` are the demands that were not met."""

    refusal: str = ""
    fixes: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    not_fixed: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [*self.disagreements, *self.not_fixed]


@dataclass(frozen=True)
class Walker:
    """A shell with the extension, and the embedded Azure that its lines talk to."""

    magic: Magic
    azure: EmbeddedAzure
    client: KustoClient

    def walk(self, situation: Situation, case: Case) -> Walked:
        """Walk a case in a fresh world."""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return _Walk(self, situation, case).walked()

    def seen_by_reader(self, situation: Situation, *, missing: bool) -> list[str]:
        """Return what a check says to one with fewer rights that is not so.

        Each link has to be found as the admin finds it, or unknown.
        """
        case = {
            one.name: next(iter((missing and one.missing) or one.there))
            for one in situation.factors
        }
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            self.magic("embedded reset --connection reader")
            walk = _Walk(self, situation, case)
            mine, _ = walk.checked()
            theirs, error = walk.checked(by="reader")
        if error:
            return []
        found = {(one["requirement"], one["subject"]): one["state"] for one in mine}
        return [
            _said(one)
            for one in theirs
            if one["state"] not in {found.get((one["requirement"], one["subject"])), "unknown"}
        ]


class _Walk:
    def __init__(self, walker: Walker, situation: Situation, case: Case) -> None:
        walker.magic("embedded reset")
        walker.azure.arm.polls = 0
        self.magic = walker.magic
        self.situation, self.case = situation, case
        self.scene = scene = Scene(walker.azure, situation.database)
        scene.clear()
        add_elsewhere(scene)
        for factor in situation.factors:
            factor.apply(case[factor.name], scene)
        self.stage = Stage(scene, situation.fields, self.carry_out, walker.client)
        self.walk = Walked()

    def walked(self) -> Walked:
        found, error = self.checked()
        refusal = self.refusal()
        self.walk.refusal = refusal
        self.walk.disagreements += disagreements(self.as_it_is(found), error, refusal)
        self.walk.disagreements += self.pretended(found)
        absent = self.absent()
        if len(absent) <= 1:  # more of them hide each other
            self.walk.disagreements += self.of_what_is_there(refusal)
        if bool(absent) != bool(refusal):
            self.walk.disagreements.append(
                f"missing are {[one.name for one in absent]}, and the run: {refusal or 'ok'}"
            )
        if refusal and not any(self.case[one.name] in one.final for one in absent):
            self.fix(found)
        return self.walk

    def absent(self) -> list[Factor]:
        """Return the factors whose link this case leaves missing."""
        factors = self.situation.factors
        done = {one.requirement for one in factors if self.case[one.name] in one.everywhere}
        absent = [one for one in factors if self.case[one.name] in one.missing]
        return [one for one in absent if one.requirement not in done]

    def line(self, verb: str) -> tuple[str, str | None]:
        fields = {**self.situation.fields, **self.scene.fields, "identity": self.scene.acting}
        words = [f'--{name.replace("_", "-")} "{value}"' for name, value in fields.items()]
        where = f'--database "{self.situation.database}"'
        return " ".join([self.situation.noun, verb, where, *words]), self.situation.body or None

    def carry_out(self) -> pd.DataFrame:
        from adxmi_jupyter.model.declaration.registry import declaration_of

        return self.magic(*self.line(declaration_of(self.situation.noun).about.does))

    def checked(self, by: str = "") -> tuple[list[dict[str, str]], str]:
        """Return the links that a check finds, or the error in its place."""
        line, body = self.line("check")
        who = f" --connection {by}" if by else ""
        try:
            return self.magic(line + who, body).to_dict("records"), ""
        except AdxmiError as error:
            return [], f"{error.what}: {error.why}"

    def of_what_is_there(self, refusal: str) -> list[str]:
        """Return where a check of what was made, by its name, cannot be right."""
        name = self.situation.made
        if not name:
            return []
        where = f'--database "{self.situation.database}"'
        try:
            found = self.magic(f"{self.situation.noun} check {name} {where}").to_dict("records")
        except AdxmiError as error:  # a refused command leaves nothing
            return [] if refusal else [f"it is there, and its check: {error.what}"]
        wrong = disagreements(self.as_it_is(found), "", refusal)
        return [f"of {name}, there already: {one}" for one in wrong]

    def refusal(self) -> str:
        """Carry it out; return why no data came through, empty where it did."""
        try:
            came = self.situation.proof(self.stage)
        except AdxmiError as error:
            return f"{error.what}: {error.why}"
        except KustoError as error:
            return str(error)
        return "" if came else "it is there, and no data comes through"

    def as_it_is(self, found: list[dict[str, str]]) -> list[dict[str, str]]:
        """Return the links with those in place, which nobody can see, as ok."""
        factors = self.situation.factors
        known = {one.requirement for one in factors if not one.seen and one not in self.absent()}
        return [one | {"state": "met"} if one["requirement"] in known else one for one in found]

    def pretended(self, found: list[dict[str, str]]) -> list[str]:
        """Return what is said of links that nobody here can see."""
        unseen = {one.requirement for one in self.situation.factors if not one.seen}
        told = [one for one in found if one["requirement"] in unseen]
        wrong = [f"nobody can see {_said(one)}" for one in told if one["state"] != "unknown"]
        untold = {
            one.requirement for one in self.situation.factors if self.case[one.name] in one.untold
        }
        silent = [
            f"nothing is said of {requirement}"
            for requirement in unseen - untold - {one["requirement"] for one in told}
        ]
        # Of what lies behind a table that is not there, nothing can be said.
        is_silent = bool(found) and all(one["state"] != "not met" for one in found)
        return [*wrong, *(silent if is_silent else [])]

    def fix(self, found: list[dict[str, str]]) -> None:
        """Paste the fixes in their order until nothing is missing; then it has to work."""
        for _ in range(ROUNDS):
            missing = [one for one in found if self.is_missing(one)]
            if not missing:
                break
            for one in missing:
                self.paste(one)
            found, error = self.checked()
            if error:
                self.walk.not_fixed.append(f"the check ends with {error}")
        for factor in self.situation.factors:
            if not factor.seen:
                factor.put_right(self.scene)
        self.scene.azure.faults.clear()  # what was given late has effect by now
        refusal = self.refusal()
        if refusal:
            left = [_said(one) for one in found if one["state"] != "met"]
            self.walk.not_fixed.append(f"fixed, and still {refusal}; {left}")

    def is_missing(self, found: dict[str, str]) -> bool:
        """Tell whether a requirement is not met, here or on another cluster."""
        elsewhere = {one.requirement for one in self.situation.factors if one.elsewhere}
        is_told = found["requirement"] in elsewhere and found["state"] in {"warning", "unknown"}
        return is_told or found["state"] == "not met"

    def paste(self, requirement: dict[str, str]) -> None:
        fix = requirement["fix"]
        if not fix.startswith(PROGRAM) or fix.endswith("--help") or ", then " in fix:
            self.mend_by_hand(requirement)
            return
        self.walk.fixes.append(fix)
        try:
            self.magic(fix.removeprefix(PROGRAM))
        except AdxmiError as error:
            self.walk.not_fixed.append(f"{fix} ends with {error.what}: {error.why}")

    def mend_by_hand(self, requirement: dict[str, str]) -> None:
        about = [
            one for one in self.situation.factors if one.requirement == requirement["requirement"]
        ]
        self.walk.by_hand.append(requirement["requirement"])
        if not about:
            self.walk.not_fixed.append(f"nothing fixes {_said(requirement)}")
        for factor in about[:1]:
            factor.put_right(self.scene)


def disagreements(found: list[dict[str, str]], error: str, refusal: str) -> list[str]:
    """Return where what was checked and what happened cannot both be right."""
    if error:
        return [] if refusal else [f"it works, and the check ends with {error}"]
    if refusal:
        return [] if any(one["state"] != "met" for one in found) else [f"all is ok, and {refusal}"]
    return [f"it works without {_said(one)}" for one in found if one["state"] == "not met"]


def _said(requirement: dict[str, str]) -> str:
    return f"{requirement['requirement']}: {requirement['subject']} {requirement['state']} ({requirement['detail']})"


def add_elsewhere(scene: Scene) -> None:
    """Add what is elsewhere: a copy of Orders and a function that reads it, another tenant's lake."""
    sales, other = (scene.cluster.databases[name] for name in ("Sales", "Telemetry"))
    orders = sales.tables["Orders"]
    other.tables["Copies"] = type(orders)("Copies", orders.columns, list(orders.rows))
    body = "{ database('Telemetry').Copies | project CustomerId=OrderId, Name=Region, Active=true }"
    scene.world.add_storage_account("fabrikamlake", "shared", subscription="Fabrikam")
    sales.functions["Elsewhere"] = StoredFunction("Elsewhere", "()", body)


@contextmanager
def walker_in(shell: InteractiveShell) -> Iterator[Walker]:
    """Load the extension into a shell and give a walker for its embedded Azure."""
    with contextlib.redirect_stdout(io.StringIO()):
        shell.extension_manager.load_extension("adxmi_jupyter")
        connections = loaded(shell).connections
        connection = connections.current()
        connections.open("embedded", name="reader", credential="as:reader")
        connections.use(connection.name)
    azure = connection.azure

    def magic(line: str, body: str | None = None) -> Any:
        if body is None:
            return shell.run_line_magic("adxmi", line)
        return shell.run_cell_magic("adxmi", line, body)

    client = KustoClient(KustoConnectionStringBuilder(azure.kusto_uri))
    try:
        yield Walker(magic, azure, client)
    finally:
        client.close()
        shell.extension_manager.unload_extension("adxmi_jupyter")
