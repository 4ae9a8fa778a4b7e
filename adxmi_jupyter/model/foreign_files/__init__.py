"""Files of other tools that hold identities, policies and roles: read, and written.

The policy file is what all have in common: a reader makes a `Hub` of files, a writer makes files of
one. `formats` has a module for each format, found by looking. What a format cannot say, what cannot
be known without asking Azure, and what is none of a policy file's matters is a `Finding`.
"""
