"""Which workflows there are: the modules of `model.workflow`, found by looking.

Listing the names imports none of them: the help and completion of nouns must stay quick.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from inspect import isclass
from typing import TYPE_CHECKING

from adxmi_jupyter.model import workflow

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.fields import FieldKind
    from adxmi_jupyter.model.declaration.unsupported import Unsupported
    from adxmi_jupyter.model.declaration.workflow import Workflow


def nouns() -> tuple[str, ...]:
    """Return the nouns of all workflows, by name."""
    found = pkgutil.iter_modules(workflow.__path__)
    return tuple(sorted(module.name.replace("_", "-") for module in found))


def module_of(noun: str) -> str:
    """Return the module that declares a noun."""
    return f"{workflow.__name__}.{noun.replace('-', '_')}"


def declaration_of(noun: str) -> type[Workflow]:
    """Return the declaration behind a noun.

    Raises
    ------
    LookupError
        The module declares no workflow; a mistake of whoever wrote it.

    """
    from adxmi_jupyter.model.declaration.workflow import Workflow

    module = import_module(module_of(noun))
    for value in vars(module).values():
        if isclass(value) and issubclass(value, Workflow) and value.__module__ == module.__name__:
            return value
    raise LookupError(f"{module.__name__} declares no Workflow")


def declarations() -> tuple[type[Workflow], ...]:
    """Return the declarations of all workflows, by noun."""
    return tuple(declaration_of(noun) for noun in nouns())


def unsupported(word: str) -> Unsupported | None:
    """Return what a word means that takes no managed identity, if it means such a thing."""
    named = (one for found in declarations() for one in found.about.without_identity)
    return next((one for one in named if one.is_meant_by(word)), None)


def maker_of(kind: FieldKind) -> str:
    """Return the noun of the workflow that makes what fields of a kind name; empty for none."""
    return next((one.noun() for one in declarations() if one.about.makes is kind), "")


def inferring(kind: FieldKind) -> type[Workflow]:
    """Return the workflow that finds the values of fields of a kind in files.

    Raises
    ------
    LookupError
        There is none.

    """
    found = next((one for one in declarations() if one.about.infers is kind), None)
    if found is None:
        raise LookupError(f"nothing infers {kind.value}")
    return found


def connection_noun(kind: str) -> str:
    """Return the noun of the data connections of a kind, or of a text that begins with it.

    The kind is that of Azure Resource Manager, ignoring case; empty for none that is known.
    """
    from adxmi_jupyter.model.declaration.stored import DataConnectionListing

    kinds = {
        known.lower(): one.noun()
        for one in declarations()
        if isinstance(one.listing, DataConnectionListing)
        for known in one.listing.kinds
    }
    return next((noun for known, noun in kinds.items() if kind.lower().startswith(known)), "")
