"""``audit --plan``: the narrowest policy that the evidence supports, saved for ``apply``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics.ci import system_of, tell
from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import IdentityList, NameList
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.magics.audit_settings import AuditInput
    from adxmi_jupyter.magics.call import Call


@dataclass(frozen=True)
class Asked:
    """What is asked of a plan: the file to save it to, and the rows that somebody vouches for."""

    file: str
    include: tuple[str, ...] = ()
    is_dry_run: bool = False


class RowList(NameList):
    """Rows of policies, separated by commas: IDENTITY:USAGE or IDENTITY:USAGE:SCOPE."""

    name = kind = "row"

    def names(self, call: Call) -> Iterable[str]:
        """Return each identity with each usage."""
        identities = tuple(IdentityList().names(call))
        return (f"{who}:{usage}" for who in identities for usage in Usage if usage != Usage.ALL)


def narrowing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a narrower policy."""
    plan = click.option(
        "--plan",
        metavar="FILE",
        default="",
        help="File to save the narrowest policy to that the evidence supports, as a plan (JSON) "
        "for apply.",
    )
    include = click.option(
        "--include",
        type=RowList(),
        metavar="IDENTITY:USAGE[:SCOPE][,…]",
        default="",
        help="Usages to revoke although the audit can't tell whether they are needed. A scope is a "
        "database, or cluster. Default scope: all of the identity.",
    )
    dry_run = click.option("-n", "--dry-run", is_flag=True, help="Show the plan without saving it.")
    return plan(include(dry_run(function)))


def refuse_without_plan(
    call: Call, *, plan: str, include: tuple[str, ...], dry_run: bool, what: tuple[str, ...]
) -> None:
    """Refuse options that only make sense with a plan.

    Raises
    ------
    ConflictingOptions
        A plan is asked for beside something else.
    MissingOption
        ``--include`` or ``--dry-run`` is given without ``--plan``.

    """
    if what:
        refuse_both(call, {" ".join(what): True, "--plan": bool(plan)})
    given = [name for name, one in (("--include", include), ("--dry-run", dry_run)) if one]
    if given and not plan:
        raise MissingOption(
            f"{given[0]} is of no use without --plan",
            why="it is about the narrower policy that --plan saves",
            fix=Command.of("audit", "--plan", "plan.json", "--help"),
        )


def narrowed_result(call: Call, found: Audit, given: AuditInput, asked: Asked) -> object:
    """Save the narrowest policy as a plan, and return it as a result.

    Raises
    ------
    InvalidValue, UnknownIdentity
        ``--include`` names something that isn't there, or that the audit can tell.
    ResultNotSaved
        The plan can't be written.

    """
    from adxmi_jupyter.actions.audit.narrowing import Wanted, narrowed
    from adxmi_jupyter.rendering.markdown import code, fenced
    from adxmi_jupyter.rendering.narrowing_table import narrowing_table
    from adxmi_jupyter.rendering.narrowing_text import narrowing_text

    made = narrowed(found, Wanted(given.settings, asked.include, given.content))
    if not asked.is_dry_run:
        _save(call, asked.file, made.prepared)
    _tell_of_file(call, given, made.after)
    if system_of(call) is not None:
        text = narrowing_text(made, call.write, asked.include)
        tell(call, (), f"### adxmi: {code(made.prepared.plan.cluster)}\n\n{fenced(text)}\n")
    return narrowing_table(made, call.write, asked.include)


def _save(call: Call, file: str, prepared: Any) -> None:
    from adxmi_jupyter.actions.plan.saved import saved_text
    from adxmi_jupyter.magics.whole_files import write_text
    from adxmi_jupyter.rendering.annotations import inert

    write_text(file, inert(saved_text(prepared)))
    call.say(f"saved: {file}")
    if prepared.plan.changes:
        yes = ("--yes",) if prepared.plan.removals else ()
        call.say(f"Apply: {call.write(Command(('apply', file, *yes)))}")


def _tell_of_file(call: Call, given: AuditInput, after: Iterable[object]) -> None:
    """Say that a policy file, applied later, would restore what the plan revokes."""
    content = given.content
    if content is None or content.content.policy is None or not tuple(after):
        return
    call.say(f"{content.source} manages policies, too: change it as the plan does")
