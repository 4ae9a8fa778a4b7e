"""Questions only a fleet can answer: where clusters differ, and where an identity is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.fleet_selection import seconds_of, selection_of, selection_options
from adxmi_jupyter.magics.over_fleet import Asked, FleetRun, run_options
from adxmi_jupyter.magics.params import Name, NameList
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.comparing import PolicyDigest
    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet import Selected
    from adxmi_jupyter.model.fleet_comparison import Fact
    from adxmi_jupyter.service.connection import Connection

    Function = Callable[..., Any]

_PAGES = ("Managed identity policy", "Managed identities overview")


class PartList(NameList):
    """Parts of clusters that are compared."""

    name = kind = "part"

    def names(self, call: Call) -> list[str]:
        """Return the parts."""
        del call
        from adxmi_jupyter.model.fleet_comparison import Part

        return list(Part)


class FleetIdentityName(Name):
    """An identity that clusters share: name, object ID, client ID, resource ID, or ``system``."""

    name = kind = "identity"


def asked_of(
    call: Call, *, since: str, deadline: str, allow_partial: bool, **options: Any
) -> Asked:
    """Return what the options of a command ask of which clusters."""
    run = FleetRun(since, seconds_of(deadline), allow_partial)
    return Asked(call, selection_of(**options), run)


@verb(
    "compare",
    permission=permissions.FLEET_CONTENTS,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet compare --cluster-name contosoretail*",
        "fleet compare --cluster-name contosoretail* --part policy,databases",
    ),
)
@selection_options
@click.option(
    "--part",
    "parts",
    type=PartList(),
    metavar="PART[,…]",
    default="",
    help="Parts to compare. Default: policy, callouts. Allowed values: policy, roles, callouts, "
    "databases.",
)
@run_options
def compare(call: Call, *, parts: tuple[str, ...], **options: Any) -> pd.DataFrame:
    """Show where clusters differ from what most of them have.

    What more than half of the clusters have is missing on the others; anything else is additional.
    Only clusters that have a database are compared about it. A cluster that can't be read as a
    whole is named, and not compared.
    """
    from adxmi_jupyter.actions.fleet.comparing import differences_frame, facts_frame
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.model.fleet_comparison import Part, alike, differences
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable, alike_lines

    wanted = _parts(parts)
    asked = asked_of(call, **options)
    selected = asked.selected()
    result = asked.results(selected, lambda one: Answered(facts_frame(one, wanted)))
    facts = _facts(result)
    lines = asked.summary(result, selected)
    lines += alike_lines(alike(facts, wanted))
    hidden = () if Part.DATABASES in wanted else (Part.DATABASES,)
    found = [one for one in differences(facts) if one.fact.part not in hidden]
    return FleetListTable.of(differences_frame(found), lines, call.choice)


def _parts(words: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the parts that are meant.

    Raises
    ------
    InvalidValue
        There is no such part.

    """
    from adxmi_jupyter.errors import InvalidValue
    from adxmi_jupyter.fixes import ChangeOption, Explain, Several
    from adxmi_jupyter.model.fleet_comparison import Part
    from adxmi_jupyter.model.usage import closest

    known = {part.value: part for part in Part}
    for word in words:
        if word.lower() not in known:
            raise InvalidValue(
                f"there is no part {word!r}",
                why=Explain.of("there are ", Several.of(known)),
                fix=ChangeOption("--part", closest(word, known) or "policy"),
            )
    return tuple(known[word.lower()] for word in words) or (Part.POLICY, Part.CALLOUTS)


def policies_of(asked: Asked, selected: Selected) -> tuple[dict[str, PolicyDigest], list[str]]:
    """Return the digests of policies by what tells clusters apart, and how complete they are."""
    from adxmi_jupyter.actions.fleet.comparing import facts_frame, facts_of, policy_digest
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.model.fleet_comparison import Part

    result = asked.results(selected, lambda one: Answered(facts_frame(one, (Part.POLICY,))))
    digests = {
        piece.outcome.resource_id.strip("/").lower(): policy_digest(facts_of(piece.frame))
        for piece in result.pieces
        if piece.frame is not None and piece.outcome.is_reached
    }
    return digests, asked.summary(result, selected, with_gaps=False)


def _facts(result: FleetResult) -> dict[str, list[Fact]]:
    from adxmi_jupyter.actions.fleet.comparing import facts_of

    return {
        piece.outcome.cluster: facts_of(piece.frame)
        for piece in result.pieces
        if piece.frame is not None and piece.outcome.is_reached
    }


@verb(
    "identity",
    permission=permissions.FLEET_CONTENTS,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet identity mi-export",
        "fleet identity mi-retail --cluster-name contosoretail*",
    ),
)
@subject(
    "--identity",
    "reference",
    type=FleetIdentityName(),
    metavar="IDENTITY",
    required=True,
    help="Identity: name, object ID, client ID, resource ID, or system.",
)
@selection_options
@run_options
def identity(call: Call, *, reference: str, **options: Any) -> pd.DataFrame:
    """Show where an identity is allowed what, and what its removal would break.

    Policy entries, workflows, stored functions, data connections and customer-managed keys of every
    cluster are listed, whether the identity is assigned to it or not.
    """
    from adxmi_jupyter.actions.fleet.identity_use import named, use_of, uses_frame
    from adxmi_jupyter.actions.fleet.listing import shared_identities
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable

    asked = asked_of(call, **options)
    selected = asked.selected()
    meant = named(reference, shared_identities(call.connection, selected))
    by_id = {one.key: one for one in selected.clusters}

    def look(connection: Connection) -> Answered:
        return use_of(connection, by_id[connection.cluster_id.strip("/").lower()], meant)

    result = asked.results(selected, look)
    lines = asked.summary(result, selected)
    return FleetListTable.of(uses_frame(result, selected, meant), lines, call.choice)
