"""Endpoints of AI models, as the ``ai_…`` plugins take them.

Source: *ai_embeddings plugin*, *ai_chat_completion plugin* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import Method
from adxmi_jupyter.model.connection_string.clouds import suffix_notes
from adxmi_jupyter.model.connection_string.names import check_host, shown
from adxmi_jupyter.model.connection_string.uri_target import UriTarget
from adxmi_jupyter.model.connection_string.value import Right, TargetKind

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.uri import Uri

_OTHER_SUFFIXES = (
    "cognitiveservices.azure.com",
    "cognitive.microsoft.com",
    "services.ai.azure.com",
)
_SUFFIXES = ("openai.azure.com", "openai.azure.us", *_OTHER_SUFFIXES)
_PATH = re.compile(r"openai/deployments/(?P<deployment>[^/]*)/(?P<operation>.*)", re.IGNORECASE)
_DEPLOYMENT = re.compile(r"[A-Za-z0-9._-]+")
_VERSION = re.compile(r"[A-Za-z0-9.-]+")


class AiOperation(StrEnum):
    """What is asked of the model; the value is the end of the path."""

    EMBEDDINGS = "embeddings"
    CHAT = "chat/completions"


@dataclass(frozen=True)
class AiModel(UriTarget):
    """A deployed model."""

    server: str
    deployment: str
    operation: AiOperation
    api_version: str

    methods = frozenset((Method.MANAGED_IDENTITY, Method.IMPERSONATION, Method.NONE))
    resource_type = "Microsoft.CognitiveServices/accounts"
    callout_type = "azure_openai"

    def __post_init__(self) -> None:
        check_host(self.server)
        if not _DEPLOYMENT.fullmatch(self.deployment):
            raise InvalidConnectionString(
                f"{shown(self.deployment, 'that')} cannot be the name of a deployment",
                why="the name has letters, digits, dots, hyphens and underscores",
                fix="copy the name of the deployment, which need not be the model's",
            )
        if not _VERSION.fullmatch(self.api_version):
            raise InvalidConnectionString(
                "the API version is missing",
                why="the address of a model ends in ?api-version= and a version, nothing else",
                fix="copy the target URI of the deployment, without a key",
            )

    @property
    def kind(self) -> TargetKind:
        """An AI model."""
        return TargetKind.AI_MODEL

    @property
    def host(self) -> str:
        """The host of the account."""
        return self.server

    @property
    def account(self) -> str:
        """The name of the account."""
        return self.server.partition(".")[0]

    @property
    def uri(self) -> str:
        """The address of the model, its version included."""
        path = f"openai/deployments/{self.deployment}/{self.operation}"
        return f"https://{self.server}/{path}?api-version={self.api_version}"

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {
            "account": self.account,
            "deployment": self.deployment,
            "operation": self.operation.value,
            "api version": self.api_version,
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud."""
        return suffix_notes(self.server, lambda cloud: cloud.open_ai, *_OTHER_SUFFIXES)

    def right(self, *, write: bool) -> Right:
        """Return the role on the account."""
        del write
        return Right("Cognitive Services OpenAI User")


def read_ai_model(uri: Uri) -> AiModel | None:
    """Read the address of a model; None if it is another address.

    Raises
    ------
    InvalidConnectionString
        It is of an account with models, but not of a model.

    """
    found = _PATH.fullmatch(uri.path)
    is_account = any(uri.host.endswith(f".{suffix}") for suffix in _SUFFIXES)
    if found is None and not is_account:
        return None
    operation = found["operation"].lower() if found else ""
    if found is None or operation not in list(AiOperation):
        raise InvalidConnectionString(
            "the address is not that of a model",
            why=f"it ends in openai/deployments/DEPLOYMENT/ and {' or '.join(AiOperation)}",
            fix="copy the target URI of the deployment",
        )
    name, _, version = uri.query.partition("=")
    version = version if name.lower() == "api-version" else ""
    return AiModel(uri.host, found["deployment"], AiOperation(operation), version)
