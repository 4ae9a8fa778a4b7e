"""The noun ``history``: the writes made from this machine, and a history of clusters that lasts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.history_places import from_option, moment_given
from adxmi_jupyter.magics.history_sync import sync
from adxmi_jupyter.magics.options import cluster_option, database_option, refuse_both
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import IdentityName, Name, NameList, UsageList
from adxmi_jupyter.magics.verbs import Noun, verb
from adxmi_jupyter.model.history.rows import Kind

if TYPE_CHECKING:
    import pandas as pd
    from click.shell_completion import CompletionItem

    from adxmi_jupyter.actions.history.places import Place
    from adxmi_jupyter.actions.history.showing import Wanted
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.subject import Function

_LIST = "list"
_KINDS = ", ".join(Kind)
_TIMES = click.option(
    "--times",
    is_flag=True,
    help="Show the times. Omitted by default, so that outputs of notebooks stay comparable.",
)


class Listing(Noun):
    """A noun that lists where no verb follows it, with the options of its verb ``list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` in front of options; a request for help is about the noun."""
        is_help = any(one in ctx.help_option_names for one in args)
        if not is_help and not ctx.resilient_parsing and (not args or args[0].startswith("-")):
            args = [_LIST, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the options of ``list``, too."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            there = {one.value for one in found}
            every = self.commands[_LIST].shell_complete(ctx, incomplete)
            found += [one for one in every if one.value not in there]
        return found


class KindList(NameList):
    """Kinds of rows, separated by commas."""

    name = kind = "kind"

    def names(self, call: Call) -> tuple[str, ...]:
        """Return the kinds there are."""
        del call
        return tuple(Kind)


class UsageName(Name):
    """One usage."""

    name = kind = "usage"

    def names(self, call: Call) -> Iterable[str]:
        """Return the usages there are."""
        return UsageList().names(call)


@click.group(cls=Listing, pages=("Journal management",))
def history() -> None:
    """List writes, and keep a history of the cluster that lasts.

    Without a verb, history lists the writes made from this machine. record reads what the cluster
    has and keeps it as a run; sync sends runs and writes to tables of a database, or to files.
    show, diff and blame ask the history on this machine, or with --from one that was sent.
    """


@verb(
    _LIST,
    of=history,
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "history",
    ),
)
@_TIMES
def list_(call: Call, *, times: bool) -> pd.DataFrame:
    """List the writes made from this machine, and their outcomes.

    The outcomes sent and unknown mean that no response arrived. Each later command checks what
    became of the write, and reports the outcome once it is known.
    """
    from adxmi_jupyter.actions.write.history import writes_frame

    return writes_frame(call.connection, times=times)


@verb(
    "record",
    of=history,
    permission=permissions.RECORD,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=("history record", "history record --fleet"),
)
@over_fleet()
def record(call: Call) -> pd.DataFrame:
    """Record what the cluster has as a run on this machine.

    A run holds databases, policies, roles, assigned identities, callout rules, data connections and
    workflows: no connection strings, no texts of queries. What you can't read is kept as unknown.
    The first run begins the history of the cluster, as audit does: from then on plan, drift, apply
    and snapshot add a run of what they read. --fleet records a run of each cluster.
    """
    from adxmi_jupyter.actions.history.recording import record as recorded
    from adxmi_jupyter.actions.history.showing import sections_frame

    found = recorded(call.connection)
    return sections_frame(found)


@verb(
    "runs",
    of=history,
    permission=permissions.READ_HISTORY,
    examples=("history record", "history runs --verify"),
)
@from_option
@click.option(
    "--verify",
    is_flag=True,
    help="Compute the digests again, and show which runs are intact.",
)
def runs(call: Call, *, place: Place, verify: bool) -> pd.DataFrame:
    """List the recorded runs.

    The digest of a run contains the digest of the run before it. Keep the last one elsewhere, such
    as in a ticket: a change of any earlier row changes it.
    """
    from adxmi_jupyter.actions.history import showing
    from adxmi_jupyter.actions.history.folder import Folder
    from adxmi_jupyter.actions.history.places import opened

    with opened(call.front.connections, call.connection, place) as store:
        found = store.runs()
        intact = showing.verified(store, found) if verify else None
        sent = store.sent if isinstance(store, Folder) and place.is_here else None
    call.has_found = intact is not None and not all(intact)
    return showing.runs_frame(found, sent=sent, intact=intact)


def _kinds(function: Function) -> Function:
    declare = click.option(
        "--kind",
        "kinds",
        type=KindList(),
        metavar="KIND[,…]",
        default="",
        help=f"Kinds of rows, separated by commas. Allowed values: {_KINDS}.",
    )
    return declare(
        database_option("Database to show. Default: the cluster and all databases.")(function)
    )


@verb(
    "show",
    of=history,
    permission=permissions.READ_HISTORY,
    examples=("history record", "history show", "history show --kind policy --database Sales"),
)
@click.option(
    "--as-of",
    "moment",
    metavar="TIME",
    default="",
    help="Date or time, run (its ID, or first, previous, last, or last-audit), or number of an "
    "apply. Default: now.",
)
@from_option
@_kinds
@_TIMES
def show(
    call: Call, *, moment: str, place: Place, kinds: tuple[str, ...], database: str, times: bool
) -> pd.DataFrame:
    """Show the state of the cluster as of a time.

    The state is that of the last run before it. What a run could not read is shown as last known,
    as of the last run that could, or with the permission that it requires. The cluster isn't asked.
    """
    from adxmi_jupyter.actions.history import showing
    from adxmi_jupyter.actions.history.places import opened

    connection, wanted = call.connection, _wanted(kinds, database)
    with opened(call.front.connections, connection, place) as store:
        state = moment_given("--as-of", lambda: showing.state_of(connection, store, moment))
    return showing.state_frame(state, wanted, times=times)


@verb(
    "diff",
    of=history,
    permission=permissions.READ_HISTORY,
    examples=(
        "history record",
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "history record",
        "history diff previous",
    ),
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="now")
@from_option
@_kinds
def diff(
    call: Call, *, before: str, after: str, place: Place, kinds: tuple[str, ...], database: str
) -> pd.DataFrame:
    """Show what changed between two times, runs or applies.

    A and B are dates or times, runs or applies. A run is its ID, or first, previous or last, also
    of a kind: previous-audit. An
    apply is its number: as A it stands for the last run before it, as B for the first run after it.
    Default of B: now. What one of the two runs could not read is unknown: it counts neither as
    added nor as removed.
    """
    from adxmi_jupyter.actions.history import showing
    from adxmi_jupyter.actions.history.places import opened
    from adxmi_jupyter.model.history.state import differences

    connection, wanted = call.connection, _wanted(kinds, database)
    with opened(call.front.connections, connection, place) as store:
        first = moment_given(
            "A", lambda: showing.state_of(connection, store, before, is_first=True)
        )
        second = moment_given("B", lambda: showing.state_of(connection, store, after))
    found = differences(first, second)
    call.has_found = any(one.change != "unknown" for one in found)
    return showing.difference_frame(found, wanted)


@verb(
    "blame",
    of=history,
    permission=permissions.BLAME,
    pages=("Journal management",),
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "history blame mi-ingest ExportRequest",
        "history blame mi-export AutomatedFlows --cluster",
    ),
)
@click.argument("identity", metavar="IDENTITY", type=IdentityName())
@click.argument("usage", metavar="USAGE", type=UsageName())
@database_option("Database whose policy to look at. Default: the cluster and all databases.")
@cluster_option("Look at the policy of the cluster only.")
@from_option
def blame(
    call: Call, *, identity: str, usage: str, database: str, cluster: bool, place: Place
) -> pd.DataFrame:
    """Show who allowed an identity a usage, when, and by which command.

    Sources are the history of this tool, the journal of the cluster, and the activity log, which
    shows who deployed a script that changed the policy. Each row names its source. What no source
    shows is unknown, with the permission that would show it.
    """
    from adxmi_jupyter.actions.history.blame import blame as asked
    from adxmi_jupyter.actions.history.blame import blame_frame
    from adxmi_jupyter.actions.history.places import opened
    from adxmi_jupyter.model.policy import Scope

    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    connection = call.connection
    scopes = (Scope(database),) if database or cluster else ()
    named = _usage(call, usage)
    with opened(call.front.connections, connection, place) as store:
        return blame_frame(asked(connection, store, identity, named, scopes))


def _usage(call: Call, word: str) -> str:
    """Return a usage as the service spells it; one that this release doesn't know may be newer.

    Raises
    ------
    InvalidValue
        It is nearly a usage.

    """
    from adxmi_jupyter.errors import InvalidValue
    from adxmi_jupyter.fixes import Explain, OwnCommand, Several
    from adxmi_jupyter.model.usage import Usage, canonical, closest, is_known

    found = canonical(word)
    match = "" if is_known(found) else closest(found, tuple(Usage))
    if match:
        place = next(i for i, one in enumerate(call.words) if one.text.strip() == word)
        raise InvalidValue(
            f"there is no usage {word!r}",
            why=Explain.of("the usages are ", Several.of(tuple(Usage))),
            fix=OwnCommand(call.again(instead={place: match})),
        )
    return found


def _wanted(kinds: tuple[str, ...], database: str) -> Wanted:
    from adxmi_jupyter.actions.history.showing import Wanted
    from adxmi_jupyter.errors import InvalidValue
    from adxmi_jupyter.fixes import ChangeOption
    from adxmi_jupyter.model.usage import closest

    for one in kinds:
        if one not in set(Kind):
            raise InvalidValue(
                f"there is no kind {one!r}",
                why=f"the kinds are {_KINDS}",
                fix=ChangeOption("--kind", closest(one, tuple(Kind)) or Kind.POLICY.value),
            )
    return Wanted(kinds, database)


history.add_command(sync)
