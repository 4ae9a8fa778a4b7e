"""The only code that talks to the Azure SDKs."""
