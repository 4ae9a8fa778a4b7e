"""What the plugins that call a model share: endpoint, input, retries and timeout.

Source: *ai_embeddings plugin*, *ai_chat_completion plugin*, *ai_chat_completion_prompt plugin*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import ChangeOption, Explain, Option
from adxmi_jupyter.model.connection_string import AiModel
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.plugins import bag, call, piped
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.types import (
    Identity,
    JsonObject,
    ModelEndpoint,
    Text,
    Timespan,
)
from adxmi_jupyter.model.declaration.workflow import Workflow

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string import AiOperation
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity


def called(identity: ManagedIdentity, place: object) -> tuple[Requirement, ...]:
    """Return the requirements of a query that calls a model."""
    return targets.calls_model(identity, place) if isinstance(place, AiModel) else ()


class ModelCall(Workflow):
    """A query that calls a model; `operation` is what the model must be deployed for."""

    operation: ClassVar[AiOperation]

    query: Text = field(
        "Query", "KQL query that returns the texts.", "", example="Orders | take 10"
    )
    text: Text = field(
        "Text", "Column of the query with the texts, or an expression.", example="Region"
    )
    endpoint: ModelEndpoint = field("Endpoint", "URL of the model deployment.")
    identity: Identity = field("Identity", identity_help("calls the model"), example="mi-export")
    retries_on_throttling: int | None = field(
        "Retries",
        "Number of retries when the model throttles requests.",
        None,
        default_text="0",
        ge=0,
        example="3",
    )
    global_timeout: Timespan | None = field(
        "Timeout", "Maximum duration of the whole call.", None, example="5m"
    )
    model_parameters: JsonObject = field(
        "Model parameters",
        "Parameters of the model, a JSON object.",
        None,
        example='{"temperature": 0.2}',
    )
    return_successful_only: bool = field(
        "Successful only", "Return only the rows that succeeded.", default=False
    )
    include_error_messages: bool = field(
        "Error messages", "Return the error message of each failed row.", default=False
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.endpoint.operation is not self.operation:
            raise InvalidField(
                f"the model is deployed for {self.endpoint.operation}",
                why=f"{self.about.title} requires a URL that ends in {self.operation}",
                fix=ChangeOption(
                    "--endpoint",
                    f"https://ACCOUNT.openai.azure.com/openai/deployments/DEPLOYMENT/{self.operation}",
                ),
            )
        if self.return_successful_only and self.include_error_messages:
            raise InvalidField(
                Explain.of(
                    Option("--return-successful-only"),
                    " can't be combined with ",
                    Option("--include-error-messages"),
                ),
                why="the messages belong to the failed rows",
                fix="remove one of them",
            )
        return self

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: AzureAI, the callout policy, and a role on the account."""
        return targets.calls_model(self.identity, self.endpoint)

    def connection_strings(self) -> tuple[str, ...]:
        """Return that of the model."""
        return (targets.connection_string(self.endpoint, self.identity),)

    def asking(self, plugin: str, options: Mapping[str, Any]) -> Statement:
        """Return the query; `options` are those that other plugins do not have."""
        every = {
            **options,
            "RetriesOnThrottling": self.retries_on_throttling,
            "GlobalTimeout": self.global_timeout,
            "ModelParameters": self.model_parameters,
            "ReturnSuccessfulOnly": self.return_successful_only or None,
        }
        asked = call(
            f"evaluate {plugin}",
            self.text,
            targets.literals(self.connection_strings()),
            bag(every),
            "true" if self.include_error_messages else "",
        )
        return Statement(piped(self.query, asked), Endpoint.QUERY)
