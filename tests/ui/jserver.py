"""One Jupyter server with an empty profile: JupyterLab, Notebook 7 and Voila from one process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none",
        "autoStartDefaultKernel": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}

_DIRECTORIES = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "rt",
    "IPYTHONDIR": "ipython",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "ADXMI_DATA_DIR": "adxmi",
}


class JupyterServer:
    """The server; `root` is where its notebooks are, `url` where it answers."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._log = base / "server.log"
        self.root = base / "work"
        self.root.mkdir()
        self.url = ""
        self._env = {k: v for k, v in os.environ.items() if not k.startswith("ADXMI_")}
        for variable, name in _DIRECTORIES.items():
            (base / name).mkdir()
            self._env[variable] = str(base / name)
        lab = base / "config" / "labconfig"
        lab.mkdir()
        (lab / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))

    def start(self, timeout: float = 60.0) -> JupyterServer:
        """Start it and wait until it answers; raises RuntimeError with its log if it does not."""
        command = [
            *(sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"),
            *("--ServerApp.port=0", "--ServerApp.open_browser=False"),
            *("--ServerApp.allow_root=True", "--IdentityProvider.token="),
            *("--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={self.root}"),
            "--KernelManager.transport=ipc",
            *("--ServerApp.terminals_enabled=False", "--LabApp.extension_manager=readonly"),
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                env=self._env,
                cwd=self._base,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        info = self._base / "rt" / f"jpserver-{self._process.pid}.json"
        end = time.monotonic() + timeout
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                self.url = json.loads(info.read_text())["url"].rstrip("/")
                self.api("/api/status")
                return self
            time.sleep(0.1)
        self.stop()
        raise RuntimeError("Jupyter did not start:\n" + self._log.read_text()[-3000:])

    def api(self, path: str, method: str = "GET") -> Any:
        """Ask the server's own API."""
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read() or "null")

    def end_kernels(self, timeout: float = 30.0) -> None:
        """End all kernels; those of Voila belong to no session.

        The server answers 500 while the kernel of a session is on its way.
        """
        end = time.monotonic() + timeout
        for kind in ("sessions", "kernels"):
            while not self._ended(kind, is_last=time.monotonic() > end):
                time.sleep(0.1)

    def _ended(self, kind: str, *, is_last: bool) -> bool:
        try:
            for item in self.api(f"/api/{kind}"):
                self.api(f"/api/{kind}/{item['id']}", "DELETE")
        except urllib.error.HTTPError as error:
            if is_last or error.code != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return False
        return True

    def stop(self) -> None:
        """End the server and its kernels."""
        if self._process.poll() is not None:
            return
        try:
            self.api("/api/shutdown", "POST")
            self._process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)  # the process group started above
            self._process.wait()
