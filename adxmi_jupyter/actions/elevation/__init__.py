"""Roles for the time of one command: granted, waited for, used and removed."""
