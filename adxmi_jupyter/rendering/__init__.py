"""Values as text, tables and pictures, once for each dialect: notebook, terminal, form, file."""
