"""Databases as a whole: what they are, their schema in all its forms, and their capacity."""
