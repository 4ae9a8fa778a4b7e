"""``python -m tests.nightly``: list the commands; ``COMMAND`` runs one.

``python tests/run.py --all`` runs all of them.

A command is a module of this package with a docstring, ``options(parser)`` and ``run(chosen)``,
which prints its figures and returns the exit code: 0 if every expectation was met.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

COMMANDS = ("crashes", "supply", "faults", "foreign_clients", "docs")


def main(arguments: list[str] | None = None) -> int:
    """Run what was chosen; without a command, list those there are."""
    parser = argparse.ArgumentParser(prog="python -m tests.nightly", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"tests.nightly.{name}")
        about = module.__doc__ or ""
        command = commands.add_parser(name, help=about.partition("\n")[0], description=about)
        module.options(command)
        command.set_defaults(run=module.run)
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return 0
    return chosen.run(chosen)


if __name__ == "__main__":
    sys.exit(main())
