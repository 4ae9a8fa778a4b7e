"""Roles for the time of one command."""
