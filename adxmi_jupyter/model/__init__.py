"""Pure values and rules: no I/O, no pandas, no IPython."""
