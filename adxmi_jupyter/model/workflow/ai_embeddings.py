"""ai_embeddings: a query turns texts into vectors by a model of Azure OpenAI, as an identity.

The callout policy has no rule for azure_openai by itself: one must be added.
"""

from __future__ import annotations

from typing import ClassVar

from adxmi_jupyter.model.connection_string import AiOperation
from adxmi_jupyter.model.declaration.ai import ModelCall, called
from adxmi_jupyter.model.declaration.fields import field
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import ModelEndpoint
from adxmi_jupyter.model.declaration.workflow import About, Sample
from adxmi_jupyter.model.permission import Permission

_ENDPOINT = "https://contosoai.openai.azure.com/openai/deployments/text-embedding/embeddings?api-version=2024-06-01"


class AiEmbeddings(ModelCall):
    """Calls of embedding models that authenticate with a managed identity."""

    about: ClassVar = About(
        title="ai_embeddings",
        does="run",
        action="Call an embedding model with texts of a query",
        caller=Permission("Database Viewer"),
        pages=("ai_embeddings plugin",),
        sample=Sample(
            {
                "query": "Orders | take 2",
                "text": "Region",
                "endpoint": _ENDPOINT,
                "identity": "mi-export",
            },
        ),
    )
    listing: ClassVar = FunctionListing(("ai_embeddings",), called)
    operation: ClassVar = AiOperation.EMBEDDINGS

    endpoint: ModelEndpoint = field("Endpoint", "URL of the model deployment.", example=_ENDPOINT)
    records_per_request: int | None = field(
        "Records per request",
        "Maximum number of texts per request.",
        None,
        default_text="1",
        ge=1,
        example="10",
    )
    chars_per_request: int | None = field(
        "Characters per request",
        "Maximum number of characters per request. 0: no limit.",
        None,
        ge=0,
        example="10000",
    )

    def product(self) -> Statement:
        """Return the query."""
        options = {
            "RecordsPerRequest": self.records_per_request,
            "CharsPerRequest": self.chars_per_request,
        }
        return self.asking("ai_embeddings", options)
