"""Types of arguments: how a value is read, and which values completion offers.

The names come from the connection, so notebook and shell complete from one declaration.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.magics.body_file import file_text, standard_input
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.model.usage import Usage, permits

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic only in recent releases, and only for checkers


def summary(parameter: click.Parameter) -> str:
    """Return the first sentence of an option's help, which is what its values are."""
    text = (parameter.help if isinstance(parameter, click.Option) else "") or ""
    return text.partition(". ")[0].rstrip(".")


def matching(names: Iterable[str], typed: str, kind: str) -> list[CompletionItem]:
    """Return the names that start with what was typed, in whatever letter case."""
    start = typed.lower()
    return [CompletionItem(name, type=kind) for name in names if name.lower().startswith(start)]


class Name(_ParamType):
    """A name that must not be empty; subclasses know the names there are."""

    name = "name"
    kind = "name"
    kept_as = ""
    """The kind by which a console keeps the names for the next Tab; empty where it need not."""
    always: tuple[str, ...] = ()
    """What is offered beside the names that are kept."""
    depends_on_line = False
    """Whether the names depend on what stands before on the line."""
    is_closed = False
    """Whether there are no other names than those, wherever it runs."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name without surrounding blanks."""
        trimmed = str(value).strip()
        if not trimmed and _is_given(param, ctx):
            self.fail("it is empty", param, ctx)
        return trimmed

    def names(self, call: Call) -> Iterable[str]:
        """Return the names there are."""
        del call
        return ()

    def names_on(self, call: Call, ctx: click.Context) -> Iterable[str]:
        """Return the names there are, where it matters what stands before on the line."""
        del ctx
        return self.names(call)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the names; completion never fails, whatever the cluster says."""
        call = ctx.find_object(Call)
        if call is None:
            return []
        try:
            found = self.offered(self._names_here(call, ctx), incomplete)
        except AdxmiError:  # a <Tab> is no request, so there is nothing to report
            return []
        for item in found:
            item.help = self.about(item.value.rpartition(",")[2], param)
        return found

    def _names_here(self, call: Call, ctx: click.Context) -> list[str]:
        """Return the names that are kept, else those that the connection tells."""
        cluster = os.environ.get("ADXMI_CLUSTER", "")
        is_kept = call.is_console and self.kept_as and (cluster or not self.depends_on_line)
        if not is_kept:
            return list(self.names_on(call, ctx))
        from adxmi_jupyter.service.known_names import KnownNames

        known = KnownNames(cluster)
        kept = known.of(self.kept_as)
        if kept:
            return list(dict.fromkeys((*self.always, *kept)))
        found = list(self.names_on(call, ctx))
        if not cluster:
            known.asked(self.kept_as, found)
        return found

    def about(self, name: str, param: click.Parameter) -> str:
        """Return what one of the names means, for the list of completions; empty for nothing."""
        del name, param
        return ""

    def offered(self, names: list[str], incomplete: str) -> list[CompletionItem]:
        """Return the names that complete what was typed."""
        return matching(names, incomplete, self.kind)


class NameList(Name):
    """Names separated by commas."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the names as a tuple."""
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip() for part in str(value).split(",") if part.strip())
        if not names and _is_given(param, ctx):
            self.fail("it names nothing", param, ctx)
        return names

    def offered(self, names: list[str], incomplete: str) -> list[CompletionItem]:
        """Complete the last name of the list, without those that already stand there."""
        *before, last = incomplete.split(",")
        present = {name.strip().lower() for name in before}
        left = [name for name in names if name.lower() not in present]
        start = "".join(f"{name}," for name in before)
        return [
            CompletionItem(start + item.value, type=self.kind)
            for item in matching(left, last.lstrip(), self.kind)
        ]


class DatabaseName(Name):
    """The name of a database."""

    name = kind = kept_as = "database"

    def names(self, call: Call) -> Iterable[str]:
        """Return the databases of the connection."""
        from adxmi_jupyter.actions.identity.names import offered_databases

        connection = call.opened
        return offered_databases(connection) if connection else ()


class DatabaseList(NameList):
    """Names of databases, separated by commas."""

    name = kind = kept_as = "database"

    def names(self, call: Call) -> Iterable[str]:
        """Return the databases of the connection."""
        return DatabaseName().names(call)


class IdentityList(NameList):
    """Identities by display name, object ID, client ID or ``system``."""

    name = kind = kept_as = "identity"
    always = ("system",)

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the identities that the policies of the connection name."""
        from adxmi_jupyter.actions.identity.names import offered_identities

        connection = call.opened
        return ["system", *(offered_identities(connection) if connection else ())]


class AzureIdentityList(IdentityList):
    """Identities that exist in Azure, whether a policy names them or not."""

    kept_as = "identity in Azure"

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the user-assigned identities that are visible."""
        from adxmi_jupyter.actions.identity.names import offered_in_azure

        connection = call.opened
        return offered_in_azure(connection) if connection else ("system",)


class AzureIdentity(Name):
    """One identity that exists in Azure."""

    name = kind = "identity"

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the user-assigned identities that are visible."""
        return AzureIdentityList().names(call)


class IdentityName(Name):
    """One identity by any of its names."""

    name = kind = "identity"
    kept_as = "identity in Azure"
    always = ("system",)

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the identities that policies name or Azure shows."""
        return dict.fromkeys((*IdentityList().names(call), *AzureIdentityList().names(call)))


class UsageList(NameList):
    """Usages; the verb checks them, since it knows about ``--allow-unknown-usage``."""

    name = kind = "usage"
    is_closed = True

    def names(self, call: Call) -> Iterable[str]:
        """Return the usages this release knows."""
        del call
        return [usage.value for usage in Usage]

    def about(self, name: str, param: click.Parameter) -> str:
        """Return what a usage permits."""
        del param
        return permits(name)


class ConnectionName(Name):
    """The name of an open connection."""

    name = kind = "connection"

    def names(self, call: Call) -> Iterable[str]:
        """Return the open connections."""
        return [connection.name for connection in call.front.connections.all()]


class TrustedHost(Name):
    """A host that the user trusts."""

    name = kind = "trusted host"

    def names(self, call: Call) -> Iterable[str]:
        """Return the trusted hosts."""
        return call.front.connections.trusted_hosts.all()


class CredentialName(Name):
    """The name of a credential."""

    name = kind = "credential"

    def names(self, call: Call) -> Iterable[str]:
        """Return the credentials, those of the embedded Azure last."""
        del call
        from adxmi_jupyter.service.credentials import CREDENTIALS
        from adxmi_jupyter.service.embedded import PRINCIPALS
        from adxmi_jupyter.service.federation import KINDS

        federated = (f"workload-identity:{kind}" for kind in KINDS)
        return [*CREDENTIALS, *federated, *(f"as:{name}" for name in PRINCIPALS)]


class ClusterName(Name):
    """A cluster: URI, short name or ``embedded``."""

    name = kind = "cluster"

    def names(self, call: Call) -> Iterable[str]:
        """Return the word for the embedded Azure and the clusters that are open."""
        opened = [c.address.uri for c in call.front.connections.all() if not c.is_embedded]
        return ["embedded", *opened]


class FaultName(Name):
    """The name of a fault of the embedded Azure."""

    name = kind = "fault"

    def names(self, call: Call) -> Iterable[str]:
        """Return the faults."""
        del call
        from adxmi_jupyter.service.embedded import fault_names

        return fault_names()


class WorldName(Name):
    """The name of a world that the embedded Azure can begin with."""

    name = kind = "world"

    def names(self, call: Call) -> Iterable[str]:
        """Return the worlds."""
        del call
        from adxmi_jupyter.service.embedded import world_names

        return world_names()


class BehaviourList(NameList):
    """Behaviours of the embedded Azure, as ``NAME=ALTERNATIVE``."""

    name = kind = "behaviour"

    def names(self, call: Call) -> Iterable[str]:
        """Return what can be chosen."""
        del call
        from adxmi_jupyter.service.embedded import behaviour_choices

        return behaviour_choices()


class BehaviourName(Name):
    """A behaviour of the embedded Azure, as ``NAME=ALTERNATIVE``."""

    name = kind = "behaviour"

    def names(self, call: Call) -> Iterable[str]:
        """Return what can be chosen."""
        return BehaviourList().names(call)


class BodyFile(_ParamType):
    """A file that stands for a cell body; its text is read at once. ``-`` is the standard input."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the file's text, or nothing when no file was given."""
        if not value:
            return ""
        call = ctx.find_object(Call) if ctx else None
        if value == "-" and call is not None and call.is_console:
            return standard_input()
        return file_text(str(value), max(param.opts, key=len) if param else "")

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer files: a shell does it itself, the notebook's matcher lists them."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class ResultTarget(_ParamType):
    """Where a result goes: a file or, in a console, the name of a format."""

    name = "name"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the formats and files in a console; names of variables are the user's."""
        del param
        call = ctx.find_object(Call)
        if call is None or not call.is_console:
            return []
        known = dict.fromkeys(("json", "csv", "md", *getattr(ctx.command, "documents", ())))
        formats = [CompletionItem(one) for one in known if one == incomplete]
        return [*formats, CompletionItem(incomplete, type="file")]


def _is_given(param: click.Parameter | None, ctx: click.Context | None) -> bool:
    if param is None or ctx is None or param.name is None:
        return True
    return ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
