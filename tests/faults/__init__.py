"""A proxy that breaks requests and answers on their way, for tests of every layer."""
