"""Plans to be shown, without a cluster."""

from adxmi_jupyter.errors import NotAuthorized
from adxmi_jupyter.model.plan import (
    Action,
    Change,
    Plan,
    PlannedStep,
    Reason,
    Replacement,
    Section,
    Status,
    Unseen,
)
from adxmi_jupyter.model.policy import Scope

# What somebody may call an identity or a database, to become more than a name in a report.
HOSTILE = (
    "a|b\\|c\\\\|d",
    "`` ` ```",
    "<!-- </details> <script>alert(1)</script>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "@octocat #1 https://evil.example www.evil.example a@evil.example",
    "two\nlines\r\n::error file=x::forged",
    "::set-output name=x::forged",
    "##vso[task.setvariable variable=x]forged",
    "##[error]forged ::add-mask::x",
    "100%0A::error::forged",
    "\u202eturned\x1b[31m",
)


def change(database="Sales", subject="mi-export", item="SqlRequest", action=Action.ADD, **more):
    return Change(Section.POLICY, database, action, subject, f"key of {subject}", item, **more)


def removal(database="Sales", **more):
    return change(database, item="ExternalTable", action=Action.REMOVE, **more)


def plan(*changes, commands=(".show tables",), **more):
    steps = tuple(PlannedStep(command, changes) for command in commands)
    return Plan("mycluster.westeurope", "adxmi.yaml", "0" * 64, changes, steps, **more)


def one_of_each(name="mi-export"):
    """Return a plan with a change of every kind about somebody, and something not seen."""
    failure = NotAuthorized("not readable", why=f"requires a role, {name}")
    return plan(
        change(subject=name, line=7, why=name),
        removal(subject=name, line=8, breaks=(f"external-table {name} (Sales)",)),
        removal("Telemetry", subject=name, status=Status.BLOCKED, reason=Reason.WORKFLOW, line=9),
        change(name, subject=name, status=Status.OBSERVED, line=10),
        removal(name, subject=name, status=Status.OBSERVED, line=11),
        replacements=(Replacement(name, "an object ID", "another one", 12),),
        unseen=(Unseen(Section.POLICY, Scope(name), failure, "Database Viewer"),),
        commands=(f".alter database ['{name}'] policy managed_identity ```[]```",),
    )
