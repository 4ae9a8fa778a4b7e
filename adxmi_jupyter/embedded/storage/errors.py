"""What is wrong with a blob."""


class BlobFormatError(ValueError):
    """The content of a blob is not of the format it is said to have, or cannot be read here."""
