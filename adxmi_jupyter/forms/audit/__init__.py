"""The form of an audit: its findings, their evidence, and which of them to narrow."""
