"""The callout policy of a cluster: which outside addresses queries and plugins may call.

Page: Callout policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CALLOUT_TYPES = (
    "kusto",
    "sql",
    "mysql",
    "postgresql",
    "azure_digital_twins",
    "cosmosdb",
    "sandbox_artifacts",
    "external_data",
    "webapi",
    "azure_openai",
)


@dataclass(frozen=True)
class CalloutRule:
    """Whether addresses that match may be called; `callout_type` counts in any letter case."""

    callout_type: str
    uri_regex: str
    can_call: bool = True

    def matches(self, callout_type: str, address: str) -> bool:
        """Tell whether the rule speaks about this address; a broken regex matches nothing."""
        if self.callout_type.casefold() != callout_type.casefold():
            return False
        try:
            return re.search(self.uri_regex, address, re.IGNORECASE) is not None
        except re.error:
            return False


PREDEFINED = (
    CalloutRule("kusto", r"[a-z0-9]{3,22}\.(\w+\.)?kusto(mfa)?\.windows\.net/?$"),
    CalloutRule(
        "kusto",
        r"^https://[a-z0-9]{3,22}\.[a-z0-9-]{1,50}\."
        r"(kusto\.azuresynapse|kustodev\.azuresynapse-dogfood)\.net/?$",
    ),
    CalloutRule(
        "kusto",
        r"^https://([A-Za-z0-9]+\.)?(ade|adx)\.(int\.|aimon\.)?"
        r"(applicationinsights|loganalytics|monitor)\.(io|azure\.com)/",
    ),
    CalloutRule("sql", r"[a-z0-9][a-z0-9\-]{0,61}[a-z0-9]?\.database\.windows\.net/?$"),
    CalloutRule("sql", r"[a-z0-9-]{0,61}?(-ondemand)?\.sql\.azuresynapse(-dogfood)?\.net/?$"),
    CalloutRule("external_data", r".*"),
    CalloutRule(
        "azure_digital_twins",
        r"[A-Za-z0-9\-]{3,63}\.api\.[A-Za-z0-9]+\.digitaltwins\.azure\.net/?$",
    ),
)


def may_call(rules: Iterable[CalloutRule], callout_type: str, address: str) -> bool:
    """Tell whether an address may be called: a rule allows it, and none denies it."""
    every = (*PREDEFINED, *rules)
    verdicts = [rule.can_call for rule in every if rule.matches(callout_type, address)]
    return bool(verdicts) and all(verdicts)
