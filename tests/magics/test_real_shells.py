"""Completion in the shells themselves, which run the scripts that they are given.

A machine without one of them leaves its test out; where CI is set, that is a failure. Debian has no
package of PowerShell: `test_shells.py` asks as its script does.
"""

import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.nightly

PROGRAM = """#!/bin/sh
if [ -n "$_ADXMI_COMPLETE" ] || [ "$1" = completion ]; then
  exec "{python}" -m adxmi_jupyter "$@"
fi
printf 'RAN'; printf '<%s>' "$@"; echo
"""
"""Completes as the console script does, and shows what it is run with."""


def needs(shell):
    is_left_out = shutil.which(shell) is None and not os.environ.get("CI")
    return pytest.mark.skipif(is_left_out, reason=f"{shell} is not installed")


@pytest.fixture
def environment(tmp_path):
    program = tmp_path / "adxmi"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HOME": str(tmp_path), "TERM": "dumb"}


@pytest.fixture
def fish(environment):
    """Return what fish offers for a line."""

    def offered(line):
        script = f'adxmi completion fish | source; complete -C "{line}"'
        done = subprocess.run(
            ["fish", "--no-config", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        return done.stdout.splitlines()

    return offered


@pytest.fixture
def zsh(environment):
    """Type in zsh, press Tab and Enter, and return the command that it runs."""
    import pexpect

    shell = pexpect.spawn("zsh", ["-f", "-i"], env=environment, timeout=120, encoding="utf-8")
    shell.sendline(
        'autoload -Uz compinit; compinit -u -D; eval "$(adxmi completion zsh)"; echo "now ready"'
    )
    shell.expect("now ready\r")

    def completed(typed):
        shell.send(f"{typed}\t\r")
        shell.expect("RAN([^\r]*)\r")
        return shell.match[1]

    yield completed
    shell.close(force=True)


@needs("fish")
def test_fish_offers_verbs_with_what_they_do_names_and_files(fish, tmp_path):
    assert fish("adxmi policy gr") == ["grant\tGrant usages to identities"]
    assert fish("adxmi policy show --database T") == ["Telemetry", "Tom's Lab"]
    assert fish(f"adxmi policy alter --file {tmp_path}/adx") == [f"{tmp_path}/adxmi"]


@needs("zsh")
def test_zsh_completes_verbs_options_names_with_quotes_and_files(zsh, tmp_path):
    assert zsh("adxmi policy gr") == "<policy><grant>"
    assert zsh("adxmi policy show --datab") == "<policy><show><--database>"
    assert zsh("adxmi policy show --database To") == "<policy><show><--database><Tom's Lab>"
    assert zsh(f"adxmi policy alter --file {tmp_path}/adx") == (
        f"<policy><alter><--file><{tmp_path}/adxmi>"
    )
