"""What stands for a secret, and how texts quote."""

from __future__ import annotations

MASK = "*******"
"""As many asterisks as the service shows."""

QUOTE = r"\\*+[\"']"
"""A quote, also in JSON that is quoted in JSON."""
