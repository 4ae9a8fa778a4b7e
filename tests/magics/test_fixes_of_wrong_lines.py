"""The command that an error names is a command: the line that comes back can be run.

Each verb is called wrongly in every way that its declaration allows.
"""

import re

import click
import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.magics.tree import leaves

_KEEP_RUNNING = ("lab", "embedded serve", "embedded start", "embedded stop")
VERBS = {name: verb for name, verb in leaves() if name not in _KEEP_RUNNING}
GRAMMAR = (
    errors.UnknownCommand,
    errors.UnknownOption,
    errors.RepeatedOption,
    errors.ConflictingOptions,
)
PROSE = re.compile(r", (?:then|where|and) |; or ")


def wrong_lines(name):
    """Return lines of a verb with something wrong: an option, its value, an argument."""
    yield name
    yield f"{name} --frobnicate"
    yield f"{name} one two three"
    yield f"{name} ''"
    yield f"{name} mi-exprot"
    for option in VERBS[name].params:
        long = max(option.opts, key=len)
        if not isinstance(option, click.Option) or not long.startswith("--"):
            continue
        if option.is_flag:
            yield f"{name} {long[:-1]}x"
            continue
        yield f"{name} {long}"
        yield f"{name} --{long[3:]} x"
        if long not in ("--out", "--connection"):
            yield f"{name} {long} -1"


def error_of(run, line):
    """Return the error that a line raises; None where it runs."""
    try:
        run(line)
    except AdxmiError as error:
        return error
    return None


def fails_again(run, line):
    """Tell how the command fails that the error of a line names; empty if it is one."""
    error = error_of(run, line)
    command = error.fix.split("\n")[0] if error else ""
    if not command.startswith("%adxmi ") or PROSE.search(command):
        return ""
    repeated = command.removeprefix("%adxmi ")
    again = error_of(run, repeated)
    if isinstance(again, GRAMMAR) or (again and repeated == line):
        return f"{line} → {repeated}: {again.what}"
    return ""


@pytest.mark.nightly
@pytest.mark.parametrize("name", VERBS)
def test_a_fix_is_a_command_that_can_be_run(magic, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert [found for line in wrong_lines(name) if (found := fails_again(magic, line))] == []
