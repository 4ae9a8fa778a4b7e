"""A change that was not made, or not as it was meant.

The tree of errors is in the package.
"""

from __future__ import annotations

from adxmi_jupyter.error_base import AdxmiError


class ConfirmationRequired(AdxmiError):
    """A write that removes something and was not confirmed. Nothing was sent."""


class PlanBlocked(AdxmiError):
    """A plan with changes that must not be made, such as one that locks out. Nothing was sent."""


class StalePlan(AdxmiError):
    """A saved plan that no longer fits the cluster, or is too old. Nothing was sent."""


class ApplyIncomplete(AdxmiError):
    """Some changes of an apply were not made; those that were stay. Applying again continues."""


class MigrationBlocked(AdxmiError):
    """An object that cannot be migrated, or not yet: a requirement isn't met. Nothing was sent."""


class MigrationFailed(AdxmiError):
    """The new definition of an object did not work; *why* tells which definition is in place."""


class PolicyChanged(AdxmiError):
    """Another principal changed the policy in between. Nothing was overwritten."""


class RolesChanged(AdxmiError):
    """Another principal granted or revoked roles in between. Nothing was sent."""


class ClusterChanged(AdxmiError):
    """Another principal changed the cluster in between. Nothing was overwritten."""


class OperationFailed(AdxmiError):
    """Azure began a change and gave it up; *why* holds its own words."""


class OperationContinues(AdxmiError):
    """Waiting for a change was interrupted; Azure goes on with it."""


class ElevationFailed(AdxmiError):
    """The caller can't be granted a role for the time of a command. The command wasn't started."""


class RoleNotRemoved(AdxmiError):
    """A role that was granted for the time of a command could not be removed after it."""


class PolicyNotRestored(AdxmiError):
    """A write test granted a usage, and the policy could not be restored after it."""


class ClusterLocked(AdxmiError):
    """Another process of the same account is writing, also after waiting. Nothing was sent."""


class ChangeOverwritten(AdxmiError):
    """The write was applied, and overwrote what another principal wrote; see *why*."""


class WriteInterrupted(AdxmiError):
    """The write was applied; an interrupt ended the reading of what is there now."""


class ResultNotSaved(AdxmiError):
    """The command was carried out; only its result could not be saved as a file."""


class WriteNotApplied(AdxmiError):
    """The answer was lost; what was to change was read again and is as before."""


class WriteOutcomeUnknown(AdxmiError):
    """The answer was lost, and what was to change cannot tell whether it did."""


class AlreadyExists(AdxmiError):
    """There is one of this name, and it was not to be replaced. Nothing was sent."""


class WorkflowNotFound(AdxmiError):
    """There is none of this name. Nothing was sent."""


class NothingToRevoke(AdxmiError):
    """The policy does not allow, or the role does not list, what should be revoked."""


class HistoryUnavailable(AdxmiError):
    """No such entry in the history, or nothing that can be undone."""
