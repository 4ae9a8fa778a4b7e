import os
import subprocess
import sys

import pytest
from IPython.core.error import UsageError
from traitlets.config import Config

from adxmi_jupyter.magics.bridge import AdxmiMagics, load, loaded, unload

HEAVY = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "adxmi_jupyter")
heavy = ("pandas", "click", "azure", "h11", "adxmi_jupyter.actions", "adxmi_jupyter.service")
print(sorted(m for m in set(sys.modules) - before if m.startswith(heavy)))
"""


def test_loading_imports_nothing_heavy(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", HEAVY],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )

    assert done.stdout.strip() == "[]"


def test_loading_twice_changes_nothing(ip, magics):
    matchers = list(ip.Completer.custom_matchers)

    load(ip)

    assert loaded(ip) is magics
    assert ip.Completer.custom_matchers == matchers


def test_unloading_removes_magic_matcher_and_configuration(ip, magics):
    unload(ip)

    assert magics.matcher not in ip.Completer.custom_matchers
    assert magics not in ip.configurables
    with pytest.raises(UsageError, match="not found"):
        ip.run_line_magic("adxmi", "")


def test_unloading_closes_the_connections(ip, magics, azure):
    unload(ip)

    assert magics.connections.all() == ()


def test_unloading_twice_does_nothing(ip):
    unload(ip)

    unload(ip)

    assert loaded(ip) is None


def test_reloading_works_and_leaves_one_matcher(ip):
    ip.run_cell("%reload_ext adxmi_jupyter").raise_error()

    ids = [getattr(m, "matcher_identifier", "") for m in ip.Completer.custom_matchers]
    assert ids.count("adxmi") == 1
    ip.run_cell("frame = %adxmi policy show").raise_error()
    assert len(ip.user_ns["frame"]) == 2


def test_configuration_wins_over_the_environment(shell, monkeypatch):
    monkeypatch.setenv("ADXMI_DATABASE", "Telemetry")
    monkeypatch.setenv("ADXMI_CLUSTER", "help")

    configured = AdxmiMagics(shell, config=Config(AdxmiMagics={"database": "Sales"}))
    shell.configurables.remove(configured)

    assert (configured.database, configured.cluster) == ("Sales", "help")


def test_what_is_configured_later_counts_for_later_connections(ip, magics, magic):
    magics.connections.peek()

    ip.run_cell('%config AdxmiMagics.database = "Telemetry"').raise_error()
    frame = magic("status")

    assert frame.loc[0, "database"] == "Telemetry"


def test_config_shows_the_help_of_each_setting(ip, capsys):
    ip.run_cell("%config AdxmiMagics").raise_error()

    shown = " ".join(capsys.readouterr().out.split())
    assert "AdxmiMagics.timeout" in shown
    assert "Default: ADXMI_CLUSTER, otherwise the embedded Azure." in shown
