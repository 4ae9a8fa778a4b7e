"""What is wrong with a line, in our own words: click's errors as our typed ones.

Each names the closest match and gives the line that would have worked, in the user's own spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from adxmi_jupyter.errors import (
    ConflictingOptions,
    InvalidValue,
    MissingOption,
    PartialRead,
    RepeatedOption,
    UnknownCommand,
    UnknownOption,
)
from adxmi_jupyter.fixes import (
    BELOW_QUERY,
    AskPermission,
    Command,
    Explain,
    Option,
    OwnCommand,
    Several,
)
from adxmi_jupyter.magics import missing, subject
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.unusable_values import unusable
from adxmi_jupyter.model.declaration.registry import unsupported
from adxmi_jupyter.model.permission import ALL_DATABASES_ADMIN
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.errors import (
        AdxmiError,
        CommandLineError,
        NotAuthorized,
    )
    from adxmi_jupyter.fixes import Fix, Part
    from adxmi_jupyter.model.permission import Permission


def translated(error: click.UsageError, call: Call) -> CommandLineError:
    """Return our error for one of click's."""
    context = error.ctx
    if isinstance(error, click.NoSuchOption):
        return _unknown_option(error.option_name, call, context)
    if isinstance(error, click.BadParameter):
        return unusable(error, call, _path(context))
    if isinstance(error, click.BadOptionUsage):
        return _bad_option(error, call, context)
    return InvalidValue(
        "the command can't be parsed",
        why=error.message,
        fix=_help(call, _path(context)),
    )


def unknown_command(context: click.Context, name: str, known: Sequence[str]) -> AdxmiError:
    """Return the error for a noun or verb that does not exist."""
    from adxmi_jupyter.magics.misplaced import verb_like

    call = _call(context)
    if name.startswith("-"):
        return _unknown_option(name, call, context)
    group = _path(context)
    without_identity = None if group else unsupported(name)
    if without_identity is not None:
        return without_identity.refusal()
    kind, match = ("verb", verb_like(name, known)) if group else ("noun", closest(name, known))
    if not group and _is_turned_round(context, call, known, is_typing_error=bool(match)):
        swapped = {0: call.words[1].raw, 1: call.words[0].raw}
        return UnknownCommand(
            f"there is no noun {name!r}",
            why="the noun is before the verb",
            fix=OwnCommand(call.again(instead=swapped)),
        )
    return UnknownCommand(
        f"there is no {kind} {name!r}" + (f" of {group}" if group else ""),
        why=Explain.of(f"the {kind}s are ", Several.of(known)),
        fix=OwnCommand(
            call.again(instead={_place(call, name): match}) if match else call.pasteable(group)
        ),
    )


def _is_turned_round(
    context: click.Context, call: Call, nouns: Sequence[str], *, is_typing_error: bool
) -> bool:
    """Tell whether a line begins with a verb and the noun after it.

    What could be a typing error has to be a verb of that noun.
    """
    first, second = call.words[0].text, call.words[1].text if len(call.words) > 1 else ""
    if second not in nouns or not first.isidentifier():
        return False
    if not is_typing_error:
        return True
    tree = context.command
    noun = tree.get_command(context, second) if isinstance(tree, click.Group) else None
    return isinstance(noun, click.Group) and first in noun.list_commands(context)


def refuse_elsewhere(context: click.Context, call: Call, *, console_only: bool) -> None:
    """Refuse a verb that would keep a kernel busy, and a cell body that no verb reads.

    Raises
    ------
    UnknownCommand
        The verb runs in a console only.
    InvalidValue
        There is a body, and the verb takes none.
    ConflictingOptions
        There is a body and a file.

    """
    path = _path(context)
    if console_only and not call.is_console:
        raise UnknownCommand(
            f"{path} runs in a console only",
            why="it runs until it is stopped, and would keep the kernel busy",
            fix=Explain.of("type in a terminal: ", OwnCommand(f"adxmi {path}")),
        )
    if call.body is None or not call.body.strip():
        return
    if "--file" not in call.forms:
        raise InvalidValue(
            f"{path} takes no cell body",
            why="nothing reads the text below the command",
            fix=OwnCommand(call.without_body()),
        )
    if context.params.get("file"):
        raise ConflictingOptions(
            "there is a cell body and --file",
            why="use one of them",
            fix=OwnCommand(call.without_body()),
        )


def name_permission(
    context: click.Context, refusal: NotAuthorized | PartialRead, permission: Permission
) -> None:
    """Name the required permissions: the service names the operation it denied, and no role.

    A fix of an unmet requirement is more specific, and stays. Where an identity acts, it may be
    the one that lacks the permission.
    """
    if not permission:
        return
    if isinstance(refusal, PartialRead):
        if refusal.is_denied:
            refusal.why = f"{refusal.why} (requires: {permission})"
    elif isinstance(refusal.remediation, AskPermission):
        noun, _, verb = _path(context).partition(" ")
        told = "; ", Command.of(noun, "check"), " shows what the identity requires"
        more: tuple[Part, ...] = told if verb in _ACTS else ()
        if permission.kusto == ALL_DATABASES_ADMIN:
            more += "; as Contributor on the cluster, in Azure, add ", Option("--elevate")
        refusal.fix = Explain.of(
            f"ask for {permission}; ", Command.of("status"), " shows who you are", *more
        )


_ACTS = {"create", "run"}


def refuse_repeated(context: click.Context, order: Iterable[click.Parameter]) -> None:
    """Refuse an option given twice, which click would answer with the last one.

    Raises
    ------
    RepeatedOption
        The first option that occurs twice.

    """
    seen: set[str | None] = set()
    for parameter in order:
        if isinstance(parameter, click.Option) and parameter.name in seen:
            raise _repeated(context, parameter)
        seen.add(parameter.name)


def refuse_named_twice(context: click.Context, parsed: Mapping[str, Any]) -> None:
    """Refuse an object that is given as a word and as an option.

    Raises
    ------
    RepeatedOption
        It is given in both ways.
    InvalidValue
        The word is a value of another option.

    """
    word, option = subject.word_in(parsed), subject.option_of(context.command)
    if option is None or not word or option.name not in parsed:
        return
    from adxmi_jupyter.magics.misplaced import refuse_misplaced

    call = _call(context)
    (place,), takes_list = call.places_of(option.opts[0])[:1], _takes_list(option)
    own = _place(call, word)
    refuse_misplaced(context, call, word, own)
    joined = {own: f"{call.words[own].raw},{call.value_at(place)}"} if takes_list else {}
    raise RepeatedOption(
        f"{_name(option)} is given twice",
        why=f"{word} after the verb says the same as {_name(option)}",
        fix=OwnCommand(call.again(without=place, instead=joined if own >= 0 else {})),
    )


def refuse_lacking(context: click.Context, parsed: Mapping[str, Any]) -> None:
    """Refuse a command that lacks what it requires.

    Raises
    ------
    MissingOption
        All that is missing, at once.

    """
    parts = missing.lacking(context.command, parsed)
    if parts:
        raise missing.missing(_call(context), parts)


def _takes_list(option: click.Option) -> bool:
    return ",…" in (option.metavar or "")


def _repeated(context: click.Context, option: click.Option) -> RepeatedOption:
    call = _call(context)
    places = call.places_of(option.opts[0])
    takes_list = _takes_list(option)
    if takes_list:
        joined = f"{_name(option)} {','.join(map(call.value_at, places))}"
        fix = call.again(without=tuple(i for at in places for i in at), more=joined)
    else:
        fix = call.again(without=tuple(i for at in places[1:] for i in at))
    return RepeatedOption(
        f"{_name(option)} is given twice",
        why="use a list separated by commas" if takes_list else "it can have one value only",
        fix=OwnCommand(fix),
    )


def _unknown_option(name: str, call: Call, context: click.Context | None) -> CommandLineError:
    written = name.partition("=")[0]
    known = _options(context)
    match = _closest_option(written, known)
    path = _path(context)
    place = _place(call, written)
    fix = call.pasteable(f"{path} --help")
    if written == _TRACEBACK and place >= 0:
        fix = call.again(instead={0: f"{_TRACEBACK} {call.words[0].raw}"}, without=(place,))
    elif match and place in range(len(call.words)):
        fix = call.again(instead={place: call.words[place].raw.replace(written, match, 1)})
    what = f"{path or 'the command'} has no option {written}"
    if written in _OF_A_RESULT and not (
        match or isinstance(context and context.command, click.Group)
    ):
        places = range(place, place + (1 if "=" in name else 2))
        return UnknownOption(
            what,
            why="the command has no result that could be saved",
            fix=OwnCommand(call.again(without=tuple(places))),
        )
    return UnknownOption(
        what,
        why=Explain.of("the options are ", Several.of(o for o in known if o.startswith("--"))),
        fix=OwnCommand(fix),
    )


_TRACEBACK = "--traceback"
_OF_A_RESULT = ("-o", "--out", "--output")
_ELSEWHERE = {
    "--db": "--database",
    "--principal": "--identity",
    "--principals": "--identity",
    "--force": "--yes",
    "--confirm": "--yes",
    "--what-if": "--dry-run",
    "--whatif": "--dry-run",
    "--output": "--out",
}
"""What other tools of Azure call an option."""


def _closest_option(written: str, known: Sequence[str]) -> str:
    """Return the option that was meant; the dashes are no likeness."""
    meant = _ELSEWHERE.get(written, "")
    if meant in known:
        return meant
    names = {option.removeprefix("--"): option for option in known if option.startswith("--")}
    return names.get(closest(written.removeprefix("--"), names), "")


def _bad_option(
    error: click.BadOptionUsage, call: Call, context: click.Context | None
) -> CommandLineError:
    name = error.option_name
    option = _option(context, name)
    if option is not None and not option.is_flag:
        more = option.metavar or "VALUE"
        return MissingOption(
            f"{name} needs a value", why=option.help or "", fix=OwnCommand(call.again(more=more))
        )
    place = next((i for i, word in enumerate(call.words) if word.option == name), -1)
    return InvalidValue(
        f"{name} takes no value",
        why="it is either there or not",
        fix=OwnCommand(call.again(instead={place: name})),
    )


def refuse_extra(context: click.Context, left: Sequence[str]) -> None:
    """Refuse words that belong to no option.

    Raises
    ------
    InvalidValue
        Some are left; one that may be a database's name is offered as such.

    """
    if not left:
        return
    call, path = _call(context), _path(context)
    why, fix = _about_extra(context, call, path, left)
    raise InvalidValue(f"{path} cannot use {' '.join(map(quoted, left))}", why=why, fix=fix)


def _about_extra(
    context: click.Context, call: Call, path: str, left: Sequence[str]
) -> tuple[str, Fix]:
    """Return why words cannot be used, and what to write instead."""
    from adxmi_jupyter.magics.misplaced import refuse_misplaced

    if path == _QUERY:
        return "write the query below the command, or in a file", BELOW_QUERY
    if path == _CHECK:
        named = f"WORKFLOW check {' '.join(map(quoted, left))}"
        why = "without a workflow before it, check covers all workflows"
        return why, Explain.of(OwnCommand(call.pasteable(named)), ", where WORKFLOW is its noun")
    why = "the command has no argument for it; a name with blanks needs quotes"
    if not any(left):
        empty = tuple(place for place in call.arguments if not call.words[place].text)
        return "an empty word names nothing", OwnCommand(call.again(without=empty))
    place = _place(call, left[0]) if len(left) == 1 else -1
    refuse_misplaced(context, call, left[0], place)
    if place >= 0 and "--database" in _options(context) and not _mentions(call, _DATABASE):
        return why, OwnCommand(call.again(instead={place: f"--database {call.words[place].raw}"}))
    return why, _help(call, path)


_QUERY, _CHECK = "query", "check"
_DATABASE = ("--database", "-d")


def _help(call: Call, path: str) -> OwnCommand:
    return OwnCommand(call.pasteable(f"{path} --help"))


def _mentions(call: Call, names: Sequence[str]) -> bool:
    return any(word.option in names for word in call.words)


def _option(context: click.Context | None, name: str) -> click.Option | None:
    parameters = context.command.get_params(context) if context else []
    return next((p for p in parameters if isinstance(p, click.Option) and name in p.opts), None)


def _options(context: click.Context | None) -> list[str]:
    parameters = context.command.get_params(context) if context else []
    return [name for p in parameters if isinstance(p, click.Option) for name in p.opts]


def _name(option: click.Option) -> str:
    return max(option.opts, key=len)


def _call(context: click.Context) -> Call:
    return cast("Call", context.find_object(Call))


def _path(context: click.Context | None) -> str:
    """Return noun and verb, without the program."""
    return context.command_path.partition(" ")[2] if context else ""


def _place(call: Call, text: str) -> int:
    found = (
        i for i, word in enumerate(call.words) if word.text == text or word.option == text != ""
    )
    return next(found, -1)
