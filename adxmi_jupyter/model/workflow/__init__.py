"""Every workflow that can use a managed identity, declared once: one file each.

The file's name is the noun, ``external_table.py`` for ``%adxmi external-table``. Magics, forms,
completion, help and checks derive from the declaration, so a new workflow is one new file.
"""
