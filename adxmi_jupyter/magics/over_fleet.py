"""The option ``--fleet``, declared once: what a verb does on one cluster, done on many.

The verb runs once for each cluster with a connection to it, in parallel. Its results become one
frame with the cluster in front, what it says of one cluster is said once for all that share it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue, MissingOption
from adxmi_jupyter.fixes import ChangeOption, Explain, LeaveOut, Option
from adxmi_jupyter.magics.fleet_selection import EVERY, named_selection, seconds_of
from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import Name

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import FleetResult, Running
    from adxmi_jupyter.actions.fleet.runs import Answered, Piece, Runs
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet import FleetCluster, Selected, Selection
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection

_OF_A_RUN = ("since", "deadline", "allow_partial")
_OWN = ("--fleet", "--since", "--deadline", "--allow-partial")
_OF_THE_RESULT = ("--out", "--ids", "--wide", "--exit-code", "--save", "--ci", "--elevate")

Function = Callable[..., Any]
Chosen = Callable[["FleetCluster"], bool]
Only = Callable[["Call", Mapping[str, Any]], Chosen]
Instead = Callable[["Call", "Asked", Mapping[str, Any]], object]
Documents = Callable[["Call", "FleetResult", "Selected"], Mapping[str, Callable[[], str]]]


class FleetSelection(Name):
    """Names of clusters with ``*`` and ``?``, separated by commas, or a file that selects them."""

    name = kind = "clusters"


def fleet_options(function: Function, *, own_partial: bool = False) -> Function:
    """Declare ``--fleet`` and what belongs to it; `own_partial` verbs have ``--allow-partial``."""
    fleet = click.option(
        "--fleet",
        "fleet",
        type=FleetSelection(),
        is_flag=False,
        flag_value=EVERY,
        default="",
        metavar="[CLUSTER[,…] | FILE]",
        help="Run on many clusters: all that you can see, those of some names (with * and ?), or "
        "those of a fleet file (fleet.yaml).",
    )
    return fleet(run_options(function, "with --fleet ", own_partial=own_partial))


def run_options(function: Function, which: str = "", *, own_partial: bool = False) -> Function:
    """Declare how a run over many clusters goes; `which` tells runs from those on one cluster."""
    since = click.option(
        "--since",
        metavar="RUN",
        default="",
        help=f"Take over what an earlier run of the same command {which}has reached, and ask "
        "the other clusters. A number, or last.",
    )
    deadline = click.option(
        "--deadline",
        metavar="TIME",
        default="",
        help=f"Time for a run {which.strip()}, such as 10m. What is not read by then is reported."
        if which
        else "Time for the run, such as 10m. What is not read by then is reported.",
    )
    if own_partial:
        return since(deadline(function))
    return since(deadline(_partial(" Requires --fleet." if which else "")(function)))


def _partial(more: str) -> Callable[[Function], Function]:
    return click.option(
        "--allow-partial",
        is_flag=True,
        help=f"Exit with code 0 in a console although clusters were not reached.{more}",
    )


allow_partial = click.option(
    "--allow-partial",
    is_flag=True,
    help="Exit with code 0 in a console although not all subscriptions could be read.",
)


def over_fleet(
    *,
    everywhere: Mapping[str, object] | None = None,
    unless: Sequence[str] = (),
    without: Mapping[str, str] | None = None,
    left_out: Mapping[str, str] | None = None,
    only: Only | None = None,
    instead: Instead | None = None,
    documents: Documents | None = None,
    table: Callable[[], type[FleetTable]] | None = None,
    own_partial: bool = False,
) -> Callable[[Function], Function]:
    """Let a verb run on many clusters.

    `everywhere` are options that it gets there, unless one of the options `unless` was given: the
    clusters have no current database in common. `without` are options that are for one cluster,
    as they are written by their names. Rows with the value that `left_out` has of a column are
    counted only, not displayed. `only` tells from the options which clusters a command is about,
    `instead` does more there than to run the verb on each. `documents` makes the formats of its own
    that the result has, of the JSON documents of all clusters; `table` returns what it is shown as.
    """

    def declare(function: Function) -> Function:
        @functools.wraps(function)
        def verb(call: Call, *, fleet: str, since: str, deadline: str, **options: Any) -> object:
            allow_partial = options["allow_partial"]
            if not own_partial:
                del options["allow_partial"]
            if not fleet:
                own = allow_partial and not own_partial
                given = {"since": since, "deadline": deadline, "allow_partial": own}
                refuse_run_options(given, _OWN[0])
                return function(call, **options)
            for name, written in (without or {}).items():
                refuse_both(call, {"--fleet": True, written: bool(options[name])})
            if everywhere and not any(options[name] for name in unless):
                options |= everywhere
            run = FleetRun(since, seconds_of(deadline), allow_partial, left_out or {}, table)
            chosen = only(call, options) if only else None
            asked = Asked(call, named_selection(fleet), run, chosen)
            if instead:
                return instead(call, asked, options)
            return asked.answer(lambda one: function(one, **options), documents)

        return fleet_options(verb, own_partial=own_partial)

    return declare


@dataclass(frozen=True)
class FleetRun:
    """What a command says of its run: what it takes over, how long it may take, what it hides."""

    since: str = ""
    deadline: float | None = None
    allow_partial: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)
    table: Callable[[], type[FleetTable]] | None = None


class Asked:
    """One command with ``--fleet``, and the clusters that are meant.

    Unless it `goes_on`, a later run can't take over what it reached.
    """

    def __init__(
        self, call: Call, selection: Selection, run: FleetRun, chosen: Chosen | None = None
    ) -> None:
        self._call, self._selection, self._run, self._chosen = call, selection, run, chosen
        self.goes_on = True

    @property
    def is_continued(self) -> bool:
        """Whether the run takes over what an earlier one reached."""
        return bool(self._run.since)

    def answer(
        self, verb: Callable[[Call], object], documents: Documents | None = None
    ) -> FleetTable:
        """Run a verb on every cluster; return what came of all.

        Raises
        ------
        MissingOption, ConflictingOptions, InvalidValue
            The verb refuses the options.
        AdxmiError
            As `results`.

        """
        from adxmi_jupyter.magics.one_of_many import (
            CommandRefused,
            Refusals,
            answered,
            check_options,
        )

        check_options(self._call, verb)
        call, selected, told = self._call, self.selected(), documents is not None
        refusals = Refusals()
        work = refusals.noting(lambda one: answered(call, one, verb, with_document=told))
        try:
            result = self.results(
                selected, work, lambda piece: piece.document is not None or not told
            )
        except CommandRefused as refused:
            raise refused.error from refused
        refusals.check(result.reached.outcomes)
        own = documents(call, result, selected) if documents else {}
        return self.shown(result, selected, own)

    def results(
        self,
        selected: Selected,
        work: Callable[[Connection], Answered],
        is_still_valid: Callable[[Piece], bool] = lambda _: True,
        *,
        lets_in: bool = False,
    ) -> FleetResult:
        """Do something on every cluster that is selected; return what came of each.

        Of an earlier run that is taken over, clusters whose results are not `is_still_valid` are
        asked again. With `lets_in` a cluster is asked although it lets the caller not in.

        Raises
        ------
        InvalidValue
            There is no such run to take over.

        """
        from adxmi_jupyter.actions.fleet.running import named_apart, run_over

        running, earlier = self.running()
        running = replace(running, lets_in=running.lets_in or lets_in)
        valid = {key: piece for key, piece in earlier.items() if is_still_valid(piece)}
        return run_over(running, named_apart(selected.clusters), work, valid)

    def selected(self) -> Selected:
        """Return the clusters that are meant.

        Raises
        ------
        InvalidValue
            The selection means no cluster.
        NoReadableSubscription, ServiceRefusal, ConnectionFailure
            As `selecting.select`.

        """
        from adxmi_jupyter.actions.fleet.selecting import select

        found = select(self._call.connection, self._selection)
        kept = tuple(one for one in found.clusters if self._chosen is None or self._chosen(one))
        if not kept:
            raise InvalidValue(
                "--fleet selects no cluster",
                why=f"of {found.completeness.found} clusters that you can see, none fits",
                fix=ChangeOption("--fleet", EVERY)
                if found.completeness.found
                else LeaveOut.of("--fleet"),
            )
        if len(kept) < len(found.clusters):
            self._call.say(f"clusters that the file is not for: {len(found.clusters) - len(kept)}")
        return replace(found, clusters=kept)

    def running(self) -> tuple[Running, Mapping[str, Any]]:
        """Return how the run goes, and what an earlier one has."""
        from adxmi_jupyter.actions.fleet.running import Running
        from adxmi_jupyter.service.many import ManyClusters
        from adxmi_jupyter.service.pace import Clock, pace_of_environment

        call, pace, runs = self._call, pace_of_environment(), self.runs()
        command = _command(call)
        since = self._run.since
        earlier = runs.earlier(since, command).pieces() if since else {}
        many = ManyClusters(call.front.connections, call.connection, pace, Clock())
        name = " ".join(word.text for word in call.words[:2] if not word.option)
        clock, deadline = Clock(), self._run.deadline
        ends = None if deadline is None else clock.now() + deadline
        running = Running(many, pace, runs.begin(command), name, deadline, clock, ends)
        if call.elevates:
            from adxmi_jupyter.magics.elevation_fleet import elevating

            running = elevating(call, running)
        return running, earlier

    def runs(self) -> Runs:
        """Return the runs that are kept."""
        from adxmi_jupyter.actions.fleet.runs import Runs

        return Runs(self._call.connection.history_file.parent / "fleet")

    def shown(
        self,
        result: FleetResult,
        selected: Selected,
        documents: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    ) -> FleetTable:
        """Return the result of a run, summary first; its exit code tells whether it is whole."""
        from adxmi_jupyter.actions.fleet.frames import fleet_frame
        from adxmi_jupyter.rendering.fleet_table import FleetTable

        frame, lines = fleet_frame(result), self.summary(result, selected)
        if "fix" in frame and frame["fix"].fillna("").astype(bool).any():
            lines.append("each fix is for the cluster in front of it: connect to that one first")
        table = self._run.table() if self._run.table else FleetTable
        return table.of(frame, lines, self._call.choice, self._run.left_out, documents)

    @property
    def selection(self) -> Selection:
        """Which clusters are meant."""
        return self._selection

    def tell_whether_whole(self, selected: Selected, *, is_reached: bool = True) -> None:
        """Let the exit code tell where not all clusters were seen, or not all of them reached."""
        is_whole = is_reached and selected.completeness.is_whole
        self._call.is_partial = not is_whole and not self._run.allow_partial

    def summary(
        self, result: FleetResult, selected: Selected, *, with_gaps: bool = True
    ) -> list[str]:
        """Return how complete a run is, and what was said; the exit code tells it as well."""
        from adxmi_jupyter.magics.one_of_many import again_with
        from adxmi_jupyter.rendering.fleet_listing import gap_lines
        from adxmi_jupyter.rendering.fleet_table import folded_notes, reached_lines
        from adxmi_jupyter.service.fan_out import Ending

        call, reached = self._call, result.reached
        call.has_found = result.has_found
        self.tell_whether_whole(selected, is_reached=reached.is_whole)
        lines = reached_lines(reached)
        if result.ending is Ending.INTERRUPTED:
            call.is_interrupted = True
            lines.insert(0, "interrupted")
        lines += gap_lines(selected.completeness) if with_gaps else []
        if call.requires and result.may_be_denied:
            lines.append(f"  requires: {call.requires}")
        if call.elevates:
            from adxmi_jupyter.magics.elevation_fleet import lines_of_elevation

            lines += lines_of_elevation(call, result)
        if not reached.is_whole:
            again = again_with(call, {"--since": str(result.number)} if self.goes_on else {})
            lines.append(f"  ask the others again: {again}")
        lines += folded_notes(
            (piece.outcome.cluster, note) for piece in result.pieces for note in piece.notes
        )
        return lines


def refuse_run_options(options: Mapping[str, Any], required: str) -> None:
    """Refuse options of a run over many clusters without the option that makes one.

    Raises
    ------
    MissingOption
        There is one.

    """
    alone = [name for name in _OF_A_RUN if options.get(name)]
    if alone:
        written = f"--{alone[0].replace('_', '-')}"
        raise MissingOption(
            f"{written} requires {required}",
            why="it is about a run over many clusters",
            fix=Explain.of("add ", Option(required), " or leave it out"),
        )


def _command(call: Call) -> str:
    """Return what tells the command from others: its words without those of the run itself.

    What is made of the result, and by which permissions, doesn't matter either.
    """
    own = {at for places in call.places_of(*_OWN, *_OF_THE_RESULT) for at in places}
    words = [word for at, word in enumerate(call.visible) if at not in own]
    digest = hashlib.sha256(repr(call.body).encode()).hexdigest()[:12] if call.body else ""
    return " ".join(filter(None, (*words, digest)))
