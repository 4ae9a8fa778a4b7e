"""``python -m adxmi_jupyter`` is the console script ``adxmi``."""

from adxmi_jupyter.magics.console import main

main()
