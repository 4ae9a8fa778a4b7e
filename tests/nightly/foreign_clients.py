"""Run clients of other makers, unchanged, against the embedded Azure.

Each client gets an environment of its own with the versions that are declared here, in a temporary
folder, and a freshly seeded embedded Azure. Its script in `tests/nightly/foreign` tries one thing after
the other; what works and what does not has to be as declared. The table of the README of the
embedded Azure shows the same declarations.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.kusto_parser.judge import NPM_CI, toolchain
from tests.nightly.figures import Figure, show

SCRIPTS = Path(__file__).with_name("foreign")
HEADER = ("client", "version", "tried, works", "declared missing")

_ENGINE = "the queries here are few"
_STREAMING = {"streaming ingestion": "the cluster has it switched off"}
_QUEUED = (
    *("queued ingestion of a blob", "queued ingestion of a file", "queued ingestion of a stream"),
    "reports in queues",
)
_KUSTO_DATA = (
    *("query", "command", "query behind a command", "streamed query", "table filled by a command"),
    *(
        "error of the service",
        "sign-in by a token",
        "sign-in with a managed identity",
        "no sign-in",
    ),
    "async query and command",
    "query parameters",
)
_MANAGEMENT = (
    *("clusters", "databases and principals", "data connections", "assigning an identity", "async"),
    *("identities", "Azure roles", "Resource Graph"),
)
_MANAGEMENT_PACKAGES = (
    *("azure-mgmt-msi==7.1.0", "azure-mgmt-authorization==4.0.0"),
    *("azure-mgmt-resourcegraph==8.0.1", "aiohttp==3.14.5"),
)


@dataclass(frozen=True)
class Client:
    """A client and what its script tries; `missing` maps what does not work to the reason.

    `packages` are what its environment holds, of npm with a version behind `@`, of PyPI behind
    `==`. A client without any is one of the system. Clients with equal packages share them.
    """

    name: str
    version: str
    script: str
    packages: tuple[str, ...]
    works: tuple[str, ...]
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_npm(self) -> bool:
        """Whether it runs on Node.js."""
        return self.script.endswith(".mjs")

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells of the table."""
        missing = "; ".join(f"{what} ({why})" for what, why in self.missing.items())
        return (self.name, self.version, ", ".join(self.works), missing)


def _python_clients(version: str) -> tuple[Client, ...]:
    """Return the two libraries of Kusto for Python, which have their versions in common."""
    packages = (
        *(f"azure-kusto-data=={version}", f"azure-kusto-ingest=={version}"),
        *("aiohttp==3.14.5", "asgiref==3.10.0"),
    )
    return (
        Client(
            "azure-kusto-data, Python",
            version,
            "kusto_data.py",
            packages,
            _KUSTO_DATA,
        ),
        Client(
            "azure-kusto-ingest, Python",
            version,
            "kusto_ingest.py",
            packages,
            _QUEUED,
            _STREAMING,
        ),
    )


_NODE = ("azure-kusto-data@7.0.4", "azure-kusto-ingest@7.0.1", "@azure/arm-kusto@8.1.0")

CLIENTS = (
    *_python_clients("6.0.4"),
    *_python_clients("5.0.5"),
    *_python_clients("4.6.3"),
    *(
        Client(
            "azure-mgmt-kusto, with -msi, -authorization, -resourcegraph",
            version,
            "management.py",
            (f"azure-mgmt-kusto=={version}", *_MANAGEMENT_PACKAGES),
            _MANAGEMENT,
        )
        for version in ("4.0.0", "3.4.0")
    ),
    Client(
        "azure-kusto-data, Node.js",
        "7.0.4",
        "node_data.mjs",
        _NODE,
        (
            *("query", "query of the older endpoint", "command", "error of the service"),
            *("sign-in by a provider of tokens", "sign-in with a managed identity"),
            "ingestion endpoint",
        ),
    ),
    Client(
        "azure-kusto-ingest, Node.js",
        "7.0.1",
        "node_ingest.mjs",
        _NODE,
        (*_QUEUED[:3], "upload in blocks", _QUEUED[3]),
        _STREAMING,
    ),
    Client(
        "@azure/arm-kusto, Node.js",
        "8.1.0",
        "node_management.mjs",
        _NODE,
        ("clusters", "databases and principals", "data connections", "changing a cluster"),
    ),
    Client(
        "Kqlmagic",
        "0.1.114.post26",
        "kqlmagic_notebook.py",
        (
            *("kqlmagic==0.1.114.post26", "ipython==9.18.1", "pandas==3.1.1"),
            *("prettytable==3.9.0", "setuptools==65.5.0"),
        ),
        ("connection", "schema", "rows", "data frame", "command"),
    ),
    Client(
        "sqlalchemy-kusto",
        "3.1.2",
        "sqlalchemy_dialects.py",
        ("sqlalchemy-kusto==3.1.2", "sqlalchemy==1.4.54", "azure-kusto-data==4.6.3"),
        ("sign-in with a managed identity", "tables", "columns", "rows by KQL"),
        {"rows by SQL": _ENGINE},
    ),
    Client(
        "curl, as the pages of the REST API print it",
        "any",
        "curl_rest.py",
        (),
        (
            *("query", "query with properties as an object", "query by GET", "command"),
            "command without a database, sign-in or Accept, as for the emulator",
            *("compressed answer", "error", "wrong token", "sign-in metadata"),
        ),
    ),
)

# Environments at a time: installing mostly waits.
_AT_A_TIME = 2
# Seconds that an installation or a script may take.
_LONGEST = 900


class NotInstalledError(Exception):
    """The environment of a client could not be made."""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--client",
        action="append",
        metavar="TEXT",
        help="clients with this in their names; may be repeated; default: all",
    )


def run(chosen: argparse.Namespace) -> int:
    """Try the clients, and print where they are not as declared."""
    wanted = [each.casefold() for each in chosen.client or [""]]
    environments: dict[tuple[str, ...], list[Client]] = {}
    for client in CLIENTS:
        if any(text in client.name.casefold() for text in wanted):
            environments.setdefault(client.packages, []).append(client)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = list(pool.map(_figures, environments.values()))
    return show([figure for figures in found for figure in figures])


def table() -> str:
    """Return the table of all clients, as the README shows it."""
    rows = [HEADER, ("---",) * len(HEADER), *(client.row for client in CLIENTS)]
    return "\n".join(f"| {' | '.join(row)} |".replace("  ", " ") for row in rows)


def _figures(clients: list[Client]) -> list[Figure]:
    """Make the environment of clients that share one, and try them in it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        try:
            words = _installed(clients[0], scratch)
        except NotInstalledError as error:
            print(error, file=sys.stderr)
            return [
                Figure(f"{each.name} {each.version}", "missing", "installed") for each in clients
            ]
        return [figure for each in clients for figure in _tried(each, words, scratch)]


def _tried(client: Client, words: list[str], scratch: Path) -> list[Figure]:
    name = f"{client.name} {client.version}"
    script = scratch / client.script
    # Node looks for packages in the folders above a script.
    for each in (*SCRIPTS.glob("steps.*"), SCRIPTS / client.script):
        (scratch / each.name).write_bytes(each.read_bytes())
    failures = _outcome([*words, str(script)], scratch)
    for step, failure in failures.items():
        if failure and step not in client.missing:
            print(f"{name}: {step}: {failure}", file=sys.stderr)
    works = {step for step, failure in failures.items() if not failure}
    other = {*client.works, *client.missing} - failures.keys()
    return [
        Figure(f"{name}: works", len(works), len(client.works)),
        Figure(f"{name}: declared, does not work", len(set(client.works) - works), 0),
        Figure(f"{name}: declared missing, works", len(works.intersection(client.missing)), 0),
        Figure(f"{name}: not tried", len(other), 0),
    ]


def _outcome(command: list[str], scratch: Path) -> dict[str, str]:
    """Run the script of a client; return its steps with their failures, empty for none."""
    with EmbeddedAzure() as azure:
        addresses = {
            "ADX_KUSTO": azure.kusto_uri,
            "ADX_INGEST": azure.ingest_uri,
            "ADX_ARM": azure.arm_uri,
            "HOME": str(scratch),
            **azure.sign_in_environment,
        }
        done = _call(command, scratch, **addresses)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"step"')]
    if done.returncode or not lines:
        print(done.stderr[-4000:], file=sys.stderr)
    return {step["step"]: step["failure"] for step in map(json.loads, lines)}


def _installed(client: Client, scratch: Path) -> list[str]:
    """Install packages and return what a script is called with; NotInstalledError for none."""
    if not client.packages:
        return [sys.executable]
    if client.is_of_npm:
        node, npm = toolchain()
        flags = [word for word in NPM_CI if word != "ci"]
        _must([*npm, "install", "--no-package-lock", *flags, *client.packages], scratch)
        return [node]
    venv = scratch / "venv"
    python = str(venv / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    _must([sys.executable, "-m", "venv", str(venv)], scratch)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _must([python, "-m", "pip", "install", *quiet, *client.packages], scratch)
    return [python]


def _must(command: list[str], scratch: Path) -> None:
    done = _call(command, scratch)
    if done.returncode:
        raise NotInstalledError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def _call(command: list[str], scratch: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder, without what configures Python or leads to other packages."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "IPYTHON"))}
    own = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    try:
        return subprocess.run(
            command,
            cwd=scratch,
            env=kept | own | more,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        late = f"ended after {_LONGEST} seconds: {' '.join(command)}"
        return subprocess.CompletedProcess(command, 1, "", late)
