"""The verb ``convert``: policy files from and to the formats of other tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidCluster, MissingOption
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.magics.convert_files import SourceFile, sources, write
from adxmi_jupyter.magics.lock_file import lock_beside
from adxmi_jupyter.magics.options import exit_code
from adxmi_jupyter.magics.policy_file import NamedFile, is_file, variable_options, variables
from adxmi_jupyter.magics.verbs import Example, exit_codes, verb
from adxmi_jupyter.model.foreign_files.registry import format_of, guessed, names
from adxmi_jupyter.model.permission import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.foreign_files.conversion import Conversion
    from adxmi_jupyter.model.foreign_files.values import TextFile
    from adxmi_jupyter.model.identity import ManagedIdentity

Function = Callable[..., Any]
_FORMATS = list(names())
_OURS = "adxmi"
_ALLOWED = f"Allowed values: {', '.join(_FORMATS)}."
_SCRIPT = """\
.delete database Telemetry policy managed_identity
.add database Sales viewers ('aadgroup=analysts@contoso.com') 'Sales reports'"""
_FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy: {databases: {Sales: {system: [ExternalTable]}}}"""


def _format_option(
    option: str, name: str, told: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        option,
        name,
        type=click.Choice(_FORMATS),
        metavar="FORMAT",
        default=None,
        help=f"{told} {_ALLOWED}",
    )


@verb(
    "convert",
    permission=Permission(azure="Reader on the cluster", more="only with --resolve"),
    pages=("Managed identity policy", "Manage database security roles", "Callout policy"),
    exit_codes=exit_codes("Something is lost, unresolved or not converted, with --exit-code."),
    examples=(
        Example("convert --from kql --to adxmi", _SCRIPT),
        Example("convert --from adxmi --to terraform", _FILE),
    ),
)
@click.argument("paths", metavar="[FILE…]", nargs=-1, type=SourceFile())
@click.option(
    "-f",
    "--file",
    "file",
    type=NamedFile(),
    metavar="FILE",
    default="",
    help="File to convert. Default: the cell body. In a console - reads standard input.",
)
@_format_option(
    "--from", "source", "Format of the files. Default: by suffix or content, where that is certain."
)
@_format_option("--to", "target", "Format to write. Default: by the suffix of --out, or adxmi.")
@click.option(
    "-o",
    "--out",
    "out",
    metavar="FILE",
    default="",
    help="Save the result, and list what is lost. Of several files: the folder for them.",
)
@click.option(
    "--for-cluster",
    "for_cluster",
    metavar="NAME",
    default="",
    help="Cluster of the policy file, if it has several.",
)
@click.option(
    "--cluster-uri",
    "cluster_uri",
    metavar="URI",
    default="",
    help="Address of the cluster, for formats that don't hold it.",
)
@click.option(
    "--resolve",
    is_flag=True,
    help="Find the IDs of identities by their names on the connected cluster.",
)
@variable_options
@exit_code
def convert(
    call: Call,
    *,
    paths: tuple[str, ...],
    file: NamedText,
    source: str | None,
    target: str | None,
    out: str,
    resolve: bool,
    **options: Any,
) -> object:
    """Convert policy files from and to the formats of other tools.

    Formats are adxmi (policy file), kst (KustoSchemaTools), terraform (HCL, or terraform show
    -json), arm (ARM template; Bicep as compiled JSON) and kql (script of commands). A folder
    stands for its files, - for standard input in a console. Nothing is sent.

    What the target can't hold is listed as lost, what requires an ID or a value that the files
    don't have as unresolved. A file with a literal secret is an error.
    """
    files = sources(call, paths, source, file)
    if not files:
        raise _nothing_to_convert()
    name = source or guessed(files, "--from")
    known = _known(call) if resolve else ()
    made = _converted(call, files, name, target or _target(out), known, options)
    call.has_found = bool(made.findings)
    return _shown(call, made, out)


def _converted(
    call: Call,
    files: Sequence[TextFile],
    source: str,
    target: str,
    known: Sequence[ManagedIdentity],
    options: dict[str, Any],
) -> Conversion:
    from adxmi_jupyter.model.foreign_files.conversion import convert as conversion
    from adxmi_jupyter.model.foreign_files.values import ReadOptions

    given = variables(call, options["given"], options["var_file"])
    locked = _locked(files[0].name) if source == _OURS else _nothing_locked
    told = ReadOptions(options["for_cluster"], options["cluster_uri"], given, locked)
    return conversion(files, format_of(source), format_of(target), told, known)


def _nothing_locked(_uri: str) -> Mapping[str, str]:
    return {}


def _locked(policy_file: str) -> Callable[[str], Mapping[str, str]]:
    """Return what tells the names of a cluster in the lock file; a cell has none.

    An address that no connection takes is in no lock file.
    """
    lock = lock_beside(policy_file) if is_file(policy_file) else None
    if lock is None or not lock.clusters:
        return _nothing_locked

    def locked(uri: str) -> Mapping[str, str]:
        from adxmi_jupyter.actions.plan.planning import lock_key_of

        try:
            return lock.names(lock_key_of(uri))
        except InvalidCluster:
            return {}

    return locked


def _known(call: Call) -> Sequence[ManagedIdentity]:
    from adxmi_jupyter.actions.plan.world import known_identities

    return known_identities(call.connection)


def _target(out: str) -> str:
    """Return the format that the name of a file surely has, else that of policy files."""
    from adxmi_jupyter.model.foreign_files.values import TextFile

    file = TextFile(out, "")
    return next((name for name in _FORMATS if format_of(name).guess(file)), _OURS)


def _shown(call: Call, made: Conversion, out: str) -> object:
    """Return what was not taken over if the files are saved, else the files."""
    from adxmi_jupyter.rendering.text import PlainText

    if not out or (out == "-" and call.is_console):
        for finding in made.findings:
            call.say(str(finding))
        return PlainText(made.text)
    from adxmi_jupyter.actions.plan.frames import findings_frame

    for name in write(out, made.files):
        call.say(f"saved: {name}")
    return findings_frame(made.findings)


def _nothing_to_convert() -> MissingOption:
    return MissingOption(
        "there is nothing to convert",
        why="neither a file nor a cell body was given",
        fix=Explain.of("name the files after the options; ", Option("--help"), " lists formats"),
    )
