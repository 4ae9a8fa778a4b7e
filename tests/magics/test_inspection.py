"""The help that Shift+Tab shows for the command under the cursor."""

import pytest

from adxmi_jupyter.magics.bridge import load, unload
from adxmi_jupyter.magics.inspection import help_at


@pytest.mark.parametrize(
    ("before", "after", "starts"),
    [
        ("%adxmi pol", "icy grant mi-export", "Usage: %adxmi policy [OPTIONS] VERB"),
        ("%adxmi policy gra", "nt mi-export", "Usage: %adxmi policy grant [OPTIONS]"),
        ("x = %adxmi policy grant mi-", "export", "Usage: %adxmi policy grant [OPTIONS]"),
        ("%adxmi policy grant --usa", "ge AzureAI", "--usage USAGE[,…]\n    Usages, separated"),
        ("%adxmi policy grant --usage Az", "ureAI", "--usage USAGE[,…]\n    Usages, separated"),
        ("%adxmi policy show --cluster ", "", "Usage: %adxmi policy show [OPTIONS]"),
        ("%adxmi policy show \\\n --da", "tabase", "-d, --database NAME\n    Database name."),
        ("%%adxmi policy grant\n--identity mi-", "export", "--identity IDENTITY[,…]\n"),
        ("%%adxmi query\nOrders | take", " 1", "Usage: %adxmi query [OPTIONS]"),
        ("%adxmi ", "", "Usage: %adxmi [OPTIONS] NOUN VERB"),
        ("%adxmi nonsense", "", "Usage: %adxmi [OPTIONS] NOUN VERB"),
    ],
)
def test_the_command_under_the_cursor_has_help(before, after, starts):
    assert help_at(before + after, len(before)).startswith(starts)


@pytest.mark.parametrize("code", ["import os", "# %adxmi policy", "%timeit adxmi policy", ""])
def test_other_code_is_left_to_the_kernel(code):
    assert help_at(code, len(code)) == ""


class Kernel:
    def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
        return {"found": False, "asked": (code, cursor_pos, detail_level, omit_sections)}


def test_a_kernel_asks_only_as_long_as_the_extension_is_loaded(shell):
    shell.kernel = Kernel()

    load(shell)
    of_command = shell.kernel.do_inspect("%adxmi policy", 13)
    of_python = shell.kernel.do_inspect("os", 2, 1, omit_sections=["x"])
    unload(shell)

    assert of_command["data"]["text/plain"].startswith("Usage: %adxmi policy")
    assert of_python["asked"] == ("os", 2, 1, ["x"])
    assert vars(shell.kernel) == {}
    del shell.kernel
