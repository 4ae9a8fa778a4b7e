"""A change that Azure is carrying out, and whether Azure itself said so.

Source: *Track asynchronous Azure operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError, ClusterBusy, OperationFailed
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.service.arm_answers import typed

if TYPE_CHECKING:
    from azure.core.polling import LROPoller

    from adxmi_jupyter.fixes import Fix


class ReportedSuccess:
    """Whether an answer said, in words of Azure, that a change of a resource was carried out.

    The SDK takes any good status for that, a gateway's empty page too.
    """

    def __init__(self, resource_id: str) -> None:
        self._resource_id = resource_id
        self.is_there = False

    def read(self, response: Any) -> None:
        """Look at one answer: the SDK's hook for each of a change and of the questions after it."""
        answer = response.http_response
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            return
        try:
            told = json.loads(answer.read())
        except (ValueError, RecursionError):
            return
        if not isinstance(told, dict):
            return
        is_resource = str(told.get("id")).lower() == self._resource_id.lower()
        state = (told.get("properties") or {}) if is_resource else {}
        word = told.get("status") or (isinstance(state, dict) and state.get("provisioningState"))
        self.is_there = self.is_there or str(word).lower() == "succeeded"


_SHOW_COMMAND = Command.of("identity", "list")


class Operation:
    """A change of a cluster that Azure is carrying out; it takes minutes there.

    `show_command` is what shows what has become of it.
    """

    def __init__(
        self,
        what: str,
        poller: LROPoller[Any],
        success: ReportedSuccess,
        show_command: Fix = _SHOW_COMMAND,
    ) -> None:
        self.what = what
        self.show_command = show_command
        self._poller = poller
        self._success = success

    @property
    def is_proved(self) -> bool:
        """Whether Azure itself said that it is carried out; a good status alone does not."""
        return self._success.is_there

    @property
    def state(self) -> str:
        """The service's own word for how far it is, such as ``InProgress`` or ``Succeeded``.

        ``unknown`` when asking for it failed: the SDK takes that for a failure of the change.
        """
        word = str(self._poller.status())
        return "unknown" if self._is_lost and not _is_success(word) else word

    @property
    def has_succeeded(self) -> bool:
        """Whether the service said that the change is carried out."""
        return _is_success(self.state)

    @property
    def is_done(self) -> bool:
        """Whether Azure has finished, well or not, or can be asked no more."""
        return bool(self._poller.done())

    @property
    def _is_lost(self) -> bool:
        if not self.is_done:
            return False
        try:
            self.wait(0)
        except (OperationFailed, ClusterBusy):
            return False
        except AdxmiError:
            return True
        return False

    def wait(self, seconds: float) -> bool:
        """Wait for the end at most so long; return whether it has come.

        Raises
        ------
        OperationFailed
            Azure gave the change up; its words are kept.
        ClusterBusy
            Azure gave way to another change of the cluster.
        ConnectionFailure, ServiceRefusal
            Asking how far it is failed.

        """
        try:
            self._poller.wait(seconds)
            if self.is_done:
                self._poller.result()
        except Exception as failure:
            raise self._typed(failure) from failure
        return self.is_done

    def _typed(self, failure: Exception) -> AdxmiError:
        error = typed(failure, self.what)
        if isinstance(error, OperationFailed):
            error.fix = Explain.of(self.show_command, " shows what is there")
        return error


def _is_success(state: str) -> bool:
    return state.lower() == "succeeded"
