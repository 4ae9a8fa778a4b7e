"""The rules of the audit for people: a table of all, one explained, and the reference page.

``python -m adxmi_jupyter.magics.reference .`` writes the page.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from adxmi_jupyter import documentation
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.model.audit.rule import every_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from adxmi_jupyter.model.audit.findings import Severity
    from adxmi_jupyter.model.audit.rule import Rule

FILE = "docs/audit_rules.md"
_WIDTH = 96
_HEAD = """# Audit rules

`%adxmi audit` judges a cluster by these rules. Their IDs never change. A rule looks at what objects
declare, what the logs of the cluster count, and what exported logs of targets and Microsoft Entra
show; what it can't see makes a subject *cannot tell*, never unused. Severities can be changed, and
findings suppressed with a reason and an end, in the section `audit` of `adxmi.yaml` or in a file of
its own:

```yaml
suppress:
  - {rule: MI001, identity: mi-export, reason: migration, until: 2027-03-31, by: Anna}
severity:
  MI016: medium
```"""


def rules_frame(severities: Mapping[str, Severity]) -> pd.DataFrame:
    """Return a row for each rule.

    Columns: ``rule``, ``severity``, ``title``, ``found_by``, all string.
    """
    columns = dict.fromkeys(("rule", "severity", "title", "found_by"), TEXT)
    rows = [
        (one.id, severities.get(one.id, one.severity).value, one.title, one.found_by)
        for one in every_rule()
    ]
    return fixed_frame(columns, rows)


def explained(rule: Rule, severity: Severity) -> str:
    """Return what a rule finds, why that matters, and how to fix it."""
    pages = [f"Learn more: {page}" for page in documentation.pages(rule.pages)]
    parts = (
        f"{rule.id} {rule.title}",
        f"Severity: {severity}",
        f"Why: {rule.why}",
        f"Found by: {rule.found_by}.",
        f"Recommendation: {rule.recommendation}",
    )
    wrapped = ["\n".join(textwrap.wrap(part, _WIDTH)) for part in parts]
    return "\n".join([*wrapped, *pages])


def page() -> str:
    """Return the reference page of rules as Markdown."""
    return "\n\n".join([_HEAD, *map(_section, every_rule())]) + "\n"


def _section(rule: Rule) -> str:
    links = ", ".join(one.markdown for one in documentation.pages(rule.pages))
    lines = (
        f"* Severity: {rule.severity}",
        f"* Why: {rule.why}",
        f"* Found by: {rule.found_by}.",
        f"* Recommendation: {rule.recommendation}",
        f"* Learn more: {links}",
    )
    return "\n".join([f"## {rule.id} {rule.title}", "", *lines])
