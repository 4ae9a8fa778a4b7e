"""A plan in formats for other tools, by the suffix of the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.document import plan_document
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.rendering.plan_annotations import RULES, annotations_of
from adxmi_jupyter.rendering.plan_markdown import plan_markdown
from adxmi_jupyter.rendering.sarif import sarif_text

if TYPE_CHECKING:
    from adxmi_jupyter.model.plan import Plan


def plan_documents(plan: Plan, file: str) -> Mapping[str, Callable[[], str]]:
    """Return what makes each format; `file` is the policy file as the repository names it."""

    def as_json() -> str:
        return inert(json.dumps(plan_document(plan), indent=2, ensure_ascii=False)) + "\n"

    def as_sarif() -> str:
        return sarif_text(annotations_of(plan, file), RULES, category=f"adxmi/{plan.cluster}")

    return {"json": as_json, "md": lambda: plan_markdown(plan), "sarif": as_sarif}
