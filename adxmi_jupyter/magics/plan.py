"""The verb ``plan``: what would change on the cluster so that it matches a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.ci import ci_option, file_of, system_of, tell, telling_errors
from adxmi_jupyter.magics.forms import refuse_console
from adxmi_jupyter.magics.lock_file import names_in, with_lock
from adxmi_jupyter.magics.options import allow_unknown_usage, exit_code, refuse_both
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.policy_file import policy_file, policy_file_options
from adxmi_jupyter.magics.saving import check_text
from adxmi_jupyter.magics.verbs import Example, exit_codes, verb
from adxmi_jupyter.model.history.rows import RunKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.actions.plan.planning import Options, Prepared
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.model.plan import Plan
    from adxmi_jupyter.model.policy_file.reading import PolicyFile
    from adxmi_jupyter.rendering.plan_text import PlanTable

EXAMPLE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy:
  mode: additive
  databases:
    Telemetry: {mi-ingest: [NativeIngestion]}"""

DOCUMENTS = ("json", "md", "sarif")
"""Formats for other tools: the document of a plan, a comment on a pull request, code scanning."""

_FORM, _SCHEMA, _OUTPUT_SCHEMA, _FLEET_SCHEMA = "form", "schema", "output-schema", "fleet-schema"


def planning_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of all verbs that compare a cluster with a file."""
    partial = click.option(
        "--allow-partial",
        is_flag=True,
        help="Plan what you can read, although you aren't permitted to read everything.",
    )
    return policy_file_options(allow_unknown_usage(partial(ci_option(function))))


replace_names = click.option(
    "--replace",
    "replaced",
    metavar="NAMES",
    default="",
    help="Names that may stand for another identity than at the last apply. Several are separated "
    "by commas.",
)
targets = click.option(
    "--target",
    "targets",
    metavar="ADDRESSES",
    default="",
    help="Changes to plan, by their addresses in plan -o json. Several are separated by commas. "
    "Default: all.",
)
break_workflows = click.option(
    "--break-workflows",
    is_flag=True,
    help="Plan the removal of what a workflow needs, too.",
)


def of_file(call: Call, options: Mapping[str, Any]) -> Callable[[FleetCluster], bool]:
    """Return what tells whether the policy file of a command is for a cluster.

    Raises
    ------
    MissingOption, InvalidPolicyFile
        There is none, or it can't be used.

    """
    from adxmi_jupyter.service.many import addresses_of

    with telling_errors(call):
        file = policy_file(call, options["file"], options["given"], options["var_file"])
    named = [one.content.clusters[name] for name, one in file.contents.items()]
    uris = {lowered(one.uri) for one in named}
    ids = {str(one.resource_id or "").strip("/").lower() for one in named} - {""}
    own = call.connection.cluster_id.strip("/").lower() if call.connection.is_embedded else ""

    def is_meant(cluster: FleetCluster) -> bool:
        known = set(addresses_of(cluster, is_embedded=cluster.key == own))
        return bool(known & uris) or cluster.key in ids

    return is_meant


def lowered(uri: str) -> str:
    """Return the address of a cluster as addresses compare; as it is where it is none."""
    from adxmi_jupyter.errors import InvalidCluster
    from adxmi_jupyter.service.address import EMBEDDED, parse_address

    if uri.strip().lower() == EMBEDDED:
        return EMBEDDED
    try:
        return parse_address(uri).uri
    except InvalidCluster:  # the plan names the place in the file
        return uri


def on_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> object:
    """Plan many clusters; ``drift`` has no options to save, or to break workflows."""
    from adxmi_jupyter.magics.plan_fleet import plan_on_fleet

    own, save = ("what", "save", "allow_partial"), options.get("save", "")
    if save:
        check_text("--save", save, call.out)
    given = {name: value for name, value in options.items() if name not in own}
    return plan_on_fleet(
        call,
        asked,
        planned_from(call, **given),
        save=save,
        allow_partial=options["allow_partial"],
    )


@verb(
    "plan",
    permission=permissions.PLAN,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=(
        Example("plan", EXAMPLE),
        "plan schema",
        "plan output-schema",
        "plan fleet-schema",
        Example("plan form", EXAMPLE),
        Example("plan --fleet", EXAMPLE),
    ),
    documents=DOCUMENTS,
    exit_codes=exit_codes("There are changes, with --exit-code."),
)
@click.argument(
    "what",
    metavar="[form|schema|output-schema|fleet-schema]",
    type=click.Choice([_FORM, _SCHEMA, _OUTPUT_SCHEMA, _FLEET_SCHEMA]),
    required=False,
    default=None,
)
@planning_options
@break_workflows
@replace_names
@targets
@click.option(
    "--save", "save", metavar="FILE", default="", help="Save the plan as JSON, for apply."
)
@exit_code
@over_fleet(without={"what": "form or schema"}, only=of_file, instead=on_fleet, own_partial=True)
def plan(
    call: Call, *, what: str | None, save: str, break_workflows: bool, **options: Any
) -> object:
    """Show what would change so that the cluster matches a policy file.

    Nothing is written. form shows the changes in a form of a notebook, to select which to apply.
    schema prints the JSON schema of policy files instead, output-schema that of a plan as JSON,
    fleet-schema that of the plans of many clusters.
    """
    if what == _FORM:
        refuse_console(call, "plan form", "adxmi plan, then adxmi apply")
    if what:
        others = {"--save": save, "--out": call.out, "--target": options["targets"]}
        refuse_both(call, {what: True, **{name: bool(one) for name, one in others.items()}})
    if what == _FORM:
        from adxmi_jupyter.magics.plan_form import plan_form

        return plan_form(call, break_workflows=break_workflows, **options)
    if what:
        return _schema(what)
    from adxmi_jupyter.actions.history.plans import keep_plan

    if save:
        check_text("--save", save, call.out)
    with telling_errors(call):
        prepared = prepared_plan(call, break_workflows=break_workflows, **options)
        keep_plan(prepared.world, prepared.plan, RunKind.PLAN)
        if save:
            from adxmi_jupyter.actions.plan.saved import saved_text
            from adxmi_jupyter.magics.whole_files import write_text
            from adxmi_jupyter.rendering.annotations import inert

            write_text(save, inert(saved_text(prepared)))
            call.say(f"saved: {save}")
        return shown(call, prepared.plan, allow_partial=options["allow_partial"])


def _schema(what: str) -> object:
    from adxmi_jupyter.model import plan_document
    from adxmi_jupyter.model.policy_file import schema
    from adxmi_jupyter.rendering.text import PlainText

    if what == _SCHEMA:
        return PlainText(schema.schema_text())
    is_of_fleet = what == _FLEET_SCHEMA
    name = plan_document.FLEET_NAME if is_of_fleet else plan_document.NAME
    return PlainText(plan_document.schema_text(name))


def planned_from(
    call: Call,
    *,
    file: NamedText,
    given: str,
    var_file: NamedText,
    observes: bool = False,
    **options: Any,
) -> tuple[PolicyFile, Options]:
    """Return a command's file, and how a plan is made of it; raises as `policy_file`."""
    from adxmi_jupyter.actions.plan.planning import Options

    read = with_lock(policy_file(call, file, given, var_file))
    return read, Options(
        options.get("break_workflows", False),
        options["allow_unknown_usage"],
        observes,
        replaced=names_in(options.get("replaced", "")),
        targets=names_in(options.get("targets", "")),
    )


def prepared_plan(call: Call, **options: Any) -> Prepared:
    """Return the plan of a command's file; raises as `planned_from` and `planning.prepare`."""
    from adxmi_jupyter.actions.plan.planning import prepare

    return prepare(call.connection, *planned_from(call, **options))


def shown(call: Call, plan: Plan, *, allow_partial: bool) -> object:
    """Return a plan as a result.

    Raises
    ------
    PartialRead
        Part of the cluster could not be read; the plan is shown all the same.

    """
    call.has_found = not plan.is_empty
    tell_plan(call, plan)
    table = _table(call, plan)
    if plan.unseen and not allow_partial:
        from adxmi_jupyter.actions.plan.world import cannot_see

        call.show(table.to_text())
        if call.out:
            call.front.keep(call.out, table, call.documents)
        raise cannot_see(plan)
    return table


def _table(call: Call, plan: Plan) -> PlanTable:
    from adxmi_jupyter.actions.plan.frames import plan_frame
    from adxmi_jupyter.rendering.plan_documents import plan_documents
    from adxmi_jupyter.rendering.plan_picture import plan_picture
    from adxmi_jupyter.rendering.plan_text import PlanTable, plan_text

    frame = plan_frame(plan)
    frame.attrs["adxmi"] = {
        "connection": call.connection.name,
        "command": "\n".join(step.command for step in plan.steps),
    }
    documents = plan_documents(plan, file_of(plan.source)) if call.documents else {}
    return PlanTable.of(frame, plan_text(plan), documents, lambda: plan_picture(plan))


def tell_plan(call: Call, plan: Plan) -> None:
    """Tell the CI system what a plan changes, and what is blocked."""
    if system_of(call) is None:
        return
    from adxmi_jupyter.rendering.plan_annotations import folded_annotations_of
    from adxmi_jupyter.rendering.plan_markdown import plan_markdown

    tell(call, folded_annotations_of(plan, file_of(plan.source)), plan_markdown(plan))
