"""The rules of the audit, a file each; `rule` finds them by looking."""
