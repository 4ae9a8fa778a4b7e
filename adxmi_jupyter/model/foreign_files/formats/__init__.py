"""The formats, one module each; its name is what the format is called."""
