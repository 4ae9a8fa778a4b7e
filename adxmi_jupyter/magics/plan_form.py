"""What ``plan form`` shows: the changes of a plan in a form, to tick which to apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.magics.body_file import file_text
from adxmi_jupyter.magics.forms import writer
from adxmi_jupyter.magics.lock_file import names_in, save_lock, with_lock
from adxmi_jupyter.magics.policy_file import NamedText, policy_file

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.forms.plan.form import PlanForm
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.policy_file.reading import PolicyFile


def plan_form(call: Call, **options: Any) -> PlanForm:
    """Return the form; raises as `policy_file` and `planning.survey`."""
    from adxmi_jupyter.actions.plan.planning import Options, lock_key
    from adxmi_jupyter.forms.plan.form import PlanForm
    from adxmi_jupyter.forms.plan.state import PlanState

    def read() -> PolicyFile:
        file, variables = _again(options["file"]), _again(options["var_file"])
        return with_lock(policy_file(call, file, options["given"], variables))

    names = names_in(options["replaced"])
    made = Options(options["break_workflows"], options["allow_unknown_usage"], replaced=names)
    state = PlanState(call.connection, read, made)
    write = writer(call, has_own_variables=True)
    cluster, key = call.connection.cluster, lock_key(call.connection)

    def note(done: Applied) -> tuple[str, ...]:
        saved = save_lock(done.plan.source, key, done.names)
        return (f"saved: {saved}",) if saved else ()

    return PlanForm(state, write, cluster, _apply(call, options), note)


def _again(file: NamedText) -> NamedText:
    """Return a file as it is now: one edits it, and reads it again in the form."""
    return NamedText(file.name, file_text(file.name)) if file else file


def _apply(call: Call, options: dict[str, Any]) -> Command:
    """Return the command that applies the whole plan."""
    given = {
        "--file": options["file"].name,
        "--var": options["given"],
        "--var-file": options["var_file"].name,
        "--replace": options["replaced"],
    }
    flags = ("break_workflows", "allow_unknown_usage", "allow_partial")
    words = (word for name, value in given.items() if value for word in option_words(name, value))
    set_flags = (f"--{name.replace('_', '-')}" for name in flags if options[name])
    body = "" if options["file"] else (call.body or "").strip("\n")
    return Command(("apply", *words, *set_flags), body)
