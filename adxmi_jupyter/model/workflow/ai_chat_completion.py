"""ai_chat_completion: a query asks a model of Azure OpenAI, as an identity.

The callout policy has no rule for azure_openai by itself: one must be added.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.model.connection_string import AiOperation
from adxmi_jupyter.model.declaration.ai import ModelCall, called
from adxmi_jupyter.model.declaration.fields import field
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import ModelEndpoint
from adxmi_jupyter.model.declaration.workflow import About, Sample
from adxmi_jupyter.model.permission import Permission

_ENDPOINT = (
    "https://contosoai.openai.azure.com/openai/deployments/chat/chat/completions"
    "?api-version=2024-06-01"
)


class Form(StrEnum):
    """What the text is: one question, or a whole chat as JSON."""

    PROMPT = "prompt"
    CHAT = "chat"


class AiChatCompletion(ModelCall):
    """Calls of chat models that authenticate with a managed identity."""

    about: ClassVar = About(
        title="ai_chat_completion",
        does="run",
        action="Call a chat model with texts of a query",
        caller=Permission("Database Viewer"),
        pages=("ai_chat_completion plugin", "ai_chat_completion_prompt plugin"),
        sample=Sample(
            {
                "query": "Orders | take 2",
                "text": "Region",
                "endpoint": _ENDPOINT,
                "identity": "mi-export",
            },
        ),
    )
    listing: ClassVar = FunctionListing(("ai_chat_completion", "ai_chat_completion_prompt"), called)
    operation: ClassVar = AiOperation.CHAT

    endpoint: ModelEndpoint = field("Endpoint", "URL of the model deployment.", example=_ENDPOINT)
    form: Form = field("Form", "Input of the model: one prompt, or a chat as JSON.", Form.PROMPT)

    def product(self) -> Statement:
        """Return the query."""
        plugin = "ai_chat_completion" + ("_prompt" if self.form is Form.PROMPT else "")
        return self.asking(plugin, {})
