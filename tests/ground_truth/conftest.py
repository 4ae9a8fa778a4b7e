import os

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.ground_truth.walking import walker_in


@pytest.fixture(scope="module")
def walker(tmp_path_factory):
    """A shell and its embedded Azure for all cases: each one begins with a world of its own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    for variable in [name for name in os.environ if name.startswith("ADXMI_")]:
        patch.delenv(variable)
    config = Config(HistoryManager={"hist_file": ":memory:"})
    # Not the one of the process: that belongs to the tests of magics.
    with walker_in(InteractiveShell(config=config)) as found:
        yield found
    patch.undo()
